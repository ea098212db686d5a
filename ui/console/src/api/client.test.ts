import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { httpApi } from './client'
import { ApiError } from './errors'

const fetched = vi.fn<typeof fetch>()

beforeEach(() => { vi.stubGlobal('fetch', fetched) })
afterEach(() => {
  fetched.mockReset()
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })
}

async function failure(request: Promise<unknown>): Promise<ApiError> {
  const thrown: unknown = await request.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (!(thrown instanceof ApiError)) throw new Error('expected an ApiError')
  return thrown
}

/** A server that never answers until the request is given up. */
function hang(): void {
  fetched.mockImplementation(
    (_url, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => { reject(new DOMException('gone', 'AbortError')) })
      }),
  )
}

describe('a failed request', () => {
  it.each([
    { name: 'refusal with a code', answer: () => json({ code: 'review_moved_on', message: 'x', details: { rev: 2 } }, 409), code: 'review_moved_on', status: 409 },
    { name: 'fault with a code', answer: () => json({ code: 'internal', message: 'x' }, 500), code: 'internal', status: 500 },
    { name: 'fault without a body', answer: () => new Response('', { status: 500 }), code: 'broken_answer', status: 500 },
    { name: "proxy's page for a server that is down", answer: () => new Response('<html>', { status: 502 }), code: 'unreachable', status: 502 },
    { name: '401 without a body', answer: () => new Response('', { status: 401 }), code: 'signed_out', status: 401 },
    { name: 'success that is no JSON', answer: () => new Response('<html>', { status: 200 }), code: 'broken_answer', status: 200 },
  ])('maps a $name to $code', async ({ answer, code, status }) => {
    fetched.mockResolvedValue(answer())
    const thrown = await failure(httpApi().points())
    expect([thrown.code, thrown.status]).toEqual([code, status])
  })

  it('carries the details of a refusal', async () => {
    fetched.mockResolvedValue(json({ code: 'review_moved_on', message: '', details: { rev: 2 } }, 409))
    expect((await failure(httpApi().finding('a'))).details).toEqual({ rev: 2 })
  })

  it('is unreachable without a network', async () => {
    fetched.mockRejectedValue(new TypeError('Failed to fetch'))
    expect((await failure(httpApi().points())).code).toBe('unreachable')
  })

  it('is unreachable when the answer takes too long', async () => {
    vi.useFakeTimers()
    hang()
    const thrown = failure(httpApi({ timeoutMs: 5_000 }).points())
    await vi.advanceTimersByTimeAsync(5_000)
    expect((await thrown).code).toBe('unreachable')
  })

  it('is aborted when the screen gives it up', async () => {
    hang()
    const controller = new AbortController()
    const thrown = failure(httpApi().points(controller.signal))
    controller.abort()
    expect((await thrown).code).toBe('aborted')
  })

  it('reports the end of a session, but not a wrong password', async () => {
    const onSignedOut = vi.fn()
    const api = httpApi({ onSignedOut })
    fetched.mockResolvedValueOnce(json({ code: 'wrong_password', message: '' }, 401))
    await failure(api.signIn('a', 'b'))
    expect(onSignedOut).not.toHaveBeenCalled()
    fetched.mockResolvedValueOnce(json({ code: 'signed_out', message: '' }, 401))
    await failure(api.points())
    expect(onSignedOut).toHaveBeenCalledOnce()
  })

  it('reports that the password has to be changed, whoever asked', async () => {
    const onPasswordMustChange = vi.fn()
    const api = httpApi({ onPasswordMustChange })
    fetched.mockResolvedValueOnce(json({ code: 'forbidden', message: '' }, 403))
    await failure(api.points())
    expect(onPasswordMustChange).not.toHaveBeenCalled()
    fetched.mockResolvedValueOnce(json({ code: 'password_must_change', message: '' }, 403))
    expect((await failure(api.points())).code).toBe('password_must_change')
    expect(onPasswordMustChange).toHaveBeenCalledOnce()
  })
})

describe('a request', () => {
  it('asks for a page of findings by state and place', async () => {
    fetched.mockResolvedValue(json({ rows: [], next_before: null, tally: {} }))
    await httpApi().findings({ state: 'pending', before: 7, limit: 50 })
    expect(fetched.mock.calls[0]?.[0]).toBe('/api/v1/findings?limit=50&state=pending&before=7')
  })

  it('sends JSON without a token and takes 204 for an answer', async () => {
    fetched.mockResolvedValue(new Response(null, { status: 204 }))
    await httpApi().signOut()
    const init = fetched.mock.calls[0]?.[1]
    expect(init?.method).toBe('DELETE')
    expect(new Headers(init?.headers).get('content-type')).toBe('application/json')
  })

  it('changes the password by what it is and what it is to be', async () => {
    fetched.mockResolvedValue(new Response(null, { status: 204 }))
    await httpApi().changePassword({ current: 'a', new: 'b' })
    const [path, init] = fetched.mock.calls[0] ?? []
    expect([path, init?.method, init?.body]).toEqual(['/api/v1/session/password', 'PUT', '{"current":"a","new":"b"}'])
  })
})

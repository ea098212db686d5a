import { afterEach, expect, it, vi } from 'vitest'

import { ApiError } from './errors'
import { sendFile } from './sendFile'

/** A request that answers as it is told. */
class FakeRequest extends EventTarget {
  static last: FakeRequest
  readonly upload = new EventTarget()
  readonly headers: Record<string, string> = {}
  timeout = 0
  status = 0
  responseText = ''
  opened: string[] = []
  body: unknown = null

  constructor() {
    super()
    FakeRequest.last = this
  }

  open(method: string, path: string): void { this.opened = [method, path] }
  setRequestHeader(name: string, value: string): void { this.headers[name] = value }
  send(body: unknown): void { this.body = body }

  answer(status: number, text: string): void {
    this.status = status
    this.responseText = text
    this.dispatchEvent(new Event('load'))
  }
}

function begin(sent: (bytes: number) => void = () => undefined): Promise<unknown> {
  vi.stubGlobal('XMLHttpRequest', FakeRequest)
  const outcome = sendFile('/api/v1/rescue', new Blob(['letter']), sent)
  return outcome.catch((thrown: unknown) => (thrown instanceof ApiError ? [thrown.code, thrown.details] : thrown))
}

afterEach(() => { vi.unstubAllGlobals() })

it('sends a file as it is and tells how far it has come', async () => {
  const sent = vi.fn()
  const outcome = begin(sent)
  const request = FakeRequest.last
  expect(request.opened).toEqual(['POST', '/api/v1/rescue'])
  expect(request.headers['content-type']).toBe('application/octet-stream')
  expect(request.body).toBeInstanceOf(Blob)
  request.upload.dispatchEvent(new ProgressEvent('progress', { loaded: 3 }))
  expect(sent).toHaveBeenCalledWith(3)
  request.answer(200, '{"applied":1}')
  expect(await outcome).toEqual({ applied: 1 })
})

it.each([
  { status: 422, text: '{"code":"rescue_refused","message":"","details":{"fault":"key"}}', code: 'rescue_refused', details: { fault: 'key' } },
  { status: 502, text: '<html>', code: 'unreachable', details: null },
  { status: 500, text: '', code: 'broken_answer', details: null },
  { status: 200, text: '<html>', code: 'broken_answer', details: null },
])('takes $status with "$text" for $code', async ({ status, text, code, details }) => {
  const outcome = begin()
  FakeRequest.last.answer(status, text)
  expect(await outcome).toEqual([code, details])
})

it.each(['error', 'timeout', 'abort'])('is unreachable after %s', async (event) => {
  const outcome = begin()
  FakeRequest.last.dispatchEvent(new Event(event))
  expect(await outcome).toEqual(['unreachable', null])
})

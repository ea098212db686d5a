import type {
  ErrorBody,
  FindingDetail,
  FindingPage,
  Point,
  Review,
  SessionView,
  SignedIn,
  SignInRequest,
} from '@xunfang/shared'

import type { Api } from './api'
import { ApiError } from './errors'
import { listen } from './live'

/** After this long a supervisor would rather hear that the server does not answer. */
const TIMEOUT_MS = 20_000

export interface HttpApiOptions {
  /** Called when the server says that the session is over. */
  onSignedOut?: () => void
  timeoutMs?: number
}

interface Call {
  method?: 'GET' | 'POST' | 'DELETE'
  body?: unknown
  signal?: AbortSignal | undefined
}

function isErrorBody(value: unknown): value is ErrorBody {
  return (
    typeof value === 'object' && value !== null && 'code' in value && typeof value.code === 'string'
  )
}

async function refusal(response: Response): Promise<ApiError> {
  let body: unknown = null
  try {
    body = await response.json()
  } catch {
    // A proxy's HTML page, or nothing: the status has to say it.
  }
  if (isErrorBody(body)) return new ApiError(body.code, response.status, body.details ?? null)
  if (response.status === 401) return new ApiError('signed_out', 401)
  // A gateway in front of a server that is down answers 502 to 504.
  const gateway = response.status >= 502 && response.status <= 504
  return new ApiError(gateway ? 'unreachable' : 'broken_answer', response.status)
}

/** Sends one request and returns the body of its answer; null for 204. */
async function request(path: string, call: Call, timeoutMs: number): Promise<unknown> {
  const deadline = new AbortController()
  const timer = setTimeout(() => { deadline.abort() }, timeoutMs)
  const signal = call.signal ? AbortSignal.any([deadline.signal, call.signal]) : deadline.signal
  try {
    let response: Response
    try {
      response = await fetch(path, {
        method: call.method ?? 'GET',
        credentials: 'same-origin',
        cache: 'no-store',
        headers:
          call.body === undefined
            ? { accept: 'application/json' }
            : { accept: 'application/json', 'content-type': 'application/json' },
        ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
        signal,
      })
    } catch {
      throw new ApiError(call.signal?.aborted ? 'aborted' : 'unreachable', 0)
    }
    if (!response.ok) throw await refusal(response)
    if (response.status === 204) return null
    try {
      return await response.json()
    } catch {
      if (call.signal?.aborted) throw new ApiError('aborted', 0)
      // The body can also stop half-way, which is the network's doing and not the server's.
      throw new ApiError(deadline.signal.aborted ? 'unreachable' : 'broken_answer', response.status)
    }
  } finally {
    clearTimeout(timer)
  }
}

/** The API over HTTP, on the origin that served this page. */
export function httpApi(options: HttpApiOptions = {}): Api {
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS

  // The server's types are generated from its source, so an answer is taken at its word here.
  async function ask<T>(path: string, call: Call = {}): Promise<T> {
    try {
      return (await request(`/api/v1${path}`, call, timeoutMs)) as T
    } catch (thrown) {
      if (thrown instanceof ApiError && thrown.code === 'signed_out') options.onSignedOut?.()
      throw thrown
    }
  }

  return {
    async signIn(account, password) {
      const body: SignInRequest = { account, password, device: null }
      return (await ask<SignedIn>('/session', { method: 'POST', body })).session
    },
    session: () => ask<SessionView>('/session'),
    async signOut() {
      // The content type makes the request one that a foreign page cannot send unasked.
      await ask<null>('/session', { method: 'DELETE', body: {} })
    },
    findings({ state, before, limit }, signal) {
      const query = new URLSearchParams({ limit: String(limit) })
      if (state) query.set('state', state)
      if (before !== undefined) query.set('before', String(before))
      return ask<FindingPage>(`/findings?${query.toString()}`, { signal })
    },
    finding: (id, signal) => ask<FindingDetail>(`/findings/${encodeURIComponent(id)}`, { signal }),
    review: (id, body) =>
      ask<Review>(`/findings/${encodeURIComponent(id)}/review`, { method: 'POST', body }),
    points: (signal) => ask<Point[]>('/points', { signal }),
    photoUrl: (sha256, size) => `/api/v1/photos/${sha256}/${size}`,
    live: (listener) => listen('/api/v1/live', listener),
  }
}

import type {
  CodeEntry,
  Criterion,
  FindingDetail,
  FindingPage,
  ImportDone,
  ImportPreview,
  InspectionPage,
  InspectionRow,
  Point,
  PointTable,
  RescueReport,
  Review,
  SessionView,
  SignedIn,
  SignInRequest,
  Standard,
  StandardChange,
  StandardHead,
  VerifyReport,
} from '@xunfang/shared'

import type { Api, Register } from './api'
import { ApiError, refusalOf } from './errors'
import { listen } from './live'
import { sendFile } from './sendFile'

/** After this long a supervisor would rather hear that the server does not answer. */
const TIMEOUT_MS = 20_000
/** A register of 32 MB has to get up a slow line first. */
const FILE_TIMEOUT_MS = 300_000

export interface HttpApiOptions {
  /** Called when the server says that the session is over. */
  onSignedOut?: () => void
  /** Called when the server says that the password has to be changed first. */
  onPasswordMustChange?: () => void
  timeoutMs?: number
}

interface Call {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** A file goes as it is, everything else as JSON. */
  body?: unknown
  signal?: AbortSignal | undefined
}

function headersOf(body: unknown): Record<string, string> {
  const accept = { accept: 'application/json' }
  if (body === undefined) return accept
  const type = body instanceof Blob ? 'application/octet-stream' : 'application/json'
  return { ...accept, 'content-type': type }
}

async function refusal(response: Response): Promise<ApiError> {
  let body: unknown = null
  try {
    body = await response.json()
  } catch {
    // A proxy's HTML page, or nothing: the status has to say it.
  }
  return refusalOf(response.status, body)
}

/** Sends one request and reads the body of its answer; null for 204. */
async function request(
  path: string,
  call: Call,
  timeoutMs: number,
  read: (response: Response) => Promise<unknown>,
): Promise<unknown> {
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
        headers: headersOf(call.body),
        ...(call.body === undefined
          ? {}
          : { body: call.body instanceof Blob ? call.body : JSON.stringify(call.body) }),
        signal,
      })
    } catch {
      throw new ApiError(call.signal?.aborted ? 'aborted' : 'unreachable', 0)
    }
    if (!response.ok) throw await refusal(response)
    if (response.status === 204) return null
    try {
      return await read(response)
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

  /** What a refusal says of the session is for the whole console, whoever asked. */
  function heed(thrown: unknown): void {
    if (!(thrown instanceof ApiError)) return
    if (thrown.code === 'signed_out') options.onSignedOut?.()
    if (thrown.code === 'password_must_change') options.onPasswordMustChange?.()
  }

  // The server's types are generated from its source, so an answer is taken at its word here.
  async function ask<T>(
    path: string,
    call: Call = {},
    read: (response: Response) => Promise<unknown> = (response) => response.json(),
  ): Promise<T> {
    const file = call.body instanceof Blob || path.includes('/export?')
    const patience = file ? Math.max(timeoutMs, FILE_TIMEOUT_MS) : timeoutMs
    try {
      return (await request(`/api/v1${path}`, call, patience, read)) as T
    } catch (thrown) {
      heed(thrown)
      throw thrown
    }
  }

  function form({ format, datum }: Pick<Register, 'format' | 'datum'>, more: object = {}): string {
    return new URLSearchParams({ format, datum, ...more }).toString()
  }

  return {
    async signIn(account, password) {
      const body: SignInRequest = { account, password, device: null, device_name: null }
      return (await ask<SignedIn>('/session', { method: 'POST', body })).session
    },
    session: () => ask<SessionView>('/session'),
    async signOut() {
      // The content type makes the request one that a foreign page cannot send unasked.
      await ask<null>('/session', { method: 'DELETE', body: {} })
    },
    async changePassword(body) {
      await ask<null>('/session/password', { method: 'PUT', body })
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
    pointTable({ typed, kind, retired, order, descending, offset, limit }, signal) {
      const query = new URLSearchParams({
        typed,
        uses: retired ? 'retired' : 'in_use',
        order,
        descending: String(descending),
        offset: String(offset),
        limit: String(limit),
      })
      if (kind !== null) query.set('kind', kind)
      return ask<PointTable>(`/points/table?${query.toString()}`, { signal })
    },
    point: (id, signal) => ask<Point>(`/points/${encodeURIComponent(id)}`, { signal }),
    savePoint: (id, body) =>
      id === null
        ? ask<Point>('/points', { method: 'POST', body })
        : ask<Point>(`/points/${encodeURIComponent(id)}`, { method: 'PUT', body }),
    previewImport: (register) =>
      ask<ImportPreview>(`/points/import?${form(register)}`, { method: 'POST', body: register.file }),
    commitImport: (register, digest) =>
      ask<ImportDone>(`/points/import/commit?${form(register, { digest })}`, {
        method: 'POST',
        body: register.file,
      }),
    async importRescue(file, sent) {
      try {
        return (await sendFile('/api/v1/rescue', file, sent)) as RescueReport
      } catch (thrown) {
        heed(thrown)
        throw thrown
      }
    },
    exportPoints: (format, datum) =>
      ask<Blob>(`/points/export?${form({ format, datum })}`, {}, (response) => response.blob()),
    inspections(before, limit, signal) {
      const query = new URLSearchParams({ limit: String(limit) })
      if (before !== null) query.set('before', String(before))
      return ask<InspectionPage>(`/inspections?${query.toString()}`, { signal })
    },
    inspection: (id, signal) =>
      ask<InspectionRow>(`/inspections/${encodeURIComponent(id)}`, { signal }),
    standards: (signal) => ask<StandardHead[]>('/standards', { signal }),
    standard: (version, signal) => ask<Standard>(`/standards/${String(version)}`, { signal }),
    standardChanges: (from, to, signal) =>
      ask<StandardChange[]>(`/standards/${String(to)}/changes?from=${String(from)}`, { signal }),
    checklist: (version, kind, signal) =>
      ask<string[]>(`/standards/${String(version)}/checklist?kind=${kind}`, { signal }),
    unusedCriteria: (signal) => ask<Criterion[]>('/standards/unused', { signal }),
    editStandard: (body) => ask<Standard>('/standards', { method: 'POST', body }),
    codes(typed, edition, signal) {
      const query = new URLSearchParams({ typed })
      if (edition !== null) query.set('edition', edition)
      return ask<CodeEntry[]>(`/codes?${query.toString()}`, { signal })
    },
    verifyCode: (code) => ask<VerifyReport>(`/verify/${encodeURIComponent(code)}`),
    verifyPhoto: (photo) => ask<VerifyReport>('/verify', { method: 'POST', body: photo }),
    photoUrl: (sha256, size) => `/api/v1/photos/${sha256}/${size}`,
    live: (listener) => listen('/api/v1/live', listener),
  }
}

import type {
  FindingDetail,
  FindingId,
  FindingPage,
  LiveNotice,
  Point,
  Review,
  ReviewRequest,
  ReviewState,
  SessionView,
  Sha256Hex,
} from '@xunfang/shared'
import { inject, type InjectionKey } from 'vue'

/** The queue shows findings; notices of anything else are for other pages. */
export type FindingNotice = Extract<LiveNotice, { kind: 'finding' }>

/** Which findings to ask for, newest first. */
export interface FindingQuery {
  /** One state; all without it. */
  state?: ReviewState
  /** Continue below this place in the queue. */
  before?: number
  /** At most 200. */
  limit: number
}

/** Which copy of a photo. */
export type PhotoSize = 'thumb' | 'working' | 'original'

/** What a screen hears from the live connection. */
export interface LiveListener {
  /** The connection stands; notices may have been missed before it, so ask again. */
  opened: () => void
  /** The connection is gone; it comes back by itself. */
  lost: () => void
  /** Something changed. */
  notice: (notice: FindingNotice) => void
}

/** Everything the console asks of the server. Every rejection is an `ApiError`. */
export interface Api {
  signIn: (account: string, password: string) => Promise<SessionView>
  session: () => Promise<SessionView>
  signOut: () => Promise<void>
  findings: (query: FindingQuery, signal?: AbortSignal) => Promise<FindingPage>
  finding: (id: FindingId, signal?: AbortSignal) => Promise<FindingDetail>
  review: (id: FindingId, request: ReviewRequest) => Promise<Review>
  points: (signal?: AbortSignal) => Promise<Point[]>
  photoUrl: (sha256: Sha256Hex, size: PhotoSize) => string
  /** Listens until the returned function is called. */
  live: (listener: LiveListener) => () => void
}

export const API: InjectionKey<Api> = Symbol('api')

/** Returns the API of this application. */
export function useApi(): Api {
  const api = inject(API)
  if (!api) throw new Error('no API is provided')
  return api
}

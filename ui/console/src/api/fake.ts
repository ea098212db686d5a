import type {
  FindingDetail,
  FindingId,
  FindingPage,
  FindingRow,
  Point,
  Review,
  ReviewRequest,
  SessionView,
} from '@xunfang/shared'

import type { Api, FindingNotice, FindingQuery, LiveListener, PhotoSize } from './api'
import { ApiError } from './errors'

/** A server in memory that keeps the real one's rules about revisions and reasons; for tests. */
export class FakeApi implements Api {
  readonly reviews: { id: FindingId; request: ReviewRequest }[] = []
  private readonly listeners = new Set<LiveListener>()
  /** Thrown once by the next request of each kind. */
  private readonly failures = new Map<string, ApiError>()

  constructor(
    readonly person: SessionView,
    public rows: FindingRow[],
    readonly allPoints: Point[],
    public signedIn = true,
  ) {}

  failNext(kind: 'findings' | 'finding' | 'review' | 'signIn', code: string): void {
    this.failures.set(kind, new ApiError(code, 500))
  }

  private fail(kind: string): void {
    const failure = this.failures.get(kind)
    this.failures.delete(kind)
    if (failure) throw failure
  }

  private row(id: FindingId): FindingRow {
    const row = this.rows.find((candidate) => candidate.record.id === id)
    if (!row) throw new ApiError('not_found', 404)
    return row
  }

  /** A finding arrives on the server and is told to every screen. */
  arrive(row: FindingRow): void {
    this.rows = [row, ...this.rows]
    this.tell({ kind: 'finding', id: row.record.id, state: row.review.state })
  }

  /** Somebody else decides, with or without this screen hearing of it. */
  decideElsewhere(id: FindingId, by: string, heard: boolean): void {
    const row = this.row(id)
    const review: Review = { ...row.review, state: 'accepted', rev: row.review.rev + 1, decided_at: 1, decided_by: by }
    this.put(id, review)
    if (heard) this.tell({ kind: 'finding', id, state: review.state })
  }

  private put(id: FindingId, review: Review): void {
    this.rows = this.rows.map((row) => (row.record.id === id ? { ...row, review } : row))
  }

  private tell(notice: FindingNotice): void {
    for (const listener of this.listeners) listener.notice(notice)
  }

  signIn(_account: string, password: string): Promise<SessionView> {
    return this.answer(() => {
      this.fail('signIn')
      if (password !== 'good') throw new ApiError('wrong_password', 401)
      this.signedIn = true
      return this.person
    })
  }

  session(): Promise<SessionView> {
    return this.answer(() => {
      if (!this.signedIn) throw new ApiError('signed_out', 401)
      return this.person
    })
  }

  signOut(): Promise<void> {
    return this.answer(() => { this.signedIn = false })
  }

  findings({ state, before, limit }: FindingQuery): Promise<FindingPage> {
    return this.answer(() => {
      this.fail('findings')
      const matching = this.rows.filter(
        (row) => (!state || row.review.state === state) && (before === undefined || row.seq < before),
      )
      const rows = matching.slice(0, limit)
      const tally = { pending: 0, accepted: 0, returned: 0 }
      for (const row of this.rows) tally[row.review.state] += 1
      return { rows, tally, next_before: matching.length > limit ? (rows.at(-1)?.seq ?? null) : null }
    })
  }

  finding(id: FindingId): Promise<FindingDetail> {
    return this.answer(() => {
      this.fail('finding')
      const row = this.row(id)
      const point = this.allPoints.find((candidate) => candidate.id === row.record.point)
      if (!point) throw new ApiError('not_found', 404)
      return { row, point }
    })
  }

  review(id: FindingId, request: ReviewRequest): Promise<Review> {
    return this.answer(() => {
      this.fail('review')
      this.reviews.push({ id, request })
      const { review } = this.row(id)
      if (review.rev !== request.rev) throw new ApiError('review_moved_on', 409, { rev: review.rev })
      const decided: Review = {
        ...review,
        state: request.decision === 'accept' ? 'accepted' : 'returned',
        reason: request.decision === 'return' ? request.reason : '',
        rev: review.rev + 1,
        decided_at: 1,
        decided_by: this.person.person.display_name,
      }
      this.put(id, decided)
      return decided
    })
  }

  points(): Promise<Point[]> {
    return this.answer(() => this.allPoints)
  }

  photoUrl(sha256: string, size: PhotoSize): string {
    return `/photos/${sha256}/${size}`
  }

  live(listener: LiveListener): () => void {
    this.listeners.add(listener)
    listener.opened()
    return () => this.listeners.delete(listener)
  }

  private answer<T>(make: () => T): Promise<T> {
    return new Promise((resolve) => { resolve(make()) })
  }
}

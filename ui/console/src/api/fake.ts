import type {
  CodeEntry,
  Criterion,
  EarlierFinding,
  FindingDetail,
  FindingId,
  FindingPage,
  FindingRecord,
  FindingRow,
  ImportDone,
  ImportPreview,
  InspectionId,
  InspectionPage,
  InspectionRow,
  LiveNotice,
  PasswordChange,
  Point,
  PointId,
  PointSave,
  PointTable,
  PointType,
  RescueReport,
  Review,
  ReviewRequest,
  SessionView,
  Standard,
  StandardChange,
  StandardEdit,
  StandardHead,
  PhotoReport,
  VerifyReport,
  Sha256Hex,
} from '@xunfang/shared'
import { photoReport } from '../testing/samples'

import type { Api, FindingQuery, LiveListener, PhotoSize, PointQuery, Register } from './api'
import { ApiError } from './errors'

type FakeCall = 'findings' | 'finding' | 'review' | 'signIn' | 'changePassword' | 'pointTable' | 'savePoint' | 'preview' | 'commit' | 'editStandard' | 'standards' | 'inspections' | 'verify' | 'rescue'

/** A server in memory that keeps the real one's rules about revisions and reasons; for tests. */
export class FakeApi implements Api {
  /** What is known of single photos, by hash; of others everything holds. */
  readonly reports = new Map<Sha256Hex, PhotoReport>()
  /** What findings said before they were revised. */
  readonly earlier = new Map<FindingId, EarlierFinding[]>()
  readonly reviews: { id: FindingId; request: ReviewRequest }[] = []
  /** With which one signs in. */
  password = 'good'
  readonly pointSaves: { id: PointId | null; save: PointSave }[] = []
  readonly edits: StandardEdit[] = []
  /** Digests by which registers were taken. */
  readonly imported: string[] = []
  /** Rescue files that came whole. */
  readonly rescued: Blob[] = []
  rescueReport: RescueReport | null = null
  /** Versions of the standard, newest last. */
  versions: Standard[] = []
  unused: Criterion[] = []
  changes: StandardChange[] = []
  codeList: CodeEntry[] = []
  inspectionRows: InspectionRow[] = []
  preview: ImportPreview = { digest: 'digest-1', tally: { new: 0, changed: 0, unchanged: 0, refused: 0 }, rows: [] }
  /** What the public page is told of any photo or code. */
  verified: VerifyReport = { verdict: 'unknown', record: null }
  /** Codes and photos that were asked for. */
  readonly verifying: (string | Blob)[] = []
  private readonly listeners = new Set<LiveListener>()
  /** Thrown once by the next request of each kind. */
  private readonly failures = new Map<FakeCall, ApiError>()

  constructor(
    public person: SessionView,
    public rows: FindingRow[],
    public allPoints: Point[],
    public signedIn = true,
  ) {}

  failNext(kind: FakeCall, code: string, details: Record<string, unknown> | null = null): void {
    this.failures.set(kind, new ApiError(code, 500, details))
  }

  private fail(kind: FakeCall): void {
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

  /** An inspection arrives on the server and is told to every screen. */
  arriveInspection(row: InspectionRow): void {
    this.inspectionRows = [row, ...this.inspectionRows]
    this.tell({ kind: 'inspection', id: row.record.id })
  }

  /** Somebody else decides, with or without this screen hearing of it. */
  decideElsewhere(id: FindingId, by: string, heard: boolean): void {
    const row = this.row(id)
    const review: Review = { ...row.review, state: 'accepted', rev: row.review.rev + 1, decided_at: 1, decided_by: by }
    this.put(id, review)
    if (heard) this.tell({ kind: 'finding', id, state: review.state })
  }

  /** Its author revises a finding: what it said is kept, and it waits again, on top of the queue. */
  revise(id: FindingId, change: Partial<FindingRecord>, heard: boolean): void {
    const row = this.row(id)
    const { record, received_at, review } = row
    const answered = review.state === 'pending' ? null : review
    this.earlier.set(id, [...(this.earlier.get(id) ?? []), { record, received_at, review: answered }])
    const revised: FindingRow = {
      ...row,
      record: { ...record, ...change },
      received_at: received_at + 1,
      review: { finding: id, state: 'pending', reason: '', rev: review.rev + 1, decided_at: null, decided_by: null },
      seq: Math.max(...this.rows.map(({ seq }) => seq)) + 1,
    }
    this.rows = [revised, ...this.rows.filter((other) => other !== row)]
    if (heard) this.tell({ kind: 'finding', id, state: 'pending' })
  }

  private put(id: FindingId, review: Review): void {
    this.rows = this.rows.map((row) => (row.record.id === id ? { ...row, review } : row))
  }

  private tell(notice: LiveNotice): void {
    for (const listener of this.listeners) listener.notice(notice)
  }

  signIn(_account: string, password: string): Promise<SessionView> {
    return this.reply(() => {
      this.fail('signIn')
      if (password !== this.password) throw new ApiError('wrong_password', 401)
      this.signedIn = true
      return this.person
    })
  }

  session(): Promise<SessionView> {
    return this.reply(() => {
      if (!this.signedIn) throw new ApiError('signed_out', 401)
      return this.person
    })
  }

  signOut(): Promise<void> {
    return this.reply(() => { this.signedIn = false })
  }

  changePassword(request: PasswordChange): Promise<void> {
    return this.reply(() => {
      this.fail('changePassword')
      if (request.current !== this.password) throw new ApiError('wrong_password', 401)
      if (request.new === this.password) throw new ApiError('password_refused', 422, { fault: 'used_before' })
      this.password = request.new
      this.person = { ...this.person, password_must_change: false }
    })
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
      const photos = row.record.photos.map((photo) => this.reports.get(photo.sha256) ?? photoReport(photo.sha256))
      return { row, point, photos, earlier: this.earlier.get(id) ?? [] }
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

  pointTable({ typed, kind, retired, offset, limit }: PointQuery): Promise<PointTable> {
    return this.answer(() => {
      this.fail('pointTable')
      const uses = this.allPoints.filter((point) => point.retired === retired)
      const found = uses.filter((point) => point.name.includes(typed))
      const kinds = [...new Set(found.map((point) => point.kind))]
      const matching = found.filter((point) => kind === null || point.kind === kind)
      return {
        rows: matching.slice(offset, offset + limit),
        total: matching.length,
        all: uses.length,
        kinds: kinds.map((each) => ({ kind: each, points: found.filter((point) => point.kind === each).length })),
      }
    })
  }

  point(id: PointId): Promise<Point> {
    return this.answer(() => {
      const point = this.allPoints.find((candidate) => candidate.id === id)
      if (!point) throw new ApiError('not_found', 404)
      return point
    })
  }

  savePoint(id: PointId | null, save: PointSave): Promise<Point> {
    return this.answer(() => {
      this.fail('savePoint')
      this.pointSaves.push({ id, save })
      const stored = this.allPoints.find((candidate) => candidate.id === id) ?? null
      if (JSON.stringify(stored) !== JSON.stringify(save.seen)) throw new ApiError('point_moved_on', 409)
      const { place, zone, ...rest } = save.point
      const base = stored ?? { id: 'point-new', district: this.person.district.id, sample: false, radius_m: 500 }
      const at = place ?? stored?.place
      if (!at) throw new ApiError('point_invalid', 422, { reasons: [{ reason: 'missing', field: 'place' }] })
      const made: Point = { ...base, ...rest, place: { lat: at.lat, lng: at.lng }, own_zone: zone !== null, shape: zone }
      this.allPoints = [...this.allPoints.filter((candidate) => candidate.id !== made.id), made]
      return made
    })
  }

  previewImport(): Promise<ImportPreview> {
    return this.answer(() => {
      this.fail('preview')
      return this.preview
    })
  }

  commitImport(_register: Register, digest: string): Promise<ImportDone> {
    return this.answer(() => {
      this.fail('commit')
      if (digest !== this.preview.digest) throw new ApiError('import_moved_on', 409)
      this.imported.push(digest)
      return { tally: this.preview.tally }
    })
  }

  importRescue(file: Blob, sent: (bytes: number) => void): Promise<RescueReport> {
    return this.answer(() => {
      sent(file.size)
      this.fail('rescue')
      if (!this.rescueReport) throw new ApiError('rescue_refused', 422, { fault: 'no_rescue_file' })
      this.rescued.push(file)
      return this.rescueReport
    })
  }

  exportPoints(): Promise<Blob> {
    return this.answer(() => new Blob(['points']))
  }

  inspections(before: number | null, limit: number): Promise<InspectionPage> {
    return this.answer(() => {
      this.fail('inspections')
      const matching = this.inspectionRows.filter((row) => before === null || row.seq < before)
      const rows = matching.slice(0, limit)
      return { rows, next_before: matching.length > limit ? (rows.at(-1)?.seq ?? null) : null }
    })
  }

  inspection(id: InspectionId): Promise<InspectionRow> {
    return this.answer(() => {
      const row = this.inspectionRows.find((candidate) => candidate.record.id === id)
      if (!row) throw new ApiError('not_found', 404)
      return row
    })
  }

  standards(): Promise<StandardHead[]> {
    return this.answer(() => {
      this.fail('standards')
      const newest = this.versions.at(-1)?.version
      return this.versions.toReversed().map(({ id, version, profile, criteria, edited }) => ({
        reference: { id, version },
        in_force: version === newest,
        profile_name_zh: profile?.name_zh ?? '',
        profile_name_en: profile?.name_en ?? '',
        criteria: criteria.length,
        edited,
      }))
    })
  }

  standard(version: number): Promise<Standard> {
    return this.answer(() => this.version(version))
  }

  private version(number: number): Standard {
    const found = this.versions.find((candidate) => candidate.version === number)
    if (!found) throw new ApiError('not_found', 404)
    return found
  }

  standardChanges(): Promise<StandardChange[]> {
    return this.answer(() => this.changes)
  }

  checklist(version: number, kind: PointType): Promise<string[]> {
    return this.answer(() =>
      this.version(version).criteria.filter((one) => one.scope === 'point' && one.applies_to.includes(kind)).map((one) => one.code),
    )
  }

  unusedCriteria(): Promise<Criterion[]> {
    return this.answer(() => this.unused)
  }

  editStandard(edit: StandardEdit): Promise<Standard> {
    return this.answer(() => {
      this.fail('editStandard')
      this.edits.push(edit)
      const base = this.version(edit.base)
      if (base !== this.versions.at(-1)) throw new ApiError('standard_moved_on', 409)
      const adopted = this.unused.filter((one) => edit.adopt.includes(one.code))
      const made: Standard = {
        ...base,
        version: base.version + 1,
        criteria: [...base.criteria, ...adopted]
          .filter((one) => !edit.drop.includes(one.code))
          .map((one) => ({ ...one, threshold: edit.limits.find(({ code }) => code === one.code)?.limit ?? one.threshold })),
        edited: { by: this.person.person.display_name, at: 1, note: edit.note },
      }
      this.versions = [...this.versions, made]
      return made
    })
  }

  codes(typed: string): Promise<CodeEntry[]> {
    return this.answer(() => this.codeList.filter((entry) => entry.digits.startsWith(typed) || entry.name_zh.includes(typed)))
  }

  verifyCode(code: string): Promise<VerifyReport> {
    return this.verify(code)
  }

  verifyPhoto(photo: Blob): Promise<VerifyReport> {
    return this.verify(photo)
  }

  private async verify(asked: string | Blob): Promise<VerifyReport> {
    await Promise.resolve()
    this.fail('verify')
    this.verifying.push(asked)
    return this.verified
  }

  photoUrl(sha256: string, size: PhotoSize): string {
    return `/photos/${sha256}/${size}`
  }

  live(listener: LiveListener): () => void {
    this.listeners.add(listener)
    listener.opened(false)
    return () => this.listeners.delete(listener)
  }

  /** Answers whoever need not change their password first. */
  private answer<T>(make: () => T): Promise<T> {
    return this.reply(() => {
      if (this.person.password_must_change) throw new ApiError('password_must_change', 403)
      return make()
    })
  }

  private reply<T>(make: () => T): Promise<T> {
    return new Promise((resolve) => { resolve(make()) })
  }
}

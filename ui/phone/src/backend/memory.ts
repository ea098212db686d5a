/** The backend of unit tests: answers from memory, at once, and remembers what was asked. */
import type {
  AnswerView,
  CaptureSource,
  CaptureView,
  Change,
  Command,
  DraftView,
  FindingId,
  FindingView,
  InspectionId,
  InspectionItem,
  InspectionView,
  Lack,
  Outcome,
  PhotoMark,
  PhotoView,
  PointDetail,
  PointId,
  PointPage,
  PositionEvidence,
  RescueView,
  Sha256Hex,
  StartView,
} from '@xunfang/shared'

import { revisable } from '../components/revisable'
import {
  BackendError,
  type Answers,
  type AnswerOf,
  type Backend,
  type PhotoPlace,
  type PhotoSize,
  type RescueSaved,
} from './backend'

/** What the memory backend starts with; tests change it as they go. */
export interface MemoryData {
  start: StartView
  points: PointDetail[]
  position: PositionEvidence
  /** The inspections that can be begun, one a point at most. */
  inspections: InspectionView[]
  /** What the camera took while the app was gone. */
  captured?: CaptureView
  /** What is found of every photo that is taken. */
  marks?: PhotoMark[]
  /** What a rescue file would hold; nothing, where it is not said. */
  rescue?: RescueView
}

type Handlers = {
  [Name in Command['cmd']]: (command: Extract<Command, { cmd: Name }>) => Answers[Name]
}

const EMPTY_RESCUE: RescueView = {
  records: 0, photos: 0, bytes: 0, can_be_made: true, file_name: 'xunfang-empty.xfrescue',
}
const EMPTY_DRAFT: DraftView = { criterion: '', note: '', photos: [], revises: null }

export class MemoryBackend implements Backend {
  readonly data: MemoryData
  /** Every command so far, in order. */
  readonly asked: Command[] = []
  /** Decides the fate of each photo; throws what the core would throw. */
  stage: (file: Blob) => void = () => undefined
  /** Runs before every command; may throw, or wait. */
  before: (command: Command) => void | Promise<void> = () => undefined

  /** Decides what the person chooses in the dialog; null: there is none here. */
  saveRescue: (() => Promise<RescueSaved>) | null = () =>
    Promise.resolve({ saved: true, file_name: (this.data.rescue ?? EMPTY_RESCUE).file_name })

  readonly #listeners = new Set<(change: Change) => void>()
  #photos = 0
  #saved = 0

  constructor(data: MemoryData) {
    this.data = data
  }

  async run<C extends Command>(command: C): Promise<AnswerOf<C['cmd']>> {
    this.asked.push(command)
    await this.before(command)
    const handle = this.#handlers[command.cmd] as (command: Command) => AnswerOf<C['cmd']>
    return handle(command)
  }

  known(): undefined {
    return undefined
  }

  stagePhoto(place: PhotoPlace, source: CaptureSource, file: Blob): Promise<PhotoView> {
    try {
      this.stage(file)
      const photo: PhotoView = {
        sha256: String(++this.#photos).padStart(64, '0'),
        bytes: file.size,
        width: 4000,
        height: 3000,
        source,
        taken_at: 0,
        state: 'draft',
        code: null,
        marks: this.data.marks ?? [],
        shapes: [],
        annotated: null,
      }
      const detail = this.#point(place.point)
      if (place.item === undefined) {
        detail.draft = { ...detail.draft, photos: [...detail.draft.photos, photo] }
      } else {
        this.#itemAt(place.point, place.item).photos.push(photo)
      }
      return Promise.resolve(photo)
    } catch (thrown) {
      return Promise.reject(thrown instanceof Error ? thrown : new Error(String(thrown)))
    }
  }

  photoUrl(sha256: Sha256Hex, size: PhotoSize): string {
    return `memory:${sha256}/${size}`
  }

  onChange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  /** Tells the screens that something changed. */
  tell(change: Change): void {
    for (const listener of this.#listeners) listener(change)
  }

  #point(id: PointId): PointDetail {
    const detail = this.data.points.find((one) => one.point.id === id)
    if (detail === undefined) throw new BackendError('not_found', `no point ${id}`)
    return detail
  }

  #inspection(id: InspectionId): InspectionView {
    const view = this.data.inspections.find((one) => one.id === id)
    if (view === undefined) throw new BackendError('not_found', `no inspection ${id}`)
    return view
  }

  #itemAt(point: PointId, code: string): InspectionItem {
    const view = this.data.inspections.find((one) => one.point.id === point)
    const item = view?.items.find((one) => one.criterion.code === code)
    if (item === undefined) throw new BackendError('not_found', `no item ${code}`)
    return item
  }

  /** Judges yes and no as the core does; leaves everything else open. */
  #answered(view: InspectionView, code: string): AnswerView {
    const item = this.#itemAt(view.point.id, code)
    const { value } = item
    if (value === null) item.verdict = { outcome: 'undetermined', why: { because: 'unanswered' } }
    else if (value.form === 'holds') {
      item.verdict = value.holds
        ? { outcome: 'met', why: { because: 'holds' } }
        : { outcome: 'not_met', why: { because: 'does_not_hold' } }
    } else item.verdict = { outcome: 'undetermined', why: { because: 'unfit' } }
    item.photos_wanted = item.verdict.outcome === 'not_met' ? item.criterion.evidence.photos : 0
    view.lacks = view.items.flatMap((one): Lack[] => {
      const criterion = one.criterion.code
      if (one.value === null) return [{ lacks: 'answer', criterion }]
      const have = one.photos.length
      return have < one.photos_wanted
        ? [{ lacks: 'photos', criterion, have, need: one.photos_wanted }]
        : []
    })
    const count = (outcome: Outcome): number =>
      view.items.filter((one) => one.verdict.outcome === outcome).length
    view.tally = {
      met: count('met'),
      not_met: count('not_met'),
      undetermined: count('undetermined'),
      not_applicable: count('not_applicable'),
    }
    return structuredClone({ item, lacks: view.lacks, tally: view.tally })
  }

  #findings(): FindingView[] {
    return this.data.points.flatMap((one) => one.findings)
  }

  #finding(id: FindingId): FindingView {
    const found = this.#findings().find(({ record }) => record.id === id)
    if (found === undefined) throw new BackendError('not_found', `no finding ${id}`)
    return found
  }

  #replace(id: FindingId, changes: Partial<FindingView>): FindingView {
    const changed = { ...this.#finding(id), ...changes }
    for (const detail of this.data.points) {
      detail.findings = detail.findings.map((one) => (one.record.id === id ? changed : one))
    }
    return changed
  }

  /** One more waits to be sent. */
  #queued(): void {
    const { sync } = this.data.start
    this.data.start = { ...this.data.start, sync: { ...sync, unsent: sync.unsent + 1 } }
  }

  #page(query: string, kind: string | null, offset: number, limit: number): PointPage {
    const matching = this.data.points.filter(
      ({ point }) => point.name.includes(query) && (kind === null || point.kind === kind),
    )
    const kinds = [...new Set(this.data.points.map(({ point }) => point.kind))]
    return {
      rows: matching.slice(offset, offset + limit).map((detail) => ({
        point: detail.point,
        standing: detail.standing,
        last_finding_at: detail.findings[0]?.record.found_at ?? null,
        open_findings: detail.findings.filter((one) => one.stage !== 'accepted').length,
      })),
      total: matching.length,
      position: this.data.position,
      types: kinds.map((one) => ({
        kind: one,
        count: this.data.points.filter(({ point }) => point.kind === one).length,
      })),
    }
  }

  readonly #handlers: Handlers = {
    start: () => this.data.start,
    usable: () => null,
    sign_in: () => this.data.start,
    sign_out: () => {
      this.data.start = { ...this.data.start, session: null }
      return this.data.start
    },
    points: ({ query, kind, offset, limit }) => this.#page(query, kind, offset, limit),
    point: ({ id }) => ({ ...this.#point(id), position: this.data.position }),
    save_draft: ({ point, criterion, note }) => {
      const detail = this.#point(point)
      detail.draft = { ...detail.draft, criterion, note }
      return detail.draft
    },
    remove_draft_photo: ({ point, sha256 }) => {
      const detail = this.#point(point)
      const photos = detail.draft.photos.filter((photo) => photo.sha256 !== sha256)
      detail.draft = { ...detail.draft, photos }
      return detail.draft
    },
    expect_photo: () => null,
    end_capture: () => null,
    recover_capture: () => this.data.captured ?? null,
    annotate: ({ point, item, sha256, shapes }) => {
      const photos = item === null ? this.#point(point).draft.photos : this.#itemAt(point, item).photos
      const photo = photos.find((one) => one.sha256 === sha256)
      if (photo === undefined) throw new BackendError('not_found', `no photo ${sha256}`)
      photo.shapes = structuredClone(shapes)
      photo.annotated = shapes.length === 0 ? null : String(shapes.length).padStart(64, 'a')
      return structuredClone(photo)
    },
    begin_inspection: ({ point }) => {
      const view = this.data.inspections.find((one) => one.point.id === point)
      if (view === undefined) throw new BackendError('checklist_empty', `nothing at ${point}`)
      return structuredClone(view)
    },
    inspection: ({ id }) => structuredClone(this.#inspection(id)),
    inspection_item: ({ id, criterion }) => this.#answered(this.#inspection(id), criterion),
    save_answer: ({ id, criterion, value }) => {
      const view = this.#inspection(id)
      const item = this.#itemAt(view.point.id, criterion)
      // As it crosses to the core: without the screen's own wrapping.
      item.value = JSON.parse(JSON.stringify(value)) as typeof value
      return this.#answered(view, criterion)
    },
    save_answer_note: ({ id, criterion, note }) => {
      const view = this.#inspection(id)
      this.#itemAt(view.point.id, criterion).note = note
      return this.#answered(view, criterion)
    },
    discard_inspection: ({ id }) => {
      const view = this.#inspection(id)
      this.data.inspections = this.data.inspections.filter((one) => one.id !== id)
      return view.point.id
    },
    walk_line: ({ id, criterion, step }) => {
      const view = this.#inspection(id)
      const item = this.#itemAt(view.point.id, criterion)
      const { value } = item
      const markers = value?.form === 'line' && step !== 'start' ? [...value.markers] : []
      if (step === 'mark') markers.push({ place: view.point.place, accuracy_m: 5 })
      if (step === 'undo') markers.pop()
      item.value = { form: 'line', street: [view.point.place], markers, walking: step !== 'end' }
      return this.#answered(view, criterion)
    },
    remove_answer_photo: ({ id, criterion, sha256 }) => {
      const view = this.#inspection(id)
      const item = this.#itemAt(view.point.id, criterion)
      item.photos = item.photos.filter((photo) => photo.sha256 !== sha256)
      return this.#answered(view, criterion)
    },
    submit_inspection: ({ id }) => {
      const view = this.#inspection(id)
      if (view.lacks.length > 0) throw new BackendError('inspection_incomplete', 'not complete')
      view.stage = 'saved'
      view.submitted_at = 0
      return structuredClone(view)
    },
    save_finding: ({ point, criterion, note }) => {
      const detail = this.#point(point)
      const { revises } = detail.draft
      this.#queued()
      detail.draft = EMPTY_DRAFT
      if (revises !== null) {
        const id = revises.finding
        const { record } = this.#finding(id)
        this.#replace(id, { stage: 'saved', revises: true, record: { ...record, criterion, note } })
        return { id, point }
      }
      return { id: `finding-${String(++this.#saved)}`, point }
    },
    revise_finding: ({ id }) => {
      const finding = this.#finding(id)
      const { record, stage, review } = finding
      const detail = this.#point(record.point)
      const { draft } = detail
      if (draft.revises?.finding === id) return record.point
      if (draft.revises !== null || draft.criterion + draft.note !== '' || draft.photos.length > 0) {
        throw new BackendError('draft_in_use', `another is begun at ${record.point}`)
      }
      if (!revisable(finding)) throw new BackendError('finding_moved_on', `${id} is ${stage}`)
      const photos = record.photos.map(({ sha256 }) => sha256)
      const { criterion, note } = record
      detail.draft = { criterion, note, photos: [], revises: { finding: id, review, photos } }
      return record.point
    },
    give_up_revision: ({ point }) => {
      const detail = this.#point(point)
      if (detail.draft.revises !== null) detail.draft = EMPTY_DRAFT
      return detail.draft
    },
    settle_conflict: ({ id, keep, rev }) => {
      const { theirs, review } = this.#finding(id)
      if (theirs === null || rev !== (review?.rev ?? 0)) throw new BackendError('finding_moved_on', `${id} is no conflict`)
      const { sync } = this.data.start
      this.data.start = { ...this.data.start, sync: { ...sync, conflicts: sync.conflicts - 1 } }
      if (keep === 'mine') {
        this.#queued()
        return this.#replace(id, { stage: 'saved', theirs: null })
      }
      const stage = review === null || review.state === 'pending' ? 'applied' : review.state
      return this.#replace(id, { ...theirs, stage, revises: false, theirs: null })
    },
    findings: ({ filter, offset, limit }) => {
      const rows = this.#findings().filter(
        ({ stage }) =>
          filter === 'all' ||
          (filter === 'returned' ? stage === 'returned' : !['applied', 'accepted', 'returned'].includes(stage)),
      )
      return { rows: rows.slice(offset, offset + limit), total: rows.length }
    },
    finding: ({ id }) => this.#finding(id),
    sync: () => this.data.start.sync,
    sync_now: () => this.data.start.sync,
    send_originals: () => this.data.start.sync,
    rescue: () => this.data.rescue ?? EMPTY_RESCUE,
    surroundings: () => null,
    save_settings: ({ settings }) => {
      this.data.start = { ...this.data.start, settings }
      return settings
    },
    dismiss_notice: ({ id }) => {
      const notices = this.data.start.notices.filter((notice) => notice.id !== id)
      this.data.start = { ...this.data.start, notices }
      return notices
    },
    position: () => this.data.position,
    simulate_position: ({ lat, lng, accuracy_m }) => {
      const fix = { place: { lat, lng }, accuracy_m, provider: 'simulated', taken_at: 0, mock: false }
      this.data.position = { kind: 'measured', fix }
      return this.data.position
    },
  }
}

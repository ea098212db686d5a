/** The backend of unit tests: answers from memory, at once, and remembers what was asked. */
import type {
  CaptureSource,
  Change,
  Command,
  DraftView,
  FindingView,
  PhotoView,
  PointDetail,
  PointId,
  PointPage,
  PositionEvidence,
  Sha256Hex,
  StartView,
} from '@xunfang/shared'

import { BackendError, type Answers, type AnswerOf, type Backend, type PhotoSize } from './backend'

/** What the memory backend starts with; tests change it as they go. */
export interface MemoryData {
  start: StartView
  points: PointDetail[]
  position: PositionEvidence
}

type Handlers = {
  [Name in Command['cmd']]: (command: Extract<Command, { cmd: Name }>) => Answers[Name]
}

const EMPTY_DRAFT: DraftView = { criterion: '', note: '', photos: [] }

export class MemoryBackend implements Backend {
  readonly data: MemoryData
  /** Every command so far, in order. */
  readonly asked: Command[] = []
  /** Decides the fate of each photo; throws what the core would throw. */
  stage: (file: Blob) => void = () => undefined
  /** Runs before every command; may throw, or wait. */
  before: (command: Command) => void | Promise<void> = () => undefined

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

  stagePhoto(point: PointId, source: CaptureSource, file: Blob): Promise<PhotoView> {
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
      }
      const detail = this.#point(point)
      detail.draft = { ...detail.draft, photos: [...detail.draft.photos, photo] }
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

  #findings(): FindingView[] {
    return this.data.points.flatMap((one) => one.findings)
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
    save_finding: ({ point }) => {
      const { sync } = this.data.start
      this.data.start = { ...this.data.start, sync: { ...sync, unsent: sync.unsent + 1 } }
      this.#point(point).draft = EMPTY_DRAFT
      return { id: `finding-${String(++this.#saved)}`, point }
    },
    findings: ({ filter, offset, limit }) => {
      const rows = this.#findings().filter(
        ({ stage }) =>
          filter === 'all' ||
          (filter === 'returned' ? stage === 'returned' : !['applied', 'accepted', 'returned'].includes(stage)),
      )
      return { rows: rows.slice(offset, offset + limit), total: rows.length }
    },
    finding: ({ id }) => {
      const found = this.#findings().find(({ record }) => record.id === id)
      if (found === undefined) throw new BackendError('not_found', `no finding ${id}`)
      return found
    },
    sync: () => this.data.start.sync,
    sync_now: () => this.data.start.sync,
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

/**
 * The form of one finding. Everything in it is durable while it is filled in: photos when they are
 * chosen, the rest a quarter of a second after the last key and before the page goes away.
 *
 * A finding that was sent back is revised in the same form: its words are filled in, its photos stay
 * beside it, and what is saved is its revision.
 */
import type {
  CaptureSource,
  DraftView,
  DrawnShape,
  PhotoView,
  PointId,
  RevisedView,
  SavedFinding,
  Sha256Hex,
} from '@xunfang/shared'
import { computed, reactive, type ComputedRef } from 'vue'

import { BackendError, toBackendError, type Backend } from '../backend/backend'

/** Long enough to save once per word rather than once per key, short enough to lose nothing. */
export const AUTOSAVE_MS = 250

/** A file on its way into the draft. It stays in the list until it is safe or given up. */
export interface Staging {
  readonly key: number
  readonly file: File
  readonly source: CaptureSource
  state: { status: 'waiting' | 'staging' } | { status: 'error'; error: BackendError }
}

/** How far a burst of photos has come. */
export interface Burst {
  /** Photos of it that are safe or have failed. */
  done: number
  total: number
}

export interface RecordData {
  /** What is revised; null: a new finding. */
  revises: RevisedView | null
  criterion: string
  note: string
  photos: PhotoView[]
  staging: Staging[]
  burst: Burst
  saving: 'idle' | 'saving'
  /** Why the draft, a removal or the save did not work. */
  failure: BackendError | null
}

/** What a component with the camera button offers to the page around it. */
export interface CameraFocus {
  focusCamera: () => void
}

export type Missing = 'photo' | 'criterion' | 'staging'

export class RecordForm {
  readonly data: RecordData
  /** What keeps the finding from being saved, in the order in which it is asked for. */
  readonly missing: ComputedRef<Missing[]>

  readonly #backend: Backend
  readonly #point: PointId
  #nextKey = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #unsaved = false
  // What is typed is kept in turn: a late autosave must not bring back a draft that has just become
  // a finding.
  #last: Promise<unknown> = Promise.resolve()
  // Photos go one at a time, in the order in which they were taken, and nothing typed waits for
  // them. Only one file is in memory, however many were chosen.
  #lastPhoto: Promise<unknown> = Promise.resolve()

  constructor(backend: Backend, point: PointId) {
    this.#backend = backend
    this.#point = point
    this.data = reactive<RecordData>({
      revises: null,
      criterion: '',
      note: '',
      photos: [],
      staging: [],
      burst: { done: 0, total: 0 },
      saving: 'idle',
      failure: null,
    })
    this.missing = computed(() => {
      const missing: Missing[] = []
      if (this.data.staging.some((one) => one.state.status !== 'error')) missing.push('staging')
      else if (this.data.photos.length + (this.data.revises?.photos.length ?? 0) === 0) missing.push('photo')
      if (this.data.criterion === '') missing.push('criterion')
      return missing
    })
  }

  /** Goes on with what was begun earlier. */
  restore(draft: DraftView): void {
    this.data.revises = draft.revises
    this.data.criterion = draft.criterion
    this.data.note = draft.note
    this.data.photos = draft.photos
  }

  choose(criterion: string): void {
    this.data.criterion = criterion
    this.#touch()
  }

  write(note: string): void {
    this.data.note = note
    this.#touch()
  }

  /** Makes each file durable at once; one that fails leaves the others alone. */
  async stage(files: readonly File[], source: CaptureSource): Promise<void> {
    const added = files.map((file): Staging => {
      // Reactive by itself, so that its state reaches the screen from here as well.
      return reactive({ key: this.#nextKey++, file, source, state: { status: 'waiting' } })
    })
    const { burst } = this.data
    if (burst.done === burst.total) burst.done = burst.total = 0
    burst.total += added.length
    this.data.staging.push(...added)
    await Promise.all(added.map((one) => this.#stage(one)))
  }

  retry(key: number): Promise<void> {
    const one = this.data.staging.find((staging) => staging.key === key)
    if (one === undefined) return Promise.resolve()
    one.state = { status: 'waiting' }
    this.data.burst.total += 1
    return this.#stage(one)
  }

  /** Gives up the photos whose turn has not come; they are still where they were chosen from. */
  cancelWaiting(): void {
    const before = this.data.staging.length
    this.data.staging = this.data.staging.filter((one) => one.state.status !== 'waiting')
    this.data.burst.total -= before - this.data.staging.length
  }

  giveUp(key: number): void {
    this.data.staging = this.data.staging.filter((one) => one.key !== key)
  }

  async remove(sha256: Sha256Hex): Promise<void> {
    // After the photos that are on their way: its answer lists all there are.
    await this.#photoInTurn(async () => {
      await this.#attempt(async () => {
        const point = this.#point
        this.data.photos = (
          await this.#backend.run({ cmd: 'remove_draft_photo', point, sha256 })
        ).photos
      })
    })
  }

  /** Keeps what was drawn on a photo; rejects where that failed, and nothing has changed then. */
  annotate(sha256: Sha256Hex, shapes: DrawnShape[]): Promise<void> {
    const point = this.#point
    return this.#photoInTurn(async () => {
      const drawn = await this.#backend.run({ cmd: 'annotate', point, item: null, sha256, shapes })
      this.data.photos = this.data.photos.map((photo) => (photo.sha256 === sha256 ? drawn : photo))
    })
  }

  /** Writes what the timer has not written yet. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer)
    if (!this.#unsaved) return
    this.#unsaved = false
    const written = await this.#attempt(async () => {
      const { criterion, note } = this.data
      await this.#backend.run({ cmd: 'save_draft', point: this.#point, criterion, note })
    })
    // Tried again with the next key, or when the page is left.
    if (!written) this.#unsaved = true
  }

  /** Resolves with the finding once it is durable, with null when it is not. */
  async save(): Promise<SavedFinding | null> {
    if (this.data.saving === 'saving' || this.missing.value.length > 0) return null
    this.data.saving = 'saving'
    clearTimeout(this.#timer)
    this.#unsaved = false
    let saved: SavedFinding | null = null
    const done = await this.#attempt(async () => {
      const { criterion, note } = this.data
      saved = await this.#backend.run({ cmd: 'save_finding', point: this.#point, criterion, note })
      // A revision is the last thing that its page was for, so the page stays what it is.
      this.restore({ criterion: '', note: '', photos: [], revises: this.data.revises })
      this.data.staging = []
    })
    if (!done) this.#touch()
    this.data.saving = 'idle'
    return saved
  }

  /** Resolves with whether the revision is given up; the finding is then as it was sent back. */
  async giveUpRevision(): Promise<boolean> {
    this.cancelWaiting()
    clearTimeout(this.#timer)
    this.#unsaved = false
    // After the photo that is on its way: it would begin a new finding.
    const done = await this.#photoInTurn(() => this.#attempt(async () => {
      await this.#backend.run({ cmd: 'give_up_revision', point: this.#point })
    }))
    if (!done) this.#touch()
    return done
  }

  async #stage(one: Staging): Promise<void> {
    await this.#photoInTurn(async () => {
      // Given up while others went before it.
      if (!this.data.staging.some(({ key }) => key === one.key)) return
      one.state = { status: 'staging' }
      try {
        const photo = await this.#backend.stagePhoto({ point: this.#point }, one.source, one.file)
        // The same picture twice is one photo: its name is its hash.
        if (!this.data.photos.some((known) => known.sha256 === photo.sha256)) {
          this.data.photos.push(photo)
        }
        this.giveUp(one.key)
      } catch (thrown) {
        one.state = { status: 'error', error: toBackendError(thrown) }
      }
      this.data.burst.done += 1
    })
  }

  #touch(): void {
    this.#unsaved = true
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.flush(), AUTOSAVE_MS)
  }

  async #attempt(work: () => Promise<void>): Promise<boolean> {
    return this.#inTurn(async () => {
      try {
        await work()
        this.data.failure = null
        return true
      } catch (thrown) {
        this.data.failure = toBackendError(thrown)
        return false
      }
    })
  }

  #photoInTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#lastPhoto.then(work, work)
    this.#lastPhoto = turn
    return turn
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work)
    this.#last = turn
    return turn
  }
}

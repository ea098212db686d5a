/**
 * An open inspection. Every change is sent to the core at once, which answers when it is durable;
 * while one change of an item is under way, only the newest of those that follow is kept.
 */
import type {
  AnswerValue,
  AnswerView,
  CaptureSource,
  DrawnShape,
  InspectionItem,
  InspectionView,
  LineStep,
  Sha256Hex,
} from '@xunfang/shared'
import { reactive } from 'vue'

import { toBackendError, type Backend, type BackendError } from '../backend/backend'

/** What was typed at an item and is not on the disk. */
interface Typed {
  /** null takes the answer back. */
  readonly value?: AnswerValue | null
  readonly note?: string
}

/** A photo that could not be made durable, kept until it is or is given up. */
interface Unstaged {
  readonly code: string
  readonly source: CaptureSource
  readonly file: File
}

export interface InspectionData {
  view: InspectionView
  /** Changes on their way to the disk. */
  saving: number
  submitting: boolean
  /** Why the last change or the submission did not work. */
  failure: BackendError | null
  /** How many answers, notes and photos are not on the disk although it was tried. */
  unsaved: number
  /** Items whose photo is being made durable. */
  staging: string[]
}

export class InspectionForm {
  readonly data: InspectionData
  readonly #backend: Backend
  readonly #typed = new Map<string, Typed>()
  /** Items with a change that waits for its turn. */
  readonly #waiting = new Set<string>()
  readonly #failed = new Set<string>()
  #unstaged: Unstaged[] = []
  // Changes run one after the other: photos keep their order, and no late answer brings back an
  // older one.
  #last: Promise<unknown> = Promise.resolve()

  constructor(backend: Backend, view: InspectionView) {
    this.#backend = backend
    this.data = reactive<InspectionData>({
      view,
      saving: 0,
      submitting: false,
      failure: null,
      unsaved: 0,
      staging: [],
    })
  }

  item(code: string): InspectionItem | undefined {
    return this.data.view.items.find((one) => one.criterion.code === code)
  }

  /** Shows and keeps an answer; null takes it back. */
  answer(code: string, value: AnswerValue | null): Promise<void> {
    const item = this.item(code)
    if (item === undefined) return Promise.resolve()
    item.value = value
    return this.#type(code, { value })
  }

  /** Shows and keeps the note at an item. */
  note(code: string, note: string): Promise<void> {
    const item = this.item(code)
    if (item === undefined) return Promise.resolve()
    item.note = note
    return this.#type(code, { note })
  }

  walk(code: string, step: LineStep): Promise<void> {
    const { id } = this.data.view
    return this.#change(async () => {
      this.#take(await this.#backend.run({ cmd: 'walk_line', id, criterion: code, step }))
    })
  }

  /** Makes photos of an item durable; one that fails leaves the others alone, and is kept. */
  async photograph(code: string, source: CaptureSource, files: readonly File[]): Promise<void> {
    this.data.staging.push(code)
    for (const file of files) await this.#change(() => this.#stage({ code, source, file }))
    this.data.staging = this.data.staging.filter((one) => one !== code)
  }

  removePhoto(code: string, sha256: Sha256Hex): Promise<void> {
    const { id } = this.data.view
    return this.#change(async () => {
      this.#take(
        await this.#backend.run({ cmd: 'remove_answer_photo', id, criterion: code, sha256 }),
      )
    })
  }

  /** Keeps what was drawn on a photo; rejects where that failed, and nothing has changed then. */
  async annotate(code: string, sha256: Sha256Hex, shapes: DrawnShape[]): Promise<void> {
    const { id, point } = this.data.view
    await this.#backend.run({ cmd: 'annotate', point: point.id, item: code, sha256, shapes })
    await this.#change(async () => {
      this.#take(await this.#backend.run({ cmd: 'inspection_item', id, criterion: code }))
    })
  }

  /** Reads everything again, for what changed elsewhere: a finding that was saved, a walk. */
  refresh(): Promise<void> {
    const { id } = this.data.view
    return this.#change(async () => {
      const view = await this.#backend.run({ cmd: 'inspection', id })
      for (const item of view.items) this.#keepTyped(item)
      this.data.view = view
    })
  }

  /** Waits until everything that was typed is durable, or has failed once more. */
  flush(): Promise<unknown> {
    if (this.data.unsaved > 0) return this.retry()
    return this.#last
  }

  /** Tries again what is not on the disk. */
  retry(): Promise<void> {
    // A turn tries it by itself.
    return this.#change(() => Promise.resolve())
  }

  /** Gives up photos that cannot be kept. What was typed is never given up. */
  giveUpPhotos(): Promise<void> {
    this.#unstaged = []
    return this.retry()
  }

  /** Says whether it was submitted; what is missing is in the view. */
  async submit(): Promise<boolean> {
    if (this.data.submitting) return false
    this.data.submitting = true
    const { id } = this.data.view
    let submitted = false
    await this.flush()
    // The record is made of what is on the disk, which is not what the screen shows then.
    if (this.data.unsaved === 0) {
      await this.#change(async () => {
        try {
          this.data.view = await this.#backend.run({ cmd: 'submit_inspection', id })
          submitted = true
        } catch (thrown) {
          // What is missing may be news: a day has passed, or a photo was taken off.
          this.data.view = await this.#backend.run({ cmd: 'inspection', id })
          throw thrown
        }
      })
    }
    this.data.submitting = false
    return submitted
  }

  /** Takes the whole inspection back; says whether it did. */
  async discard(): Promise<boolean> {
    const { id } = this.data.view
    let discarded = false
    await this.#change(async () => {
      await this.#backend.run({ cmd: 'discard_inspection', id })
      this.#typed.clear()
      this.#failed.clear()
      this.#unstaged = []
      discarded = true
    })
    return discarded
  }

  #type(code: string, typed: Typed): Promise<void> {
    this.#typed.set(code, { ...this.#typed.get(code), ...typed })
    // The change that waits will send the newest.
    if (this.#waiting.has(code)) return this.#last.then(() => undefined)
    this.#waiting.add(code)
    return this.#change(async () => {
      this.#waiting.delete(code)
      await this.#send(code)
    })
  }

  async #send(code: string): Promise<void> {
    const typed = this.#typed.get(code)
    if (typed === undefined) return
    this.#typed.delete(code)
    const { id } = this.data.view
    const { value, note } = typed
    try {
      if (value !== undefined) {
        this.#take(await this.#backend.run({ cmd: 'save_answer', id, criterion: code, value }))
      }
      if (note !== undefined) {
        this.#take(await this.#backend.run({ cmd: 'save_answer_note', id, criterion: code, note }))
      }
      this.#failed.delete(code)
    } catch (thrown) {
      // What was typed meanwhile is newer.
      this.#typed.set(code, { ...typed, ...this.#typed.get(code) })
      this.#failed.add(code)
      throw thrown
    }
  }

  async #stage(photo: Unstaged): Promise<void> {
    const { code, source, file } = photo
    const { id, point } = this.data.view
    try {
      await this.#backend.stagePhoto({ point: point.id, item: code }, source, file)
    } catch (thrown) {
      this.#unstaged.push(photo)
      throw thrown
    }
    this.#take(await this.#backend.run({ cmd: 'inspection_item', id, criterion: code }))
  }

  #take(answer: AnswerView): void {
    const { items } = this.data.view
    const place = items.findIndex((one) => one.criterion.code === answer.item.criterion.code)
    this.#keepTyped(answer.item)
    if (place >= 0) items[place] = answer.item
    this.data.view.lacks = answer.lacks
    this.data.view.tally = answer.tally
  }

  /** What was typed since the question went off is newer than its answer. */
  #keepTyped(item: InspectionItem): void {
    const typed = this.#typed.get(item.criterion.code)
    if (typed?.value !== undefined) item.value = typed.value
    if (typed?.note !== undefined) item.note = typed.note
  }

  /** Runs a change when those before it are done, and then tries again what failed earlier. */
  #change(work: () => Promise<void>): Promise<void> {
    const turn = async (): Promise<void> => {
      this.data.saving += 1
      try {
        await work()
        for (const code of [...this.#failed]) await this.#send(code)
        // One that fails once more goes to the end, and the others wait for the next turn.
        for (const photo of [...this.#unstaged]) {
          this.#unstaged = this.#unstaged.filter((one) => one !== photo)
          await this.#stage(photo)
        }
        this.data.failure = null
      } catch (thrown) {
        this.data.failure = toBackendError(thrown)
      } finally {
        this.data.unsaved = this.#failed.size + this.#unstaged.length
        this.data.saving -= 1
      }
    }
    const done = this.#last.then(turn, turn)
    this.#last = done
    return done
  }
}

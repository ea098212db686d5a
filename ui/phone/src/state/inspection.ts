/**
 * An open inspection. Every change is sent to the core at once, which answers when it is durable;
 * while one change of an item is under way, only the newest of those that follow is kept.
 */
import type {
  AnswerValue,
  AnswerView,
  CaptureSource,
  InspectionItem,
  InspectionView,
  LineStep,
  Sha256Hex,
} from '@xunfang/shared'
import { reactive } from 'vue'

import { toBackendError, type Backend, type BackendError } from '../backend/backend'

/** What was typed at an item and not sent yet. */
interface Typed {
  readonly value: AnswerValue | null
  readonly note: string
}

export interface InspectionData {
  view: InspectionView
  /** Changes on their way to the disk. */
  saving: number
  submitting: boolean
  /** Why the last change or the submission did not work. */
  failure: BackendError | null
  /** Items whose photo is being made durable. */
  staging: string[]
}

export class InspectionForm {
  readonly data: InspectionData
  readonly #backend: Backend
  readonly #typed = new Map<string, Typed>()
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
    return this.#type(code, { value, note: item.note })
  }

  /** Shows and keeps the note at an item. */
  note(code: string, note: string): Promise<void> {
    const item = this.item(code)
    if (item === undefined) return Promise.resolve()
    item.note = note
    return this.#type(code, { value: item.value, note })
  }

  walk(code: string, step: LineStep): Promise<void> {
    const { id } = this.data.view
    return this.#change(async () => {
      this.#take(await this.#backend.run({ cmd: 'walk_line', id, criterion: code, step }))
    })
  }

  /** Makes a photo of an item durable. */
  async photograph(code: string, source: CaptureSource, files: readonly File[]): Promise<void> {
    const { id, point } = this.data.view
    this.data.staging.push(code)
    for (const file of files) {
      await this.#change(async () => {
        await this.#backend.stagePhoto({ point: point.id, item: code }, source, file)
        this.#take(await this.#backend.run({ cmd: 'inspection_item', id, criterion: code }))
      })
    }
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

  /** Reads everything again, for what changed elsewhere: a finding that was saved, a walk. */
  refresh(): Promise<void> {
    const { id } = this.data.view
    return this.#change(async () => {
      const view = await this.#backend.run({ cmd: 'inspection', id })
      for (const item of view.items) this.#keepTyped(item)
      this.data.view = view
    })
  }

  /** Waits until everything that was typed is durable. */
  async flush(): Promise<void> {
    await this.#last
  }

  /** Says whether it was submitted; what is missing is in the view. */
  async submit(): Promise<boolean> {
    if (this.data.submitting) return false
    this.data.submitting = true
    const { id } = this.data.view
    let submitted = false
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
    this.data.submitting = false
    return submitted
  }

  #type(code: string, typed: Typed): Promise<void> {
    const waits = this.#typed.has(code)
    this.#typed.set(code, typed)
    // The change that waits will send the newest.
    if (waits) return this.#last.then(() => undefined)
    const { id } = this.data.view
    return this.#change(async () => {
      const newest = this.#typed.get(code)
      this.#typed.delete(code)
      if (newest === undefined) return
      const { value, note } = newest
      this.#take(await this.#backend.run({ cmd: 'save_answer', id, criterion: code, value, note }))
    })
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
    if (typed === undefined) return
    item.value = typed.value
    item.note = typed.note
  }

  #change(work: () => Promise<void>): Promise<void> {
    const turn = async (): Promise<void> => {
      this.data.saving += 1
      try {
        await work()
        this.data.failure = null
      } catch (thrown) {
        this.data.failure = toBackendError(thrown)
      } finally {
        this.data.saving -= 1
      }
    }
    const done = this.#last.then(turn, turn)
    this.#last = done
    return done
  }
}

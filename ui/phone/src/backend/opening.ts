/** A backend that knows the answers which came with the page. */
import type { CaptureSource, Change, Command, PhotoView, Sha256Hex } from '@xunfang/shared'

import type { AnswerOf, Backend, PhotoPlace, PhotoSize, RescueSaved } from './backend'

interface Answered {
  readonly command: Command
  readonly answer: unknown
}

function isAnswered(value: unknown): value is Answered {
  return typeof value === 'object' && value !== null && 'command' in value && 'answer' in value
}

/** Reads the answers; a page that nobody filled holds questions alone, and so none. */
export function openingAnswers(page: Document): readonly Answered[] {
  const text = page.getElementById('opening')?.textContent ?? ''
  const read: unknown = text === '' ? [] : JSON.parse(text)
  return Array.isArray(read) ? read.filter(isAnswered) : []
}

/** The same for two commands that ask the same, in whatever order their fields stand. */
function keyOf(command: Command): string {
  return JSON.stringify(Object.entries(command).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Forgets the answers with the first change that is told: what came with the page may be old then. */
export class OpeningBackend implements Backend {
  readonly #backend: Backend
  readonly #answers: Map<string, unknown>

  constructor(backend: Backend, answers: readonly Answered[]) {
    this.#backend = backend
    this.#answers = new Map(answers.map(({ command, answer }) => [keyOf(command), answer]))
    const stop = backend.onChange(() => {
      this.#answers.clear()
      stop()
    })
  }

  get saveRescue(): (() => Promise<RescueSaved>) | null {
    return this.#backend.saveRescue
  }

  known<C extends Command>(command: C): AnswerOf<C['cmd']> | undefined {
    const key = keyOf(command)
    const answer = this.#answers.get(key)
    this.#answers.delete(key)
    return answer as AnswerOf<C['cmd']> | undefined
  }

  run<C extends Command>(command: C): Promise<AnswerOf<C['cmd']>> {
    return this.#backend.run(command)
  }

  stagePhoto(place: PhotoPlace, source: CaptureSource, file: Blob): Promise<PhotoView> {
    return this.#backend.stagePhoto(place, source, file)
  }

  photoUrl(sha256: Sha256Hex, size: PhotoSize): string {
    return this.#backend.photoUrl(sha256, size)
  }

  onChange(listener: (change: Change) => void): () => void {
    return this.#backend.onChange(listener)
  }
}

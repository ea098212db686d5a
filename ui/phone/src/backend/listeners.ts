/** One stream of changes for all screens that want to hear of them. */
import type { Change } from '@xunfang/shared'

// A record, so that a change added in Rust fails the build here.
const CHANGES: Record<Change, Change> = {
  sync: 'sync',
  reference: 'reference',
  findings: 'findings',
  position: 'position',
}
const KNOWN: ReadonlyMap<string, Change> = new Map(Object.entries(CHANGES))

/** Reads a change by its name on the wire; null for one that this build does not know. */
export function asChange(name: string): Change | null {
  return KNOWN.get(name) ?? null
}

export class Listeners {
  readonly #listeners = new Set<(change: Change) => void>()

  /** Adds a listener; returns how to take it away. */
  add(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  tell(change: Change): void {
    for (const listener of [...this.#listeners]) listener(change)
  }

  /** Has everything asked again, after a time in which changes may have been missed. */
  tellAll(): void {
    for (const change of Object.values(CHANGES)) this.tell(change)
  }
}

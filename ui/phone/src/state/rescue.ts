/** Saving a rescue file. It goes on while other pages are shown, so it belongs to none of them. */
import { shallowRef, type ShallowRef } from 'vue'

import { toBackendError, type Backend, type BackendError } from '../backend/backend'

export type RescueStep =
  | { readonly status: 'idle' }
  | { readonly status: 'working' }
  /** `name` is null where the system does not tell what the file is called. */
  | { readonly status: 'saved'; readonly name: string | null }
  /** No place was chosen. */
  | { readonly status: 'unsaved' }
  | { readonly status: 'failed'; readonly error: BackendError }

export class RescueSaving {
  readonly step: ShallowRef<RescueStep> = shallowRef({ status: 'idle' })
  /** Whether a file can be saved here at all. */
  readonly possible: boolean
  readonly #backend: Backend

  constructor(backend: Backend) {
    this.#backend = backend
    this.possible = backend.saveRescue !== null
  }

  async save(): Promise<void> {
    const { saveRescue } = this.#backend
    if (saveRescue === null || this.step.value.status === 'working') return
    this.step.value = { status: 'working' }
    try {
      const { saved, file_name } = await saveRescue()
      this.step.value = saved ? { status: 'saved', name: file_name } : { status: 'unsaved' }
    } catch (thrown) {
      this.step.value = { status: 'failed', error: toBackendError(thrown) }
    }
  }

  /** Forgets what came of it: the person has seen it. */
  seen(): void {
    if (this.step.value.status !== 'working') this.step.value = { status: 'idle' }
  }
}

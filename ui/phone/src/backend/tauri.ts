/** The backend inside the app's own window. */
import { convertFileSrc, invoke } from '@tauri-apps/api/core'
import { listen } from '@tauri-apps/api/event'
import type { CaptureSource, Change, Command, PhotoView, Sha256Hex } from '@xunfang/shared'

import {
  toBackendError,
  type AnswerOf,
  type Backend,
  type PhotoPlace,
  type PhotoSize,
  type RescueSaved,
} from './backend'
import { Listeners } from './listeners'

export class TauriBackend implements Backend {
  readonly #listeners = new Listeners()
  #listening: Promise<void> | null = null

  constructor() {
    // The first screen needs no round trip; the first frame must not wait for this one.
    requestAnimationFrame(() => setTimeout(() => void this.#listen()))
  }

  /** Hears of changes from here on, and has everything asked again that was answered before. */
  #listen(): Promise<void> {
    this.#listening ??= listen<Change>('change', (event) => {
      this.#listeners.tell(event.payload)
    })
      // Without events the screens still work; they show changes when they are opened again.
      .catch(() => undefined)
      .then(() => {
        this.#listeners.tellAll()
      })
    return this.#listening
  }

  async run<C extends Command>(command: C): Promise<AnswerOf<C['cmd']>> {
    // An answer that was given before anybody listened would never be brought up to date.
    if (command.cmd !== 'usable') await this.#listen()
    try {
      return await invoke<AnswerOf<C['cmd']>>('command', { command })
    } catch (thrown) {
      throw toBackendError(thrown)
    }
  }

  known(): undefined {
    return undefined
  }

  async stagePhoto(place: PhotoPlace, source: CaptureSource, file: Blob): Promise<PhotoView> {
    try {
      const bytes = new Uint8Array(await file.arrayBuffer())
      return await invoke<PhotoView>('stage_photo', bytes, {
        headers: {
          'x-point': place.point,
          'x-source': source,
          ...(place.item === undefined ? {} : { 'x-item': place.item }),
        },
      })
    } catch (thrown) {
      throw toBackendError(thrown)
    }
  }

  readonly saveRescue = async (): Promise<RescueSaved> => {
    try {
      return await invoke<RescueSaved>('save_rescue')
    } catch (thrown) {
      throw toBackendError(thrown)
    }
  }

  photoUrl(sha256: Sha256Hex, size: PhotoSize): string {
    // The whole path as one argument would have its slash encoded.
    return `${convertFileSrc('', 'photo')}${sha256}/${size}`
  }

  onChange(listener: (change: Change) => void): () => void {
    return this.#listeners.add(listener)
  }
}

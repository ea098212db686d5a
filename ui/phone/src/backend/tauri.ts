/** The backend inside the app's own window. */
import { convertFileSrc, invoke } from '@tauri-apps/api/core'
import { listen } from '@tauri-apps/api/event'
import type { CaptureSource, Change, Command, PhotoView, PointId, Sha256Hex } from '@xunfang/shared'

import { toBackendError, type AnswerOf, type Backend, type PhotoSize } from './backend'

export class TauriBackend implements Backend {
  async run<C extends Command>(command: C): Promise<AnswerOf<C['cmd']>> {
    try {
      return await invoke<AnswerOf<C['cmd']>>('command', { command })
    } catch (thrown) {
      throw toBackendError(thrown)
    }
  }

  async stagePhoto(point: PointId, source: CaptureSource, file: Blob): Promise<PhotoView> {
    try {
      const bytes = new Uint8Array(await file.arrayBuffer())
      return await invoke<PhotoView>('stage_photo', bytes, {
        headers: { 'x-point': point, 'x-source': source },
      })
    } catch (thrown) {
      throw toBackendError(thrown)
    }
  }

  photoUrl(sha256: Sha256Hex, size: PhotoSize): string {
    // The whole path as one argument would have its slash encoded.
    return `${convertFileSrc('', 'photo')}${sha256}/${size}`
  }

  onChange(listener: (change: Change) => void): () => void {
    const stop = listen<Change>('change', (event) => {
      listener(event.payload)
    })
    // Without events the screens still work; they show changes when they are opened again.
    stop.catch(() => undefined)
    return () => {
      void stop.then((unlisten) => {
        unlisten()
      })
    }
  }
}

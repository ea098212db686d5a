/**
 * Opens the camera only after the core knows what for. A phone that is short of memory ends the app
 * while the camera is in front; at the next start the photo is found by what was noted here.
 */
import type { PointId } from '@xunfang/shared'

import { useBackend, type Backend } from '../backend/backend'

/** A browser lets a script open the camera for a few seconds after the tap; this is well within. */
const NOTE_MS = 800

export interface Camera {
  /** For the click on the camera's input: stops it, notes, and opens the camera. */
  open: (event: Event, point: PointId, item: string | null) => Promise<void>
  /** For when the camera was closed without a photo. */
  closed: () => void
}

export function makeCamera(backend: Backend): Camera {
  let noted: EventTarget | null = null
  return {
    async open(event, point, item) {
      const input = event.currentTarget
      if (!(input instanceof HTMLInputElement)) return
      if (noted === input) {
        noted = null
        return
      }
      event.preventDefault()
      const note = backend.run({ cmd: 'expect_photo', point, item })
      // Where it cannot be noted the camera opens all the same: the photo itself says what is wrong
      // with the storage, and most phones keep the app.
      await Promise.race([note.catch(() => null), new Promise((resolve) => setTimeout(resolve, NOTE_MS))])
      try {
        // Counts the tap of a moment ago; a click from a script is not enough for every web view.
        input.showPicker()
      } catch {
        noted = input
        input.click()
      }
    },
    closed() {
      backend.run({ cmd: 'end_capture' }).catch(() => {
        // It is looked for at the next start, and nothing is found.
      })
    },
  }
}

export function useCamera(): Camera {
  return makeCamera(useBackend())
}

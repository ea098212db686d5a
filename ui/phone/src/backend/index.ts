import { isTauri } from '@tauri-apps/api/core'

import type { Backend } from './backend'
import { OpeningBackend, openingAnswers } from './opening'
import { TauriBackend } from './tauri'
import { WebBackend, bridgeToken } from './web'

/** The window's own backend inside the app, the preview's bridge in a browser. */
export function openBackend(): Backend {
  const backend = isTauri() ? new TauriBackend() : new WebBackend(bridgeToken(document))
  return new OpeningBackend(backend, openingAnswers(document))
}

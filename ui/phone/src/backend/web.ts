/** The backend of the developer's preview: the same core behind a bridge of the same origin. */
import type { CaptureSource, Change, Command, PhotoView, Sha256Hex } from '@xunfang/shared'

import { zhCN } from '../messages/zh-CN'
import {
  BackendError,
  toBackendError,
  type AnswerOf,
  type Backend,
  type PhotoPlace,
  type PhotoSize,
} from './backend'
import { Listeners, asChange } from './listeners'

/** Reads an event's data, which is a change as a JSON string. */
function readChange(data: unknown): Change | null {
  return typeof data === 'string' ? asChange(data.split('"').join('')) : null
}

export class WebBackend implements Backend {
  readonly saveRescue = null
  readonly #token: string
  readonly #listeners = new Listeners()

  constructor(token: string) {
    this.#token = token
    // One stream for all screens: a browser opens six connections to a server and no more.
    const changes = new EventSource(`/bridge/changes?token=${encodeURIComponent(token)}`)
    changes.addEventListener('message', (event) => {
      const change = readChange(event.data)
      if (change !== null) this.#listeners.tell(change)
    })
    // What happened before the stream was open, or while it was cut, was told to nobody.
    changes.addEventListener('open', () => {
      this.#listeners.tellAll()
    })
  }

  async run<C extends Command>(command: C): Promise<AnswerOf<C['cmd']>> {
    const answer = await this.#post('/bridge/command', 'application/json', JSON.stringify(command))
    return answer as AnswerOf<C['cmd']>
  }

  known(): undefined {
    return undefined
  }

  async stagePhoto(place: PhotoPlace, source: CaptureSource, file: Blob): Promise<PhotoView> {
    const query = new URLSearchParams({ ...place, source }).toString()
    const answer = await this.#post(`/bridge/photo?${query}`, 'application/octet-stream', file)
    return answer as PhotoView
  }

  photoUrl(sha256: Sha256Hex, size: PhotoSize): string {
    return `/bridge/photo/${sha256}/${size}?token=${encodeURIComponent(this.#token)}`
  }

  onChange(listener: (change: Change) => void): () => void {
    return this.#listeners.add(listener)
  }

  async #post(path: string, type: string, body: BodyInit): Promise<unknown> {
    let response: Response
    try {
      response = await fetch(path, {
        method: 'POST',
        headers: { authorization: `Bearer ${this.#token}`, 'content-type': type },
        body,
      })
    } catch {
      throw new BackendError('internal', zhCN['error.bridge.silent'])
    }
    const text = await response.text()
    if (response.ok) return text === '' ? null : (JSON.parse(text) as unknown)
    throw refusal(response.status, text)
  }
}

function refusal(status: number, text: string): BackendError {
  try {
    return toBackendError(JSON.parse(text) as unknown)
  } catch {
    return new BackendError('internal', `HTTP ${status}: ${text.slice(0, 200)}`)
  }
}

/** The token that the bridge wrote into the page; empty where there is no bridge. */
export function bridgeToken(page: Document): string {
  return page.querySelector<HTMLMetaElement>('meta[name="xunfang-bridge"]')?.content ?? ''
}

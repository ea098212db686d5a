/** The backend of the developer's preview: the same core behind a bridge of the same origin. */
import type { CaptureSource, Change, Command, PhotoView, PointId, Sha256Hex } from '@xunfang/shared'

import { zhCN } from '../messages/zh-CN'
import {
  BackendError,
  toBackendError,
  type AnswerOf,
  type Backend,
  type PhotoSize,
} from './backend'

// A record, so that a change added in Rust fails the build here.
const CHANGES: Record<Change, Change> = {
  sync: 'sync',
  reference: 'reference',
  findings: 'findings',
  position: 'position',
}
const KNOWN_CHANGES: ReadonlyMap<unknown, Change> = new Map(Object.entries(CHANGES))

/** Reads an event's data, which is a change as a JSON string. */
function asChange(data: unknown): Change | null {
  if (typeof data !== 'string') return null
  return KNOWN_CHANGES.get(data.split('"').join('')) ?? null
}

export class WebBackend implements Backend {
  readonly #token: string

  constructor(token: string) {
    this.#token = token
  }

  async run<C extends Command>(command: C): Promise<AnswerOf<C['cmd']>> {
    const answer = await this.#post('/bridge/command', 'application/json', JSON.stringify(command))
    return answer as AnswerOf<C['cmd']>
  }

  async stagePhoto(point: PointId, source: CaptureSource, file: Blob): Promise<PhotoView> {
    const query = new URLSearchParams({ point, source }).toString()
    const answer = await this.#post(`/bridge/photo?${query}`, 'application/octet-stream', file)
    return answer as PhotoView
  }

  photoUrl(sha256: Sha256Hex, size: PhotoSize): string {
    return `/bridge/photo/${sha256}/${size}?token=${encodeURIComponent(this.#token)}`
  }

  onChange(listener: (change: Change) => void): () => void {
    const source = new EventSource(`/bridge/changes?token=${encodeURIComponent(this.#token)}`)
    source.addEventListener('message', (event) => {
      const change = asChange(event.data)
      if (change !== null) listener(change)
    })
    return () => {
      source.close()
    }
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

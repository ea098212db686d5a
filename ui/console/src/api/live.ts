import type { LiveNotice } from '@xunfang/shared'

import type { LiveListener } from './api'

const RETRY_FIRST_MS = 2_000
const RETRY_MAX_MS = 30_000

function isNotice(value: unknown): value is LiveNotice {
  if (typeof value !== 'object' || value === null) return false
  if (!('kind' in value && 'id' in value && typeof value.id === 'string')) return false
  return value.kind === 'inspection' || (value.kind === 'finding' && 'state' in value)
}

function parse(data: unknown): unknown {
  if (typeof data !== 'string') return null
  try {
    return JSON.parse(data)
  } catch {
    return null
  }
}

function parseNotice(data: unknown): LiveNotice | null {
  const value = parse(data)
  return isNotice(value) ? value : null
}

/** Whether what was missed follows. */
function goesOn(data: unknown): boolean {
  const value = parse(data)
  return typeof value === 'object' && value !== null && 'resumed' in value && value.resumed === true
}

/**
 * Listens to server-sent events until the returned function is called.
 *
 * The browser sends the id of the last event when it comes back, so that the server tells what
 * happened since.
 *
 * `EventSource` comes back by itself after a cut connection, but gives up for good after an answer
 * that is no event stream, such as a proxy's 502 during a restart; then a new one is made.
 */
export function listen(url: string, listener: LiveListener): () => void {
  let source: EventSource | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let retryMs = RETRY_FIRST_MS
  let closed = false

  function connect(): void {
    const current = new EventSource(url)
    source = current
    current.addEventListener('begun', (event: MessageEvent<unknown>) => {
      retryMs = RETRY_FIRST_MS
      listener.opened(goesOn(event.data))
    })
    current.addEventListener('notice', (event: MessageEvent<unknown>) => {
      const notice = parseNotice(event.data)
      // A kind of a newer server: nothing on these pages depends on it.
      if (notice) listener.notice(notice)
    })
    current.addEventListener('error', () => {
      if (closed) return
      listener.lost()
      if (current.readyState !== EventSource.CLOSED) return
      clearTimeout(timer)
      timer = setTimeout(connect, retryMs)
      retryMs = Math.min(retryMs * 2, RETRY_MAX_MS)
    })
  }

  connect()
  return () => {
    closed = true
    clearTimeout(timer)
    source?.close()
  }
}

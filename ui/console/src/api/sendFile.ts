import { ApiError, refusalOf } from './errors'

/** 2 GB over a slow line, and then some thousand photos to be looked through. */
const PATIENCE_MS = 2 * 60 * 60_000

/**
 * Sends a large file and tells how many bytes of it have gone; `fetch` cannot. Every rejection is an
 * `ApiError`.
 */
export function sendFile(path: string, file: Blob, sent: (bytes: number) => void): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    const silence = () => { reject(new ApiError('unreachable', 0)) }
    request.open('POST', path)
    request.timeout = PATIENCE_MS
    request.setRequestHeader('accept', 'application/json')
    request.setRequestHeader('content-type', 'application/octet-stream')
    request.upload.addEventListener('progress', (event) => { sent(event.loaded) })
    request.addEventListener('error', silence)
    request.addEventListener('timeout', silence)
    request.addEventListener('abort', silence)
    request.addEventListener('load', () => {
      let body: unknown = null
      try {
        body = JSON.parse(request.responseText)
      } catch {
        // A proxy's HTML page, or nothing: the status has to say it.
      }
      if (request.status !== 200) reject(refusalOf(request.status, body))
      else if (body === null) reject(new ApiError('broken_answer', request.status))
      else resolve(body)
    })
    request.send(file)
  })
}

import type { PhotoRef, PhotoView, Sha256Hex } from '@xunfang/shared'

import type { PhotoSize } from '../backend/backend'

type PhotoUrl = (sha256: Sha256Hex, size: PhotoSize) => string

/** The copy of a photo that will be passed on: the one that was drawn on, where there is one. */
export function passedOn(photo: PhotoView, url: PhotoUrl): string {
  if (photo.annotated === null) return url(photo.sha256, photo.code === null ? 'working' : 'marked')
  const address = url(photo.sha256, 'annotated')
  // It changes under the photo's name, and a web view keeps what it has seen.
  return `${address}${address.includes('?') ? '&' : '?'}v=${photo.annotated}`
}

/** The copy of a submitted photo that is looked at: the one that was drawn on, where there is one. */
export function lookedAt(photo: PhotoRef, url: PhotoUrl): string {
  return url(photo.sha256, photo.annotation === undefined ? 'working' : 'annotated')
}

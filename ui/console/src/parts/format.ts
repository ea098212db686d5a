function two(value: number): string {
  return String(value).padStart(2, '0')
}

/** Date and time to the second, the same in every language: for evidence, where "today" will not do. */
export function exactTime(ms: number): string {
  const at = new Date(ms)
  const date = `${String(at.getFullYear())}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  return `${date} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
}

/** Five decimals are about a metre, which is finer than any fix. */
export function coordinates(place: { lat: number; lng: number }): string {
  return `${place.lat.toFixed(5)}, ${place.lng.toFixed(5)}`
}

/** First and last digits of a fingerprint: enough to tell two apart by eye. */
export function shortHash(sha256: string): string {
  return `${sha256.slice(0, 10)}…${sha256.slice(-6)}`
}

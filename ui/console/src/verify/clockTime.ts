/**
 * A time as the clock of the phone showed it, to the second with its zone: what stands in the
 * watermark, wherever it is read.
 */
export function clockTime(atMs: number, offsetMin: number): string {
  const shown = new Date(atMs + offsetMin * 60_000).toISOString().slice(0, 19).replace('T', ' ')
  const size = Math.abs(offsetMin)
  const two = (part: number): string => String(part).padStart(2, '0')
  return `${shown} UTC${offsetMin < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`
}

/** China keeps one time all over the country, eight hours ahead of UTC. */
const CHINA_AHEAD_MS = 8 * 60 * 60 * 1000

/** The day that it is in China, as `2026-11-22`. */
export function toDay(ms: number): string {
  return new Date(ms + CHINA_AHEAD_MS).toISOString().slice(0, 10)
}

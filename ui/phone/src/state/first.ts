/**
 * What the first screen asks. The page lists these questions, and whoever serves it answers them
 * with its first bytes; a screen that asks anything else first waits for a round trip.
 */

/** One screenful and a little more: the first list must not wait for rows nobody sees. */
export const FIRST_ROWS = 8

/** The list as it opens: no search, no filter. */
export const ALL_POINTS = { cmd: 'points', query: '', kind: null } as const

export const FIRST_QUESTIONS = [
  { cmd: 'start' },
  { ...ALL_POINTS, offset: 0, limit: FIRST_ROWS },
] as const

import type { Answer, Outcome } from '@xunfang/shared'

/** The outcomes in the order in which they are counted and drawn. */
export const OUTCOMES = ['met', 'not_met', 'undetermined', 'not_applicable'] as const satisfies readonly Outcome[]

/** How many items came out how. */
export function tallyOf(answers: readonly Answer[]): Record<Outcome, number> {
  const tally = { met: 0, not_met: 0, undetermined: 0, not_applicable: 0 }
  for (const { verdict } of answers) tally[verdict.outcome] += 1
  return tally
}

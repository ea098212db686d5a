import type { FindingId } from '@xunfang/shared'

/**
 * Reasons that were begun and not sent, by finding. They outlive a change of selection, a conflict
 * and an expired session, because retyping them is the supervisor's time.
 */
const drafts = new Map<FindingId, string>()

export function reasonDraft(id: FindingId): string {
  return drafts.get(id) ?? ''
}

export function keepReasonDraft(id: FindingId, reason: string): void {
  if (reason === '') drafts.delete(id)
  else drafts.set(id, reason)
}

export function forgetReasonDrafts(): void {
  drafts.clear()
}

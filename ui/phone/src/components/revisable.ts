import type { FindingView } from '@xunfang/shared'

/**
 * Whether the person can revise a finding: it was sent back, and no revision of it is on its way. One
 * that the server refused is begun again; its words and photos are kept.
 */
export function revisable({ stage, revises, review }: FindingView): boolean {
  return stage === 'returned' || (stage === 'rejected' && revises && review?.state === 'returned')
}

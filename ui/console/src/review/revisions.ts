import type { FindingDetail, FindingRecord, Review, Sha256Hex, UnixMillis } from '@xunfang/shared'

/** What a finding said, what was decided on that, and what its author changed in answer. */
export interface Round {
  /** Counts from 1, which the first submission began. */
  number: number
  receivedAt: UnixMillis
  /** The decision that the revision answers; null where nobody had decided. */
  decision: Review | null
  revisedAt: UnixMillis
  /** The note until then; null where it stayed. */
  noteBefore: string | null
  /** The criterion until then, with the version of the standard that names it; null where it stayed. */
  criterionBefore: { code: string; version: number } | null
  /** How many photos came. */
  photosAdded: number
}

/** Whether a revision waits to be looked at: what nobody has decided on or revised has the number 0. */
export function isRevised(review: Review): boolean {
  return review.state === 'pending' && review.rev > 0
}

/** The photos of a record that none of those before it has. */
function added(record: FindingRecord, before: readonly FindingRecord[]): Sha256Hex[] {
  const known = new Set(before.flatMap(({ photos }) => photos.map(({ sha256 }) => sha256)))
  return record.photos.map(({ sha256 }) => sha256).filter((sha256) => !known.has(sha256))
}

/** The photos that came with the newest revision; none where nothing was revised. */
export function newPhotos({ row, earlier }: FindingDetail): ReadonlySet<Sha256Hex> {
  return new Set(earlier.length === 0 ? [] : added(row.record, earlier.map(({ record }) => record)))
}

/** Tells what became of each earlier record, the oldest first. */
export function roundsOf({ row, earlier }: FindingDetail): Round[] {
  return earlier.map(({ record, received_at: receivedAt, review: decision }, at) => {
    const { record: now, received_at: revisedAt } = earlier[at + 1] ?? row
    return {
      number: at + 1,
      receivedAt,
      decision,
      revisedAt,
      noteBefore: record.note === now.note ? null : record.note,
      criterionBefore: record.criterion === now.criterion ? null : { code: record.criterion, version: record.standard_version },
      photosAdded: added(now, [record]).length,
    }
  })
}

import type { Criterion, PointType } from '@xunfang/shared'

export interface CriterionFilter {
  typed: string
  category: string
  kind: PointType | ''
  onlyInferred: boolean
}

/** Whether a criterion is asked at a kind of point at all; no kinds mean every one. */
export function asksAt(criterion: Criterion, kind: PointType): boolean {
  return criterion.applies_to.length === 0 || criterion.applies_to.includes(kind)
}

/** Returns the criteria that fit; every word typed has to be somewhere in one. */
export function findCriteria(criteria: readonly Criterion[], filter: CriterionFilter): Criterion[] {
  const words = filter.typed.toLowerCase().split(/\s+/).filter((word) => word !== '')
  return criteria.filter((one) => {
    if (filter.category !== '' && one.category !== filter.category) return false
    if (filter.kind !== '' && !asksAt(one, filter.kind)) return false
    if (filter.onlyInferred && !one.inferred) return false
    const text = `${one.name_zh} ${one.name_en} ${one.hint_zh} ${one.hint_en} ${one.code}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
}

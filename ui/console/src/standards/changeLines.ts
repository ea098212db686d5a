import type { Criterion, PointType, Standard, StandardChange } from '@xunfang/shared'
import { limitWords, pointTypeName, zoneWords } from '@xunfang/shared'

import type { Locale, useText } from '../i18n'

type Text = Pick<ReturnType<typeof useText>, 't' | 'named'>

export interface ChangeLine {
  /** What sort of thing changed. */
  sort: string
  /** The criterion; empty for what concerns the whole standard. */
  name: string
  /** From what to what. */
  how: string
}

/** Returns the titles that some criterion asks about, by their ids. */
export function titlesOf(criteria: readonly Criterion[], { named }: Pick<Text, 'named'>): Map<string, string> {
  const titles = new Map<string, string>()
  for (const { excuses } of criteria) {
    for (const { title, name_zh, name_en } of excuses) if (title !== null) titles.set(title, named(name_zh, name_en))
  }
  return titles
}

/** The differences between two versions in words. */
export function changeLines(
  changes: readonly StandardChange[],
  from: Standard,
  to: Standard,
  locale: Locale,
  { t, named }: Text,
): ChangeLine[] {
  const nameOf = (code: string): string => {
    const one = [...to.criteria, ...from.criteria].find((criterion) => criterion.code === code)
    return one ? named(one.name_zh, one.name_en) : code
  }
  const kinds = (list: readonly PointType[]): string => list.map((kind) => pointTypeName(kind, locale)).join(t('standards.comma'))
  const moved = (removed: string, added: string): string =>
    [added && t('standards.plus', { what: added }), removed && t('standards.minus', { what: removed })]
      .filter((part) => part !== '')
      .join(t('standards.comma'))
  const titles = titlesOf([...from.criteria, ...to.criteria], { named })
  const titleNames = (list: readonly string[]): string => list.map((id) => titles.get(id) ?? id).join(t('standards.comma'))
  return changes.map((change): ChangeLine => {
    switch (change.change) {
      case 'zone':
        return { sort: t('standards.changeZone'), name: '', how: t('standards.changedTo', { from: zoneWords(change.from, locale), to: zoneWords(change.to, locale) }) }
      case 'key_places':
        return { sort: t('standards.changeKeyPlaces'), name: '', how: moved(kinds(change.removed), kinds(change.added)) }
      case 'titles':
        return { sort: t('standards.changeTitles'), name: '', how: moved(titleNames(change.removed), titleNames(change.added)) }
      case 'added':
        return { sort: t('standards.changeAdded'), name: nameOf(change.code), how: '' }
      case 'removed':
        return { sort: t('standards.changeRemoved'), name: nameOf(change.code), how: '' }
      case 'limit': {
        const words = (limit: typeof change.from): string => limitWords(limit, locale) || t('standards.noLimit')
        return { sort: t('standards.changeLimit'), name: nameOf(change.code), how: t('standards.changedTo', { from: words(change.from), to: words(change.to) }) }
      }
      case 'applies_to':
        return { sort: t('standards.changeApplies'), name: nameOf(change.code), how: moved(kinds(change.removed), kinds(change.added)) }
      case 'details':
        return { sort: t('standards.changeDetails'), name: nameOf(change.code), how: '' }
    }
  })
}

/** Names of the kinds of point, Chinese beside English; the record type asks for every one. */
import kinds from './kinds.json'
import type { PointType } from '../generated/types'
import type { Locale } from './locale'

/** The phone's core prints the same names into watermarks. */
const KINDS: Readonly<Record<PointType, readonly string[]>> = kinds

export function pointTypeName(kind: PointType, locale: Locale): string {
  const [zh, en] = KINDS[kind]
  return (locale === 'en' ? en : zh) ?? kind
}

/** What is no place: nobody goes there to look at it. */
const NOWHERE: ReadonlySet<string> = new Set<PointType>(['citywide', 'hotline', 'material', 'process', 'other'])

/** The kinds that a point can be of, in the order of the catalogue. */
export const PLACE_TYPES: readonly PointType[] = (Object.keys(KINDS) as PointType[]).filter((kind) => !NOWHERE.has(kind))

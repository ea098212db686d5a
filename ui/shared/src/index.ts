export type * from './generated/types'
export {
  formatAccuracy,
  formatBytes,
  formatDateTime,
  formatDistance,
  formatRelative,
} from './format'
export { PLACE_TYPES, pointTypeName } from './words/kinds'
export type { Locale } from './words/locale'
export { faultWords, gapWords, limitWords, markWords, outcomeWords, whyWords, zoneOf, zoneWords } from './words/words'

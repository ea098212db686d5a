export type * from './generated/types'
export {
  formatAccuracy,
  formatBytes,
  formatDateTime,
  formatDistance,
  formatRelative,
} from './format'

import type { FileFault, RowFate, RowRefusal, ZoneError } from '@xunfang/shared'
import { formatDistance } from '@xunfang/shared'

import type { useText } from '../i18n'

type Tell = ReturnType<typeof useText>['t']

function zoneErrorWords(error: ZoneError, t: Tell): string {
  switch (error.fault) {
    case 'distance':
      return t('refusal.zoneDistance', { value: String(error.value), min: error.min, max: error.max })
    case 'corners':
      return t('refusal.zoneCorners', { count: error.count })
    case 'far_corner':
      return t('refusal.zoneFarCorner', { corner: error.corner + 1 })
    case 'crossing':
      return t('refusal.zoneCrossing', { first: error.first + 1, second: error.second + 1 })
    case 'flat':
      return t('refusal.zoneFlat')
  }
}

/** Why a point is not taken, in words. */
export function refusalWords(refusal: RowRefusal, t: Tell): string {
  switch (refusal.reason) {
    case 'missing':
    case 'too_long':
      return t(`refusal.${refusal.reason}`, { field: t(`pointField.${refusal.field}`) })
    case 'date_instead':
    case 'formula_error':
    case 'no_number':
      return t(`refusal.${refusal.reason}`, { field: t(`pointField.${refusal.field}`), text: refusal.text })
    case 'kind_unknown':
    case 'datum_unknown':
      return t(`refusal.${refusal.reason}`, { text: refusal.text })
    case 'swapped':
    case 'no_place':
    case 'merged':
      return t(`refusal.${refusal.reason}`)
    case 'out_of_district':
      return t('refusal.out_of_district', { km: Math.round(refusal.km) })
    case 'radius':
      return t('refusal.radius', { value: String(refusal.value) })
    case 'duplicate': {
      const values = { name: refusal.name, distance: formatDistance(refusal.distance_m) }
      return refusal.line === null ? t('refusal.duplicate', values) : t('refusal.duplicateLine', { ...values, line: refusal.line })
    }
    case 'number_twice':
      return t('refusal.number_twice', { line: refusal.line })
    case 'crowded':
      return t('refusal.crowded', { points: refusal.points })
    case 'unit_unknown':
      return t('refusal.unit_unknown')
    case 'number_taken':
      return t('refusal.number_taken', { name: refusal.name })
    case 'zone':
      return zoneErrorWords(refusal.error, t)
  }
}

/** What a row's fate says besides its name; empty where the name says it all. */
export function fateWords(fate: RowFate, t: Tell): string {
  switch (fate.fate) {
    case 'new':
    case 'unchanged':
      return ''
    case 'changed':
      return t('import.changedFields', { fields: fate.fields.map((field) => t(`pointField.${field}`)).join(t('standards.comma')) })
    case 'refused':
      return fate.reasons.map((refusal) => refusalWords(refusal, t)).join(t('import.semicolon'))
  }
}

function isFileFault(value: unknown): value is FileFault {
  return typeof value === 'object' && value !== null && 'fault' in value && typeof value.fault === 'string'
}

/** What is wrong with a file as a whole; empty where the server did not say. */
export function fileFaultWords(details: Readonly<Record<string, unknown>> | null, t: Tell): string {
  if (!isFileFault(details)) return ''
  switch (details.fault) {
    case 'spreadsheet':
    case 'encoding':
    case 'geojson':
    case 'too_large':
      return t(`fileFault.${details.fault}`)
    case 'line':
      return t('fileFault.line', { line: details.line })
    case 'titles':
      return t('fileFault.titles', { columns: details.missing.map((field) => t(`fileColumn.${field}`)).join(t('standards.comma')) })
    case 'column_twice':
      return t('fileFault.column_twice', { title: details.title })
    default:
      // A newer server may know more.
      return ''
  }
}

function isRefusals(value: unknown): value is RowRefusal[] {
  return Array.isArray(value) && value.every((one: unknown) => typeof one === 'object' && one !== null && 'reason' in one)
}

/** The reasons that came with a refusal of the server. */
export function reasonsOf(details: Readonly<Record<string, unknown>> | null): RowRefusal[] {
  const reasons = details?.['reasons']
  return isRefusals(reasons) ? reasons : []
}

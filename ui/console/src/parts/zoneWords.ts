import type { Point, ZoneShape } from '@xunfang/shared'
import { formatDistance } from '@xunfang/shared'

import type { useText } from '../i18n'

type Tell = ReturnType<typeof useText>['t']

/** What a zone looks like, in words. */
export function zoneWords(zone: ZoneShape | null | undefined, t: Tell): string {
  switch (zone?.mode) {
    case undefined:
      return t('zone.none')
    case 'circle':
      return t('zone.circle', { radius: formatDistance(zone.radius_m) })
    case 'polygon':
      return t('zone.polygon', { n: zone.corners.length })
    case 'walk-visible':
      return t('zone.walk', { walk: formatDistance(zone.walk_m), sight: formatDistance(zone.sight_m) })
  }
}

/** The zone of a point; without a shape it is a circle. */
export function zoneOf({ shape, radius_m }: Pick<Point, 'shape' | 'radius_m'>): ZoneShape {
  return shape ?? { mode: 'circle', radius_m }
}

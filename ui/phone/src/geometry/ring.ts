/**
 * Where things go in the drawing of a zone: the point in the middle, its ring, and the person.
 * Lengths are in the drawing's own units, -100..100 to each side, y down.
 */
import type { Wgs84 } from '@xunfang/shared'

/** Radius of the zone's ring. The space outside it shows somebody up to 1.4 radii away. */
export const RING_UNITS = 64
/** Beyond this distance from the middle, the person is drawn at the edge, with an arrow. */
export const EDGE_UNITS = 88

export interface RingPerson {
  readonly x: number
  readonly y: number
  /** Degrees clockwise from north. */
  readonly bearing: number
  /** Whether the true place lies outside the drawing. */
  readonly clamped: boolean
  /** Radius of the circle of accuracy; always larger than the dot. */
  readonly accuracy: number
}

const RADIANS = Math.PI / 180

/** Initial great-circle bearing in degrees clockwise from north, 0 <= bearing < 360. */
export function bearingDegrees(from: Wgs84, to: Wgs84): number {
  const fromLat = from.lat * RADIANS
  const toLat = to.lat * RADIANS
  const turn = (to.lng - from.lng) * RADIANS
  const east = Math.sin(turn) * Math.cos(toLat)
  const north =
    Math.cos(fromLat) * Math.sin(toLat) - Math.sin(fromLat) * Math.cos(toLat) * Math.cos(turn)
  const degrees = Math.atan2(east, north) / RADIANS
  return (degrees + 360) % 360
}

/** Places somebody `distanceM` away from the point; the core measured that distance. */
export function placePerson(
  point: Wgs84,
  radiusM: number,
  person: Wgs84,
  distanceM: number,
  accuracyM: number,
): RingPerson {
  const unitsPerMetre = RING_UNITS / Math.max(1, radiusM)
  const distance = distanceM * unitsPerMetre
  const clamped = distance > EDGE_UNITS
  const bearing = bearingDegrees(point, person)
  const drawn = clamped ? EDGE_UNITS : distance
  return {
    x: drawn * Math.sin(bearing * RADIANS),
    y: -drawn * Math.cos(bearing * RADIANS),
    bearing,
    clamped,
    accuracy: Math.max(10, accuracyM * unitsPerMetre),
  }
}

/** Metres per degree of latitude, good to half a percent: enough to walk a simulated receiver. */
const METRES_PER_DEGREE = 111_195

/** A polygon as the path of a drawing in which the zone reaches to its ring. */
export function outlinePath(point: Wgs84, radiusM: number, corners: readonly Wgs84[]): string {
  const unitsPerMetre = RING_UNITS / Math.max(1, radiusM)
  const perDegree = METRES_PER_DEGREE * unitsPerMetre
  const spots = corners.map(({ lat, lng }) => {
    const x = (lng - point.lng) * perDegree * Math.cos(point.lat * RADIANS)
    return `${x.toFixed(1)} ${((point.lat - lat) * perDegree).toFixed(1)}`
  })
  return `M${spots.join('L')}z`
}

/** The place some metres to the north and east of another. */
export function stepFrom(place: Wgs84, northM: number, eastM: number): Wgs84 {
  return {
    lat: place.lat + northM / METRES_PER_DEGREE,
    lng: place.lng + eastM / (METRES_PER_DEGREE * Math.cos(place.lat * RADIANS)),
  }
}

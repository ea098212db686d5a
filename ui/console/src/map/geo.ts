import type { Point, Wgs84 } from '@xunfang/shared'

/** Mean radius of the earth in metres; on a ring of 600 m the ellipsoid changes less than 3 m. */
const EARTH_M = 6_371_008.8
const RING_VERTICES = 64

export type LngLatPair = [lng: number, lat: number]

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180
}

function degrees(value: number): number {
  return (value * 180) / Math.PI
}

/** Returns the place at a distance and bearing (degrees from north, clockwise) along a great circle. */
export function destination(from: Wgs84, distanceM: number, bearing: number): Wgs84 {
  const angle = distanceM / EARTH_M
  const lat = radians(from.lat)
  const turn = radians(bearing)
  const sinLat = Math.sin(lat) * Math.cos(angle) + Math.cos(lat) * Math.sin(angle) * Math.cos(turn)
  const lngShift = Math.atan2(
    Math.sin(turn) * Math.sin(angle) * Math.cos(lat),
    Math.cos(angle) - Math.sin(lat) * sinLat,
  )
  return { lat: degrees(Math.asin(sinLat)), lng: from.lng + degrees(lngShift) }
}

/** Great-circle distance in metres. */
export function distance(a: Wgs84, b: Wgs84): number {
  const lat = Math.sin(radians(b.lat - a.lat) / 2)
  const lng = Math.sin(radians(b.lng - a.lng) / 2)
  const h = lat * lat + Math.cos(radians(a.lat)) * Math.cos(radians(b.lat)) * lng * lng
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(h)))
}

/** Returns a closed ring of 64 vertices around a place, counter-clockwise as GeoJSON asks. */
export function ring(center: Wgs84, radiusM: number): LngLatPair[] {
  const vertices: LngLatPair[] = []
  for (let n = 0; n < RING_VERTICES; n += 1) {
    const { lng, lat } = destination(center, radiusM, -(n * 360) / RING_VERTICES)
    vertices.push([lng, lat])
  }
  const first = vertices[0]
  if (first) vertices.push([...first])
  return vertices
}

/** Returns the closed outline of a point's zone: its polygon, or the circle that it reaches. */
export function outline({ place, radius_m, shape }: Pick<Point, 'place' | 'radius_m' | 'shape'>): LngLatPair[] {
  if (shape?.mode !== 'polygon') return ring(place, radius_m)
  return closed(shape.corners)
}

/** Returns corners as a closed ring; empty without any. */
export function closed(corners: readonly Wgs84[]): LngLatPair[] {
  return [...corners, ...corners.slice(0, 1)].map(({ lng, lat }) => [lng, lat])
}

export interface Box {
  west: number
  south: number
  east: number
  north: number
}

/** Returns the box around circles; null without any. */
export function boxOf(circles: readonly { place: Wgs84; radiusM: number }[]): Box | null {
  if (circles.length === 0) return null
  const box: Box = { west: Infinity, south: Infinity, east: -Infinity, north: -Infinity }
  for (const { place, radiusM } of circles) {
    const north = destination(place, radiusM, 0).lat - place.lat
    const east = destination(place, radiusM, 90).lng - place.lng
    box.west = Math.min(box.west, place.lng - east)
    box.east = Math.max(box.east, place.lng + east)
    box.south = Math.min(box.south, place.lat - north)
    box.north = Math.max(box.north, place.lat + north)
  }
  return box
}

const STEPS = [10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005]

/** Returns lines of latitude and longitude for a view: about five across, at round degrees. */
export function graticule(view: Box): LngLatPair[][] {
  const span = view.east - view.west
  const step = STEPS.find((candidate) => span / candidate >= 5) ?? 0.0005
  const lines: LngLatPair[][] = []
  for (let n = Math.floor(view.west / step); n <= Math.ceil(view.east / step); n += 1) {
    lines.push([[n * step, view.south - step], [n * step, view.north + step]])
  }
  for (let n = Math.floor(view.south / step); n <= Math.ceil(view.north / step); n += 1) {
    lines.push([[view.west - step, n * step], [view.east + step, n * step]])
  }
  return lines
}

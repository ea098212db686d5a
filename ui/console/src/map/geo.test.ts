import { describe, expect, it } from 'vitest'

import { boxOf, destination, distance, graticule, outline, ring } from './geo'

const WUHAN = { lat: 30.5928, lng: 114.3055 }

describe('a ring', () => {
  it.each([WUHAN, { lat: 47.35, lng: 130.3 }, { lat: 0, lng: 0 }, { lat: -33.9, lng: 151.2 }])(
    'around $lat, $lng is closed, has 64 vertices and lies at its radius',
    (center) => {
      const vertices = ring(center, 500)
      expect(vertices).toHaveLength(65)
      expect(vertices[64]).toEqual(vertices[0])
      for (const [lng, lat] of vertices) expect(distance(center, { lng, lat })).toBeCloseTo(500, 3)
    },
  )

  it('runs counter-clockwise, as GeoJSON asks of an outer ring', () => {
    const vertices = ring(WUHAN, 400)
    let area = 0
    vertices.slice(1).forEach(([lng, lat], n) => {
      const [beforeLng, beforeLat] = vertices[n] ?? [0, 0]
      area += beforeLng * lat - lng * beforeLat
    })
    expect(area).toBeGreaterThan(0)
  })

  it('is wider in degrees of longitude than of latitude away from the equator', () => {
    const box = boxOf([{ place: WUHAN, radiusM: 500 }])
    expect(box && (box.east - box.west) / (box.north - box.south)).toBeCloseTo(1 / Math.cos((WUHAN.lat * Math.PI) / 180), 2)
  })
})

it('a degree of latitude is about 111.2 km', () => {
  expect(destination({ lat: 10, lng: 20 }, 111_195, 0).lat).toBeCloseTo(11, 4)
})

it('a box needs something to lie around', () => {
  expect(boxOf([])).toBeNull()
})

it.each([360, 10, 0.5, 0.01, 0.0001])('a graticule over %s degrees has few lines', (span) => {
  const lines = graticule({ west: 114, south: 30, east: 114 + span, north: 30 + span / 2 })
  expect(lines.length).toBeGreaterThan(2)
  expect(lines.length).toBeLessThan(70)
})

it('the outline of a zone is its polygon where it has one, and else the circle that it reaches', () => {
  const corners = [{ lat: 30.59, lng: 114.3 }, { lat: 30.6, lng: 114.3 }, { lat: 30.6, lng: 114.31 }]
  const drawn = outline({ place: WUHAN, radius_m: 700, shape: { mode: 'polygon', corners } })
  expect(drawn).toEqual([[114.3, 30.59], [114.3, 30.6], [114.31, 30.6], [114.3, 30.59]])
  expect(outline({ place: WUHAN, radius_m: 700 })).toEqual(ring(WUHAN, 700))
  expect(outline({ place: WUHAN, radius_m: 450, shape: { mode: 'walk-visible', walk_m: 400, sight_m: 50 } })).toEqual(ring(WUHAN, 450))
})

import { describe, expect, it } from 'vitest'

import { EDGE_UNITS, RING_UNITS, bearingDegrees, outlinePath, placePerson, stepFrom } from './ring'

const POINT = { lat: 31.23, lng: 121.47 }

describe('bearingDegrees', () => {
  it.each([
    [100, 0, 0],
    [0, 100, 90],
    [-100, 0, 180],
    [0, -100, 270],
    [100, 100, 45],
  ])('sees %d m north and %d m east at %d degrees', (north, east, bearing) => {
    expect(bearingDegrees(POINT, stepFrom(POINT, north, east))).toBeCloseTo(bearing, 1)
  })
})

describe('placePerson', () => {
  it('draws north upwards, in the zone\'s own scale', () => {
    const person = placePerson(POINT, 400, stepFrom(POINT, 200, 0), 200, 100)
    expect(person.x).toBeCloseTo(0)
    expect(person.y).toBeCloseTo(-RING_UNITS / 2)
    expect(person.accuracy).toBeCloseTo(RING_UNITS / 4)
    expect(person.clamped).toBe(false)
  })

  it('keeps somebody far away at the edge, in their direction', () => {
    const person = placePerson(POINT, 400, stepFrom(POINT, 0, 5000), 5000, 10)
    expect(person.clamped).toBe(true)
    expect(person.x).toBeCloseTo(EDGE_UNITS, 0)
    expect(person.y).toBeCloseTo(0, 0)
  })

  it('keeps a good fix visible around the dot', () => {
    expect(placePerson(POINT, 600, POINT, 0, 1).accuracy).toBe(10)
  })

  it('stays finite for a zone without a radius', () => {
    expect(placePerson(POINT, 0, POINT, 0, 1).x).toBe(0)
  })
})

it('draws a polygon around the point, north upwards, out to the ring', () => {
  const corners = [stepFrom(POINT, 400, 0), stepFrom(POINT, 0, 200), stepFrom(POINT, -100, 0)]
  expect(outlinePath(POINT, 400, corners)).toBe('M0.0 -64.0L32.0 0.0L0.0 16.0z')
})

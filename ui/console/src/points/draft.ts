import type { Datum, Point, PointEdit, PointType, Wgs84, ZoneShape } from '@xunfang/shared'
import { zoneOf } from '@xunfang/shared'
import { computed, ref, shallowRef } from 'vue'

import { typedNumber } from '../parts/typed'

export const DATUMS: readonly Datum[] = ['wgs84', 'cgcs2000', 'gcj02', 'bd09']

/** Where a point's zone comes from: the district's standard, or a shape of its own. */
export type ZoneChoice = 'follow' | ZoneShape['mode']
export const ZONE_CHOICES: readonly ZoneChoice[] = ['follow', 'circle', 'polygon', 'walk-visible']

/** A point as it stands in the form: text as it was typed. */
export interface PointForm {
  number: string
  name: string
  kind: PointType
  unit: string
  retired: boolean
  /** Whether the place is to change. */
  moves: boolean
  lat: string
  lng: string
  datum: Datum
  zone: ZoneChoice
  /** Metres; NaN while a box is empty. */
  radius: number
  walk: number
  sight: number
  /** One corner a line: latitude, longitude. */
  corners: string
}

/** Corners closer than this many degrees, about a metre, are one corner. */
const SAME_SPOT = 1e-5

/** What stops a form from being saved. */
export type FormFault = 'name' | 'unit' | 'place' | 'swapped' | 'zone' | 'few_corners' | { line: number }

export function cornerText(corners: readonly Wgs84[]): string {
  return corners.map(({ lat, lng }) => `${lat.toFixed(6)}, ${lng.toFixed(6)}`).join('\n')
}

/** Reads corners line by line; the number of a line that is none, counted from 1. */
export function readCorners(text: string): Wgs84[] | { line: number } {
  const corners: Wgs84[] = []
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    const parts = line.trim().split(/[\s,\uff0c]+/)
    const [lat, lng] = parts.map(typedNumber)
    if (parts.length !== 2 || !isPlace(lat, lng)) return { line: index + 1 }
    corners.push({ lat: lat ?? 0, lng: lng ?? 0 })
  }
  return corners
}

function isPlace(lat: number | undefined, lng: number | undefined): boolean {
  return Math.abs(lat ?? Number.NaN) <= 90 && Math.abs(lng ?? Number.NaN) <= 180
}

function within(value: number, least: number, most: number): boolean {
  return value >= least && value <= most
}

/** What two people changed of one point, differently. */
export interface Clash {
  field: 'number' | 'name' | 'kind' | 'unit' | 'retired' | 'place' | 'zone'
}

const FIELDS: Readonly<Record<Clash['field'], readonly (keyof PointForm)[]>> = {
  number: ['number'],
  name: ['name'],
  kind: ['kind'],
  unit: ['unit'],
  retired: ['retired'],
  place: ['moves', 'lat', 'lng', 'datum'],
  zone: ['zone', 'radius', 'walk', 'sight', 'corners'],
}

function formOf(point: Point | null): PointForm {
  const zone = point ? zoneOf(point) : null
  return {
    number: point?.number ?? '',
    name: point?.name ?? '',
    kind: point?.kind ?? 'farmers-market',
    unit: point?.unit ?? '',
    retired: point?.retired ?? false,
    moves: point === null,
    lat: point?.place.lat.toFixed(6) ?? '',
    lng: point?.place.lng.toFixed(6) ?? '',
    datum: 'wgs84',
    zone: point?.own_zone && zone ? zone.mode : 'follow',
    radius: zone?.mode === 'circle' ? zone.radius_m : 500,
    walk: zone?.mode === 'walk-visible' ? zone.walk_m : 400,
    sight: zone?.mode === 'walk-visible' ? zone.sight_m : 50,
    corners: zone?.mode === 'polygon' ? cornerText(zone.corners) : '',
  }
}

/** The form of one point, and what it would save. */
export function usePointForm() {
  /** The point as it was when the form opened; null for a new one. */
  const seen = shallowRef<Point | null>(null)
  const open = ref(false)
  const form = ref<PointForm>(formOf(null))
  let untouched = ''

  function begin(point: Point | null): void {
    seen.value = point
    form.value = formOf(point)
    untouched = JSON.stringify(form.value)
    open.value = true
  }

  function set(change: Partial<PointForm>): void {
    form.value = { ...form.value, ...change }
  }

  /** Takes in what somebody else saved: what was not touched here follows it, what both changed is named. */
  function rebase(point: Point): Clash[] {
    const [before, theirs, mine] = [formOf(seen.value), formOf(point), form.value]
    const clashes: Clash[] = []
    const merged = { ...theirs }
    for (const field of Object.keys(FIELDS) as Clash['field'][]) {
      const own = FIELDS[field]
      const same = (a: PointForm, b: PointForm): boolean => own.every((key) => a[key] === b[key])
      if (same(mine, before)) continue
      if (!same(theirs, before) && !same(theirs, mine)) clashes.push({ field })
      Object.assign(merged, Object.fromEntries(own.map((key) => [key, mine[key]])))
    }
    seen.value = point
    form.value = merged
    untouched = JSON.stringify(theirs)
    return clashes
  }

  const changed = computed(() => open.value && JSON.stringify(form.value) !== untouched)
  const corners = computed(() => readCorners(form.value.corners))
  /** The corners as they read last: a line that is half typed does not take the shape away. */
  let readable: readonly Wgs84[] = []
  const drawn = computed<readonly Wgs84[]>(() => {
    if (!('line' in corners.value)) readable = corners.value
    return readable
  })

  const shape = computed<ZoneShape | null>(() => {
    const { zone, radius, walk, sight } = form.value
    switch (zone) {
      case 'follow': return null
      case 'circle': return { mode: 'circle', radius_m: radius }
      case 'walk-visible': return { mode: 'walk-visible', walk_m: walk, sight_m: sight }
      case 'polygon': return 'line' in corners.value ? null : { mode: 'polygon', corners: corners.value }
    }
  })

  /** Where the point is to lie, if the map can show it: only WGS-84 is drawn as it is typed. */
  const place = computed<Wgs84 | null>(() => {
    const { moves, lat, lng, datum } = form.value
    if (!moves) return seen.value?.place ?? null
    const at = { lat: typedNumber(lat), lng: typedNumber(lng) }
    if (!isPlace(at.lat, at.lng)) return seen.value?.place ?? null
    return datum === 'wgs84' || datum === 'cgcs2000' ? at : (seen.value?.place ?? null)
  })

  const fault = computed<FormFault | null>(() => {
    const { name, unit, moves, lat, lng, zone, radius, walk, sight } = form.value
    if (name.trim() === '') return 'name'
    if (unit.trim() === '') return 'unit'
    if (moves && !isPlace(typedNumber(lat), typedNumber(lng))) {
      return isPlace(typedNumber(lng), typedNumber(lat)) ? 'swapped' : 'place'
    }
    if (zone === 'circle' && !within(radius, 10, 5_000)) return 'zone'
    if (zone === 'walk-visible' && !(within(walk, 10, 5_000) && within(sight, 1, 500))) return 'zone'
    if (zone !== 'polygon') return null
    if ('line' in corners.value) return corners.value
    return corners.value.length < 3 ? 'few_corners' : null
  })

  const edit = computed<PointEdit | null>(() => {
    if (fault.value !== null) return null
    const { number, name, kind, unit, retired, moves, lat, lng, datum } = form.value
    return {
      number: number.trim(),
      name: name.trim(),
      kind,
      unit: unit.trim(),
      // Kept as it is: the form does not show it.
      unit_id: seen.value?.unit_id ?? null,
      retired,
      place: moves ? { datum, lat: typedNumber(lat), lng: typedNumber(lng) } : null,
      zone: shape.value,
    }
  })

  return {
    seen, open, form, changed, corners, drawn, shape, place, fault, edit, begin, set, rebase,
    end(): void { open.value = false },
    addCorner(at: Wgs84): void {
      const last = drawn.value.at(-1)
      // The second click of two on one spot.
      if (last && Math.abs(last.lat - at.lat) < SAME_SPOT && Math.abs(last.lng - at.lng) < SAME_SPOT) return
      set({ corners: [form.value.corners.trim(), cornerText([at])].filter((line) => line !== '').join('\n') })
    },
    moveCorner(index: number, at: Wgs84): void {
      if ('line' in corners.value) return
      set({ corners: cornerText(corners.value.map((corner, n) => (n === index ? at : corner))) })
    },
    undoCorner(): void {
      set({ corners: form.value.corners.trim().split('\n').slice(0, -1).join('\n') })
    },
  }
}

export type PointDraft = ReturnType<typeof usePointForm>

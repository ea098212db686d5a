import type { FindingRow, Point, SessionView } from '@xunfang/shared'

/** A supervisor of a sample district. */
export const SESSION_VIEW: SessionView = {
  person: { id: 'person-1', district: 'district-1', display_name: 'Chen', role: 'supervisor' },
  district: { id: 'district-1', name: 'Sample district', zone_radius_m: 500, standard: null },
}

export const POINT: Point = {
  id: 'point-1',
  district: 'district-1',
  name: 'North market',
  kind: 'farmers-market',
  place: { lat: 30.5928, lng: 114.3055 },
  radius_m: 400,
  own_zone: false,
  number: '',
  unit: '',
  sample: true,
  retired: false,
}

/** A pending finding; a higher number is newer. */
export function findingRow(n: number, change: Partial<FindingRow> = {}): FindingRow {
  const id = `finding-${String(n)}`
  const position: FindingRow['record']['position'] = {
    kind: 'measured',
    fix: { place: { lat: 30.593, lng: 114.306 }, accuracy_m: 8, provider: 'gps', taken_at: n * 1000, mock: false },
  }
  return {
    record: {
      id,
      point: POINT.id,
      standard: 'standard-1',
      standard_version: 3,
      criterion: 'manhole-intact-rate',
      note: `Note ${String(n)}`,
      found_at: n * 1000,
      position,
      standing: { distance_m: 52, to_edge_m: 348, side: 'inside' },
      photos: [
        {
          sha256: n.toString(16).padStart(64, '0'),
          bytes: 2_000_000,
          media_type: 'image/jpeg',
          width: 4032,
          height: 3024,
          source: 'camera',
          taken_at: n * 1000,
          position,
        },
      ],
    },
    point_name: POINT.name,
    criterion_name_zh: `Criterion ${String(n)}`,
    criterion_name_en: `Criterion ${String(n)}`,
    author_name: 'Wang',
    received_at: n * 1000 + 500,
    review: { finding: id, state: 'pending', reason: '', rev: 0, decided_at: null, decided_by: null },
    seq: n,
    ...change,
  }
}

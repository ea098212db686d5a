import type {
  Criterion,
  EarlierFinding,
  FindingRow,
  InspectionRow,
  PhotoReport,
  Point,
  PublicRecord,
  SessionView,
  Sha256Hex,
  Standard,
} from '@xunfang/shared'

/** A supervisor of a sample district. */
export const SESSION_VIEW: SessionView = {
  person: { id: 'person-1', district: 'district-1', display_name: 'Chen', grants: [{ role: 'supervisor', scope: { kind: 'district' } }] },
  district: { id: 'district-1', name: 'Sample district', zone_radius_m: 500, standard: null, photos: { working_px: 1920, layout: 'panel', person: 'name', originals: 'unmetered' } },
  password_must_change: false,
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

/** A finding that was returned, with what it said until its author added a close-up and wrote why. */
export function revisedFinding(n: number): { row: FindingRow; earlier: EarlierFinding } {
  const first = findingRow(n, { received_at: n * 1000 + 100 })
  const [wide] = first.record.photos
  if (!wide) throw new Error('a finding has a photo')
  const row = findingRow(n, {
    record: { ...first.record, note: 'The cover is cracked', photos: [wide, { ...wide, sha256: `c${wide.sha256.slice(1)}` }] },
    review: { ...first.review, rev: 2 },
  })
  const review = { ...first.review, state: 'returned', reason: 'Add a close-up', rev: 1, decided_at: n * 1000 + 300, decided_by: 'Zhou' } as const
  return { row, earlier: { record: first.record, received_at: first.received_at, review } }
}

/** A photo of which everything holds. */
export function photoReport(sha256: Sha256Hex, change: Partial<PhotoReport> = {}): PhotoReport {
  return {
    sha256,
    code: '7KQ2-M0XA-93ZC-VH4N',
    checks: (['original', 'first_use', 'signature', 'facts', 'chain', 'clock'] as const).map((what) => ({ what, outcome: 'passed' })),
    marks: [],
    annotated: null,
    used_before: [],
    time: { not_before: 900_000, estimated: 1_000_000, not_after: 1_100_000, clock_off_ms: 2_000 },
    ...change,
  }
}

/** The one who may change standards and points. */
export const ADMINISTRATOR: SessionView = {
  ...SESSION_VIEW,
  person: { ...SESSION_VIEW.person, display_name: 'Guan', grants: [{ role: 'administrator', scope: { kind: 'district' } }] },
}

/** A criterion of a rate against 98 %, asked at markets. */
export function criterion(code: string, change: Partial<Criterion> = {}): Criterion {
  return {
    code,
    name_zh: code,
    name_en: code,
    hint_zh: '',
    hint_en: '',
    kind: 'rate-threshold',
    threshold: { comparator: '>=', value: 98, unit: 'percent' },
    inferred: false,
    provenance: { document: '001', jurisdiction: 'sample', section: '1' },
    category: 'roads',
    scope: 'point',
    applies_to: ['farmers-market'],
    evidence: { photos: 2, when: 'failed', shot: 'near-far', needs: ['count'] },
    parts: [],
    excuses: [],
    grants: false,
    codes: [],
    note_zh: '',
    note_en: '',
    ...change,
  }
}

/** Version 1 of a district's standard: covers, cables and a yearly plan. */
export const STANDARD: Standard = {
  id: 'standard-1',
  version: 1,
  name_zh: 'Catalogue',
  name_en: 'Catalogue',
  categories: [{ id: 'roads', name_zh: 'Roads', name_en: 'Roads' }],
  criteria: [
    criterion('covers-intact'),
    criterion('cables-tidy', { threshold: { comparator: '<=', value: 3, unit: 'cables' }, kind: 'count-limit', inferred: true }),
    criterion('plan-by-autumn', {
      kind: 'interval-days',
      threshold: { comparator: '<=', value: '--09-30', unit: 'date' },
      scope: 'process',
      applies_to: ['school'],
    }),
  ],
  profile: {
    id: 'sample',
    name_zh: 'Sample profile',
    name_en: 'Sample profile',
    catalogue_version: 1,
    document: '001',
    edition_zh: '2023',
    edition_en: '2023',
    zone: { mode: 'circle', radius_m: 500 },
    key_point_types: ['farmers-market'],
    titles: [],
  },
  edited: null,
}

/** An inspection of the sample market; a higher number is newer. */
export function inspectionRow(n: number, change: Partial<InspectionRow> = {}): InspectionRow {
  return {
    record: {
      id: `inspection-${String(n)}`,
      point: POINT.id,
      point_kind: 'farmers-market',
      standard: STANDARD.id,
      standard_version: 1,
      started_at: n * 60_000,
      submitted_at: n * 60_000 + 900_000,
      start: { kind: 'missing', why: 'denied' },
      start_standing: null,
      end: { kind: 'missing', why: 'denied' },
      answers: [
        {
          criterion: 'covers-intact',
          value: { form: 'rate', good: 97, counted: 99, counting: { how: 'census' } },
          note: '',
          photos: [],
          verdict: { outcome: 'not_met', why: { because: 'census', good: 97, counted: 99, percent: 97.979 } },
        },
        {
          criterion: 'cables-tidy',
          value: { form: 'count', count: 1 },
          note: 'At the gate',
          photos: [],
          verdict: { outcome: 'met', why: { because: 'value', value: 1, plus_minus: 0, limit: { comparator: '<=', value: 3, unit: 'cables' } } },
        },
      ],
      findings: ['finding-5'],
      track: [],
      coverage: { cells: 200, seen: 151 },
    },
    point_name: POINT.name,
    author_name: 'Wang',
    received_at: n * 60_000 + 905_000,
    differing: [],
    seq: n,
    photos: [],
    ...change,
  }
}

/** What the public page is told of a photo. */
export function publicRecord(): PublicRecord {
  return {
    code: '7KQ2-M0XA-93ZC-VH4N', signature: 'passed', taken_at: Date.UTC(2026, 2, 1, 0, 30, 5), offset_min: 480,
    from_file: false, found_after_s: null, district: 'Sample district', point: 'East market', kind: 'farmers-market', person: 'Lin',
    place: { lat: 33.48, lng: 117.88 }, accuracy_m: 8, distance_m: 42,
  }
}

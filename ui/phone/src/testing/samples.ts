/** Invented data for tests, complete enough for every screen. */
import type {
  CaptureView,
  Control,
  Criterion,
  Fix,
  FindingStage,
  FindingView,
  InspectionItem,
  InspectionView,
  PointDetail,
  PointType,
  PositionEvidence,
  Review,
  Standing,
  StartView,
} from '@xunfang/shared'

import type { MemoryData } from '../backend/memory'

export const NOW = Date.UTC(2026, 3, 10, 3, 30)

export const FIX: Fix = {
  place: { lat: 31.2301, lng: 121.4702 },
  accuracy_m: 8,
  provider: 'gps',
  taken_at: NOW,
  mock: false,
}

export const MEASURED: PositionEvidence = { kind: 'measured', fix: FIX }

function criterion(code: string, changes: Partial<Criterion>): Criterion {
  return {
    code, name_zh: `zh-${code}`, name_en: code, hint_zh: 'zh-hint', hint_en: 'hint',
    kind: 'boolean', threshold: null, inferred: false,
    provenance: { document: 'D-1', jurisdiction: 'J-1', section: null },
    category: 'street', scope: 'point', applies_to: [],
    evidence: { photos: 1, when: 'failed', shot: 'any', needs: [] },
    parts: [], excuses: [], grants: false, codes: [], note_zh: '', note_en: '',
    ...changes,
  }
}

export const CRITERIA: Criterion[] = [
  criterion('litter', { name_en: 'No scattered litter', hint_en: 'Ground, corners, green belts' }),
  criterion('manhole-intact-rate', {
    name_en: 'Manhole covers intact', hint_en: 'Covers in the carriageway', kind: 'rate-threshold',
    threshold: { comparator: '>=', value: 98, unit: 'percent' },
  }),
  criterion('cables', {
    name_en: 'Loose cables', hint_en: 'Hanging across the way', kind: 'count-limit', inferred: true,
    threshold: { comparator: '<=', value: 3, unit: 'cables' },
  }),
  criterion('order', {
    name_en: 'Street order', kind: 'boolean',
    parts: [
      { id: 'stalls', name_zh: 'zh-stalls', name_en: 'No stalls' },
      { id: 'bikes', name_zh: 'zh-bikes', name_en: 'No bikes in the way' },
    ],
  }),
  criterion('adverts', {
    name_en: 'Adverts along the street', kind: 'distance-spacing',
    threshold: { comparator: '<=', value: 500, unit: 'm_per_item' },
  }),
]

const CONTROLS: Record<string, Control> = {
  litter: 'holds', 'manhole-intact-rate': 'rate', cables: 'count', order: 'parts', adverts: 'line',
}

/** An inspection of point b at which nothing is answered. */
export function inspection(point: PointDetail): InspectionView {
  const items = CRITERIA.map((one): InspectionItem => ({
    criterion: one, control: CONTROLS[one.code] ?? 'holds', around: one.code === 'order',
    value: null, error: null, note: '', photos: [], photos_wanted: 0, findings: [],
    verdict: { outcome: 'undetermined', why: { because: 'unanswered' } },
  }))
  return {
    id: 'i1', point: point.point, standard_name_zh: 'zh-standard', standard_name_en: 'Standard',
    standard_version: 2, profile: null, started_at: NOW, submitted_at: null, stage: 'open',
    stuck: null, position_known: true, start_standing: null,
    categories: [{ id: 'street', name_zh: 'zh-street', name_en: 'Street' }], items,
    lacks: CRITERIA.map(({ code }) => ({ lacks: 'answer', criterion: code })),
    tally: { met: 0, not_met: 0, undetermined: items.length, not_applicable: 0 }, coverage: null,
  }
}

/** One photo was found for the draft of a point. */
export function captureView(change: Partial<CaptureView> = {}): CaptureView {
  return { point: 'point-1', inspection: null, item: null, photos: 1, ...change }
}

export function startView(changes: Partial<StartView> = {}): StartView {
  return {
    session: {
      person: { id: 'p1', district: 'd1', display_name: 'Lin', grants: [{ role: 'inspector', scope: { kind: 'district' } }] },
      district: { id: 'd1', name: 'Sample district', zone_radius_m: 400, standard: null, photos: { working_px: 1920, layout: 'panel', person: 'name', originals: 'unmetered' } },
      password_must_change: false,
    },
    server: 'https://xunfang.example',
    settings: { language: 'zh-CN', large_text: false, high_contrast: false },
    sync: {
      link: 'online', unsent: 0, rejected: 0, conflicts: 0, originals: 0, originals_wait: false, last_error: null, last_success_at: NOW,
    },
    notices: [],
    developer: false,
    interrupted: false,
    ...changes,
  }
}

export function finding(id: string, point: string, stage: FindingStage): FindingView {
  return {
    record: {
      id, point, standard: 's1', standard_version: 2, criterion: 'litter', note: 'by the gate',
      found_at: NOW, position: MEASURED, standing: null,
      photos: [{
        sha256: 'a'.repeat(64), bytes: 3_400_000, media_type: 'image/jpeg', width: 4000,
        height: 3000, source: 'camera', taken_at: NOW, position: MEASURED,
      }],
    },
    point_name: 'Gate', criterion_name_zh: 'zh-litter', criterion_name_en: 'No scattered litter',
    stage, stuck: stage === 'saved' ? 'unreachable' : null, revises: false, theirs: null, photos: [stage === 'saved' ? 'queued' : 'stored'],
    review: stage === 'returned'
      ? { finding: id, state: 'returned', reason: 'too dark', rev: 1, decided_at: NOW, decided_by: 'Wang' }
      : null,
  }
}

/** A revision of a finding, where the server has something else: words and photos differ. */
export function conflict(id: string, point: string, review: Partial<Review> = {}): FindingView {
  const theirs = finding(id, point, 'applied')
  const photo = theirs.record.photos[0]
  const added = photo === undefined ? [] : [{ ...photo, sha256: 'b'.repeat(64) }]
  return {
    ...theirs,
    stage: 'conflict', revises: true,
    record: {
      ...theirs.record, criterion: 'cables', note: 'taken again from nearer',
      photos: [...theirs.record.photos, ...added],
    },
    criterion_name_zh: 'zh-cables', criterion_name_en: 'Loose cables',
    photos: ['stored', 'queued'],
    theirs: {
      record: theirs.record, criterion_name_zh: theirs.criterion_name_zh,
      criterion_name_en: theirs.criterion_name_en,
    },
    review: {
      finding: id, state: 'accepted', reason: '', rev: 2, decided_at: NOW, decided_by: 'Wang', ...review,
    },
  }
}

export function pointDetail(
  id: string,
  kind: PointType,
  standing: Standing | null,
  findings: FindingView[] = [],
): PointDetail {
  return {
    point: {
      id, district: 'd1', name: `Point ${id}`, kind, place: { lat: 31.23, lng: 121.47 },
      radius_m: 400, own_zone: false, number: '', unit: '', sample: true, retired: false,
    },
    position: MEASURED, standing, standard_name_zh: 'zh-standard', standard_name_en: 'Standard',
    standard_version: 2, profile: null, checklist: CRITERIA.length, key_place: false,
    inspections: [], criteria: CRITERIA, draft: { criterion: '', note: '', photos: [], revises: null }, findings,
  }
}

export function memoryData(changes: Partial<MemoryData> = {}): MemoryData {
  const school = pointDetail('b', 'school', { distance_m: 1300, to_edge_m: -900, side: 'outside' })
  return {
    inspections: [inspection(school)],
    start: startView(),
    position: MEASURED,
    points: [
      pointDetail('a', 'farmers-market', { distance_m: 22, to_edge_m: 378, side: 'inside' }, [
        finding('f1', 'a', 'returned'),
        finding('f2', 'a', 'saved'),
      ]),
      school,
      pointDetail('c', 'hospital', { distance_m: 399, to_edge_m: 1, side: 'unsure' }),
    ],
    ...changes,
  }
}

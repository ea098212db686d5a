/** Invented data for tests, complete enough for every screen. */
import type {
  Criterion,
  Fix,
  FindingStage,
  FindingView,
  PointDetail,
  PointType,
  PositionEvidence,
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

const PROVENANCE = { document: 'D-1', jurisdiction: 'J-1' }

export const CRITERIA: Criterion[] = [
  {
    code: 'litter', name_zh: 'zh-litter', name_en: 'No scattered litter',
    hint_zh: 'zh-hint', hint_en: 'Ground, corners, green belts', kind: 'boolean',
    threshold: null, provenance: PROVENANCE,
  },
  {
    code: 'manhole-intact-rate', name_zh: 'zh-manhole', name_en: 'Manhole covers intact',
    hint_zh: 'zh-hint', hint_en: 'Covers in the carriageway', kind: 'rate-threshold',
    threshold: { comparator: '>=', value: 98, unit: 'percent' }, provenance: PROVENANCE,
  },
  {
    code: 'cables', name_zh: 'zh-cables', name_en: 'Loose cables',
    hint_zh: 'zh-hint', hint_en: 'Hanging across the way', kind: 'count-limit',
    threshold: { comparator: '<=', value: 3, unit: 'cables' }, provenance: PROVENANCE,
  },
]

export function startView(changes: Partial<StartView> = {}): StartView {
  return {
    session: {
      person: { id: 'p1', district: 'd1', display_name: 'Lin', role: 'inspector' },
      district: { id: 'd1', name: 'Sample district', zone_radius_m: 400 },
    },
    server: 'https://xunfang.example',
    settings: { language: 'zh-CN', large_text: false, high_contrast: false },
    sync: { link: 'online', unsent: 0, rejected: 0, last_error: null, last_success_at: NOW },
    notices: [],
    developer: false,
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
    stage, stuck: stage === 'saved' ? 'unreachable' : null, photos_stored: 0,
    review: stage === 'returned'
      ? { finding: id, state: 'returned', reason: 'too dark', rev: 1, decided_at: NOW, decided_by: 'Wang' }
      : null,
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
      radius_m: 400, sample: true, retired: false,
    },
    position: MEASURED, standing, standard_name_zh: 'zh-standard', standard_name_en: 'Standard',
    standard_version: 2, criteria: CRITERIA, draft: { criterion: '', note: '', photos: [] }, findings,
  }
}

export function memoryData(changes: Partial<MemoryData> = {}): MemoryData {
  return {
    start: startView(),
    position: MEASURED,
    points: [
      pointDetail('a', 'farmers-market', { distance_m: 22, to_edge_m: 378, side: 'inside' }, [
        finding('f1', 'a', 'returned'),
        finding('f2', 'a', 'saved'),
      ]),
      pointDetail('b', 'school', { distance_m: 1300, to_edge_m: -900, side: 'outside' }),
      pointDetail('c', 'hospital', { distance_m: 399, to_edge_m: 1, side: 'unsure' }),
    ],
    ...changes,
  }
}

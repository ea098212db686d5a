import type { Standard } from '@xunfang/shared'
import { describe, expect, it } from 'vitest'

import { criterion, STANDARD } from '../testing/samples'
import { limitText, readLimit, useStandardEdit } from './edit'
import { findCriteria } from './search'

const PERCENT = { kind: 'rate-threshold', threshold: { comparator: '>=', value: 98, unit: 'percent' } } as const
const CABLES = { kind: 'count-limit', threshold: { comparator: '<=', value: 3, unit: 'cables' } } as const
const SPACING = { kind: 'distance-spacing', threshold: { comparator: '<=', value: 500, unit: 'm_per_item' } } as const
const YEARLY = { kind: 'interval-days', threshold: { comparator: '<=', value: '--09-30', unit: 'date' } } as const
const ONCE = { kind: 'interval-days', threshold: { comparator: '<=', value: '2024-06-30', unit: 'date' } } as const

describe('a limit that is typed', () => {
  it.each([
    ['97.5', PERCENT, 97.5],
    ['100', PERCENT, 100],
    ['0', CABLES, 0],
    [' 120 ', CABLES, 120],
    ['95%', PERCENT, 95],
    ['\uff19\uff17\uff0e\uff15\uff05', PERCENT, 97.5],
    ['0.5', SPACING, 0.5],
    ['10-31', YEARLY, '--10-31'],
    ['02-29', YEARLY, '--02-29'],
    ['2025-12-01', ONCE, '2025-12-01'],
  ] as const)('%s is taken', (text, before, value) => {
    expect(readLimit(text, before)).toEqual({ ...before.threshold, value })
  })

  it.each([
    ['101', PERCENT, 'percent'],
    ['', PERCENT, 'percent'],
    ['-1', CABLES, 'whole'],
    ['2.5', CABLES, 'whole'],
    ['1e1', CABLES, 'whole'],
    ['0x10', CABLES, 'whole'],
    ['200000', CABLES, 'whole'],
    ['three', CABLES, 'whole'],
    ['0', SPACING, 'positive'],
    ['2000000', SPACING, 'positive'],
    ['09-31', YEARLY, 'date'],
    ['2025-02-29', ONCE, 'date'],
    ['soon', ONCE, 'date'],
  ] as const)('%s is refused as %s', (text, before, fault) => {
    expect(readLimit(text, before)).toBe(fault)
  })

  it('begins as what the limit is', () => {
    for (const limit of [PERCENT, CABLES, YEARLY, ONCE]) expect(readLimit(limitText(limit.threshold), limit)).toEqual(limit.threshold)
  })
})

describe('an edit', () => {
  it('sends only what differs, and nothing while a limit will not do', () => {
    const draft = useStandardEdit()
    draft.begin(STANDARD)
    expect(draft.request.value).toBeNull()
    // The same figure, written otherwise.
    draft.limits.set('covers-intact', '98.0')
    draft.limits.set('cables-tidy', '2')
    draft.flipDrop('plan-by-autumn')
    draft.note.value = ' As the notice asks '
    expect(draft.changes.value).toBe(2)
    expect(draft.request.value).toEqual({
      base: 1,
      limits: [{ code: 'cables-tidy', limit: { ...CABLES.threshold, value: 2 } }],
      adopt: [],
      drop: ['plan-by-autumn'],
      titles: null,
      zone: null,
      note: 'As the notice asks',
    })
    draft.limits.set('covers-intact', '980')
    expect(draft.faultOf('covers-intact')).toBe('percent')
    expect(draft.request.value).toBeNull()
    // What is dropped needs no limit.
    draft.flipDrop('covers-intact')
    expect(draft.request.value).not.toBeNull()
  })

  it('confirms a figure that was inferred as it is', () => {
    const draft = useStandardEdit()
    draft.begin(STANDARD)
    draft.flipConfirmed('cables-tidy')
    expect(draft.request.value?.limits).toEqual([{ code: 'cables-tidy', limit: CABLES.threshold }])
  })

  it('is carried over to a version that somebody else made', () => {
    const draft = useStandardEdit()
    draft.begin(STANDARD)
    draft.limits.set('covers-intact', '99')
    draft.limits.set('cables-tidy', '3')
    draft.flipDrop('plan-by-autumn')
    draft.flipAdopt('lamps-lit')
    const theirs: Standard = {
      ...STANDARD,
      version: 2,
      criteria: [
        criterion('covers-intact'),
        criterion('cables-tidy', { kind: 'count-limit', threshold: { comparator: '<=', value: 5, unit: 'cables' } }),
        criterion('lamps-lit'),
      ],
      profile: STANDARD.profile && { ...STANDARD.profile, zone: { mode: 'circle', radius_m: 700 } },
    }
    draft.rebase(theirs)
    expect(draft.request.value).toEqual({
      base: 2,
      limits: [{ code: 'covers-intact', limit: { ...PERCENT.threshold, value: 99 } }],
      adopt: [],
      drop: [],
      titles: null,
      zone: null,
      note: '',
    })
  })

  it('changes the zone within its range', () => {
    const draft = useStandardEdit()
    draft.begin(STANDARD)
    draft.zone.value = { ...draft.zone.value, radius: 600 }
    expect(draft.request.value?.zone).toEqual({ mode: 'circle', radius_m: 600 })
    for (const radius of [9, 5_001, Number.NaN]) {
      draft.zone.value = { ...draft.zone.value, radius }
      expect(draft.request.value, String(radius)).toBeNull()
    }
    draft.zone.value = { mode: 'walk-visible', radius: Number.NaN, walk: 400, sight: 50 }
    expect(draft.request.value?.zone).toEqual({ mode: 'walk-visible', walk_m: 400, sight_m: 50 })
  })
})

it('finds criteria by every word, category, kind and whether they are inferred', () => {
  const all = [...STANDARD.criteria, criterion('for-every-kind', { applies_to: [], category: 'other', hint_en: 'Look at covers' })]
  const none = { typed: '', category: '', kind: '' as const, onlyInferred: false }
  const codes = (change: object): string[] => findCriteria(all, { ...none, ...change }).map(({ code }) => code)
  expect(codes({})).toHaveLength(4)
  expect(codes({ typed: 'COVERS' })).toEqual(['covers-intact', 'for-every-kind'])
  expect(codes({ typed: 'look covers' })).toEqual(['for-every-kind'])
  expect(codes({ kind: 'school' })).toEqual(['plan-by-autumn', 'for-every-kind'])
  expect(codes({ category: 'other' })).toEqual(['for-every-kind'])
  expect(codes({ onlyInferred: true })).toEqual(['cables-tidy'])
})

import { describe, expect, it } from 'vitest'

import type { Criterion, Verdict } from '../generated/types'
import { en } from './en'
import { gapWords, limitWords, markWords, whyWords, zoneOf, zoneWords } from './words'
import { zhCN } from './zh-CN'

const criterion = {
  parts: [
    { id: 'a', name_zh: '甲', name_en: 'A' },
    { id: 'b', name_zh: '乙', name_en: 'B' },
  ],
  excuses: [
    { by: 'rule', id: 'inside', mode: 'exempts', name_zh: '线内', name_en: 'Inside the lines', title: null },
  ],
} as unknown as Criterion

const placeholders = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort()

describe('words', () => {
  it('has the same keys and figures in both languages', () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(zhCN).sort())
    for (const [key, text] of Object.entries(zhCN)) {
      expect(placeholders(en[key as keyof typeof en]), key).toEqual(placeholders(text))
    }
  })

  it('says how long and which way a file differs from the phone', () => {
    expect([5, 600, 7_200, 400_000].map((seconds) => gapWords(seconds, 'en'))).toEqual(['5 s', '10 min', '2 h', '5 days'])
    expect(markWords({ mark: 'time_differs', seconds: 172_800 }, 'zh-CN')).toBe('照片自带的时间比手机早 2 天')
    expect(markWords({ mark: 'time_differs', seconds: -36_000 }, 'zh-CN')).toBe('照片自带的时间比手机晚 10 小时')
    expect(markWords({ mark: 'place_differs', distance_m: 1_109 }, 'en')).toContain('1.1 km')
    expect(markWords({ mark: 'blurred' }, 'zh-CN')).toBe('画面模糊')
  })

  it('says a day of every year', () => {
    expect(limitWords({ comparator: '<=', value: '--09-30', unit: 'date' }, 'zh-CN')).toBe('每年 9 月 30 日前完成')
    expect(limitWords({ comparator: '<=', value: '2024-06-30', unit: 'date' }, 'zh-CN')).toContain('2024-06-30')
  })

  it('says what a zone looks like', () => {
    expect(zoneWords(zoneOf({ radius_m: 1200 }), 'zh-CN')).toBe('半径 1.2 km')
    const corners = [{ lat: 1, lng: 1 }, { lat: 1, lng: 2 }, { lat: 2, lng: 2 }]
    expect(zoneWords(zoneOf({ radius_m: 300, shape: { mode: 'polygon', corners } }), 'en')).toBe('polygon of 3 corners')
    expect(zoneWords({ mode: 'walk-visible', walk_m: 400, sight_m: 50 }, 'zh-CN')).toBe('步行 400 m，两侧各看 50 m')
    expect(zoneWords(null, 'en')).toBe('not set')
  })

  it('says a limit with its sign and unit', () => {
    expect(limitWords({ comparator: '>=', value: 98, unit: 'percent' }, 'zh-CN')).toBe('≥ 98%')
    expect(limitWords({ comparator: '<=', value: 500, unit: 'm_per_item' }, 'en')).toBe('one every 500 m')
    expect(limitWords({ comparator: '<=', value: '2023-07-31', unit: 'date' }, 'en')).toBe('by 2023-07-31')
    expect(limitWords(null, 'en')).toBe('')
  })

  it('never rounds a rate up to its limit', () => {
    const census = (good: number, counted: number): Verdict => ({
      outcome: 'not_met',
      why: { because: 'census', good, counted, percent: (100 * good) / counted },
    })
    expect(whyWords(census(97, 99), criterion, 'en')).toEqual(['All 99 counted, 97 good: 97.9%'])
    expect(whyWords(census(98, 100), criterion, 'en')).toEqual(['All 100 counted, 98 good: 98%'])
  })

  it('says how many more would settle a sample, or that none would', () => {
    const sample = (more: number | null, outcome: Verdict['outcome']): string[] =>
      whyWords(
        { outcome, why: { because: 'sample', good: 97, counted: 99, total: null, low: 92.892, high: 99.754, more } },
        criterion,
        'en',
      )
    expect(sample(263, 'undetermined')).toEqual([
      '99 looked at, 97 good; the rate may lie in 92.8–99.8%',
      '263 more, all good, would settle that it is met',
    ])
    expect(sample(null, 'undetermined')[1]).toBe('No sample settles it: all have to be counted')
    expect(sample(null, 'not_met')).toHaveLength(1)
  })

  it('names parts and reasons as the standard does', () => {
    const parts: Verdict = {
      outcome: 'not_met',
      why: { because: 'parts', held: 0, of: 2, wanted: 2, failed: ['a'], open: ['b'] },
    }
    expect(whyWords(parts, criterion, 'zh-CN').slice(1)).toEqual(['不符合：甲', '还没看：乙'])
    const excused: Verdict = {
      outcome: 'met',
      why: { because: 'excused', by: 'rule', reason: 'inside', mode: 'exempts' },
    }
    expect(whyWords(excused, criterion, 'en')).toEqual(['Does not count by the rules: Inside the lines'])
  })
})

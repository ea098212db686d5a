import { describe, expect, it } from 'vitest'

import {
  formatAccuracy,
  formatBytes,
  formatDateTime,
  formatDistance,
  formatRelative,
} from './index'

const ZH = 'zh-CN'
const EN = 'en'

describe('formatDistance', () => {
  it.each([
    [0, '0 m'],
    [-3, '0 m'],
    [12.4, '12 m'],
    [999.4, '999 m'],
    [999.5, '1 km'],
    [1150, '1.2 km'],
    [1234, '1.2 km'],
    [1450, '1.5 km'],
    [2000, '2 km'],
    [9949, '9.9 km'],
    [9960, '10 km'],
    [12_345, '12 km'],
    [1_234_567, '1,235 km'],
  ])('shows %d as %s', (metres, text) => {
    expect(formatDistance(metres)).toBe(text)
  })
})

describe('formatAccuracy', () => {
  it('never claims less than a metre', () => {
    expect(formatAccuracy(0.2)).toBe('±1 m')
    expect(formatAccuracy(8.4)).toBe('±8 m')
    expect(formatAccuracy(1500)).toBe('±1.5 km')
  })
})

describe('formatDateTime', () => {
  const at = new Date(2026, 0, 2, 9, 5).getTime()

  it('writes month and day as Chinese forms do', () => {
    expect(formatDateTime(at, ZH)).toBe('01-02 09:05')
  })

  it('names the month in English', () => {
    expect(formatDateTime(at, EN)).toBe('Jan 2, 09:05')
  })
})

describe('formatRelative', () => {
  const now = new Date(2026, 0, 20, 12, 0).getTime()
  const minute = 60_000

  it('speaks the language', () => {
    expect(formatRelative(now - 5 * minute, now, ZH)).toBe('5分钟前')
    expect(formatRelative(now - 5 * minute, now, EN)).toBe('5 minutes ago')
    expect(formatRelative(now - 3 * 60 * minute, now, ZH)).toBe('3小时前')
    expect(formatRelative(now - 26 * 60 * minute, now, EN)).toBe('yesterday')
  })

  it('reads a time in the future as a moment ago', () => {
    expect(formatRelative(now + 10 * minute, now, EN)).toBe('1 second ago')
  })

  it('falls back to the date after a week', () => {
    const old = now - 8 * 24 * 60 * minute
    expect(formatRelative(old, now, ZH)).toBe(formatDateTime(old, ZH))
  })
})

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [812, '812 B'],
    [340_200, '340 kB'],
    [999_900, '1 MB'],
    [1_234_567, '1.2 MB'],
    [24_000_000, '24 MB'],
    [1_500_000_000, '1.5 GB'],
  ])('shows %d as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text)
  })
})

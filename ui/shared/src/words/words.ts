/**
 * Sentences about limits and verdicts. The core gives reasons as data; here they become words, the
 * same in both apps.
 */
import type {
  AnswerFault,
  Criterion,
  Outcome,
  PhotoMark,
  Point,
  Threshold,
  Verdict,
  Why,
  ZoneShape,
} from '../generated/types'
import { formatDistance } from '../format'
import { en } from './en'
import { fill, type Locale } from './locale'
import { zhCN } from './zh-CN'

export type WordKey = keyof typeof zhCN

type Values = Record<string, string | number>

function say(key: WordKey, locale: Locale, values: Values = {}): string {
  return fill(locale === 'en' ? en[key] : zhCN[key], values)
}

const SIGNS: Record<Threshold['comparator'], string> = {
  '>=': '≥',
  '<=': '≤',
  '>': '>',
  '<': '<',
  '==': '=',
  rising: '↑',
  recurring: '',
}

/** The limit in words; empty where there is none. */
export function limitWords(limit: Threshold | null, locale: Locale): string {
  if (limit === null) return ''
  const yearly = typeof limit.value === 'string' ? /^--(\d\d)-(\d\d)$/.exec(limit.value) : null
  if (yearly) return say('limit.date_yearly', locale, { month: Number(yearly[1]), day: Number(yearly[2]) })
  return say(`limit.${limit.unit}`, locale, { sign: SIGNS[limit.comparator], value: limit.value })
}

/** What a zone looks like; null where none is set. */
export function zoneWords(zone: ZoneShape | null, locale: Locale): string {
  switch (zone?.mode) {
    case undefined:
      return say('zone.none', locale)
    case 'circle':
      return say('zone.circle', locale, { radius: formatDistance(zone.radius_m) })
    case 'polygon':
      return say('zone.polygon', locale, { corners: zone.corners.length })
    case 'walk-visible':
      return say('zone.walk', locale, { walk: formatDistance(zone.walk_m), sight: formatDistance(zone.sight_m) })
  }
}

/** The zone of a point; without a shape it is a circle. */
export function zoneOf({ shape, radius_m }: Pick<Point, 'shape' | 'radius_m'>): ZoneShape {
  return shape ?? { mode: 'circle', radius_m }
}

export function outcomeWords(outcome: Outcome, locale: Locale): string {
  return say(`outcome.${outcome}`, locale)
}

export function faultWords(fault: AnswerFault, locale: Locale): string {
  return say(`fault.${fault}`, locale)
}

/** At most two digits after the point, and none where they say nothing. */
function figure(value: number): string {
  return String(Math.round(value * 100) / 100)
}

/** A share of which even a little too much would mislead: 97.98 % stays below 98. */
function percent(value: number, down: boolean): string {
  const scaled = value * 10
  // A whole number that is a hair off in binary is that number.
  const near = Math.round(scaled)
  const rounded = Math.abs(scaled - near) < 1e-6 ? near : down ? Math.floor(scaled) : Math.ceil(scaled)
  return String(rounded / 10)
}

function partNames(criterion: Criterion, ids: readonly string[], locale: Locale): string {
  const names = ids.map((id) => {
    const part = criterion.parts.find((one) => one.id === id)
    if (part === undefined) return id
    return locale === 'en' ? part.name_en : part.name_zh
  })
  return names.join(locale === 'en' ? ', ' : '、')
}

function reasonName(criterion: Criterion, by: string, id: string, locale: Locale): string {
  const excuse = criterion.excuses.find((one) => one.by === by && one.id === id)
  if (excuse === undefined) return id
  return locale === 'en' ? excuse.name_en : excuse.name_zh
}

/** Why a verdict came out as it did: one sentence, and what would settle it where that is open. */
export function whyWords(verdict: Verdict, criterion: Criterion, locale: Locale): string[] {
  const tell = (key: WordKey, values: Values = {}): string => say(key, locale, values)
  const limit = (threshold: Threshold): string => limitWords(threshold, locale)
  const { why, outcome } = verdict
  switch (why.because) {
    case 'unanswered':
    case 'holds':
    case 'does_not_hold':
    case 'unfit':
      return [tell(`why.${why.because}`)]
    case 'parts': {
      const lines = [tell('why.parts', { held: why.held, of: why.of, wanted: why.wanted })]
      const failed = partNames(criterion, why.failed, locale)
      const open = partNames(criterion, why.open, locale)
      if (failed !== '') lines.push(tell('why.partsFailed', { parts: failed }))
      if (open !== '' && why.held + why.failed.length > 0) {
        lines.push(tell('why.partsOpen', { parts: open }))
      }
      return lines
    }
    case 'value': {
      const values = { value: figure(why.value), limit: limit(why.limit) }
      return why.plus_minus === 0
        ? [tell('why.value', values)]
        : [tell('why.valueOff', { ...values, off: figure(why.plus_minus) })]
    }
    case 'trend':
      return [tell('why.trend', { before: figure(why.before), now: figure(why.now) })]
    case 'census': {
      const { good, counted } = why
      return [tell('why.census', { good, counted, percent: percent(why.percent, true) })]
    }
    case 'sample':
      return sampleWords(why, outcome, tell)
    case 'largest_area':
      return why.places === 0
        ? [tell('why.areaNone')]
        : [tell('why.area', { m2: figure(why.m2), places: why.places, limit: limit(why.limit) })]
    case 'gap': {
      const lines = [
        tell('why.gap', {
          longest: formatDistance(why.longest_m),
          from: formatDistance(why.from_m),
          street: formatDistance(why.street_m),
          markers: why.markers,
        }),
      ]
      if (outcome === 'undetermined' && why.plus_minus_m > 0) {
        lines.push(tell('why.gapOff', { off: formatDistance(why.plus_minus_m) }))
      }
      if (why.beside > 0) lines.push(tell('why.gapBeside', { beside: why.beside }))
      return lines
    }
    case 'no_street':
      return [tell('why.noStreet')]
    case 'oldest': {
      const { on, days, due, things } = why
      return [tell('why.oldest', { on, days, due, things })]
    }
    case 'share':
      return [tell('why.share', { percent: percent(why.percent, true), limit: limit(why.limit) })]
    case 'times':
      return why.least === null
        ? [tell('why.timesNone', { running: why.running ?? 0, limit: limit(why.limit) })]
        : [tell('why.times', { periods: why.periods, least: why.least, limit: limit(why.limit) })]
    case 'deadline':
      return why.done === null
        ? [tell('why.notDone', { due: why.due })]
        : [tell('why.done', { done: why.done, due: why.due })]
    case 'excused': {
      const reason = reasonName(criterion, why.by, why.reason, locale)
      return [tell(why.mode === 'passes' ? 'why.passed' : 'why.exempted', { reason })]
    }
    case 'nothing_here':
      return [tell('why.nothing_here', { reason: why.reason })]
  }
}

function sampleWords(
  why: Extract<Why, { because: 'sample' }>,
  outcome: Outcome,
  tell: (key: WordKey, values?: Values) => string,
): string[] {
  const { good, counted, total, more } = why
  const values = { good, counted, low: percent(why.low, true), high: percent(why.high, false) }
  const lines = [
    total === null ? tell('why.sample', values) : tell('why.sampleOf', { ...values, total }),
  ]
  if (outcome === 'undetermined') {
    lines.push(more === null ? tell('why.moreNever') : tell('why.more', { more }))
  }
  return lines
}

/** A length of time in its largest whole unit. */
export function gapWords(seconds: number, locale: Locale): string {
  const size = Math.abs(seconds)
  if (size < 100) return say('gap.seconds', locale, { n: Math.round(size) })
  if (size < 100 * 60) return say('gap.minutes', locale, { n: Math.round(size / 60) })
  if (size < 48 * 3600) return say('gap.hours', locale, { n: Math.round(size / 3600) })
  return say('gap.days', locale, { n: Math.round(size / 86_400) })
}

/** Why a photo deserves a second look. */
export function markWords(mark: PhotoMark, locale: Locale): string {
  switch (mark.mark) {
    case 'found_later':
      return say('mark.found_later', locale, { gap: gapWords(mark.seconds, locale) })
    case 'stale_fix':
      return say('mark.stale_fix', locale, { gap: gapWords(mark.seconds, locale) })
    case 'place_differs':
      return say('mark.place_differs', locale, { distance: formatDistance(mark.distance_m) })
    case 'time_differs':
      return say(mark.seconds > 0 ? 'mark.taken_earlier' : 'mark.taken_later', locale, {
        gap: gapWords(mark.seconds, locale),
      })
    case 'too_fast':
      return say('mark.too_fast', locale, { kmh: mark.kmh })
    case 'from_file':
    case 'mock_position':
    case 'dark':
    case 'blurred':
      return say(`mark.${mark.mark}`, locale)
  }
}

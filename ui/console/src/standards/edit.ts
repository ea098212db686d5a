import type { Criterion, Standard, StandardEdit, Threshold, ZoneShape } from '@xunfang/shared'
import { computed, reactive, ref, shallowRef } from 'vue'

import { typedNumber } from '../parts/typed'

/** What is wrong with a limit that was typed; the server judges alike. */
export type LimitFault = 'percent' | 'positive' | 'whole' | 'date'

/** Most of a figure that is counted, and of a length or an area. */
const COUNT_MAX = 100_000
const MEASURE_MAX = 1e6

function readDay(typed: string, before: string): string | null {
  const yearly = before.startsWith('--')
  const whole = yearly ? `2024-${typed}` : typed
  if (!/^\d{4}-\d{2}-\d{2}$/.test(whole)) return null
  const day = new Date(`${whole}T00:00:00Z`)
  // A day that its month does not have rolls over into the next one.
  if (Number.isNaN(day.getTime()) || !day.toISOString().startsWith(whole)) return null
  return yearly ? `--${typed}` : typed
}

/** Returns the limit that a text stands for, or what is wrong with the text. */
export function readLimit(text: string, { kind, threshold }: Pick<Criterion, 'kind'> & { threshold: Threshold }): Threshold | LimitFault {
  if (typeof threshold.value === 'string') {
    const day = readDay(text.normalize('NFKC').trim(), threshold.value)
    return day === null ? 'date' : { ...threshold, value: day }
  }
  const value = typedNumber(text.replace(/[%\uff05]\s*$/, ''))
  switch (kind) {
    case 'rate-threshold':
    case 'share-threshold':
      return value >= 0 && value <= 100 ? { ...threshold, value } : 'percent'
    case 'area-limit':
    case 'distance-spacing':
      return value > 0 && value <= MEASURE_MAX ? { ...threshold, value } : 'positive'
    case 'boolean':
    case 'count-limit':
    case 'interval-days':
    case 'frequency':
      return Number.isInteger(value) && value >= 0 && value <= COUNT_MAX ? { ...threshold, value } : 'whole'
  }
}

/** What is typed for a limit at first. */
export function limitText({ value }: Threshold): string {
  return typeof value === 'string' ? value.replace(/^--/, '') : String(value)
}

/** Whether a criterion's limit is a figure or a day that can be set. */
export function settable(criterion: Criterion): criterion is Criterion & { threshold: Threshold } {
  const { threshold } = criterion
  return threshold !== null && threshold.comparator !== 'rising' && threshold.comparator !== 'recurring'
}

export interface ZoneDraft {
  mode: 'circle' | 'walk-visible'
  /** Metres; NaN while the box is empty. */
  radius: number
  walk: number
  sight: number
}

function draftOf(zone: ZoneShape | null): ZoneDraft {
  return {
    mode: zone?.mode === 'walk-visible' ? 'walk-visible' : 'circle',
    radius: zone?.mode === 'circle' ? zone.radius_m : 500,
    walk: zone?.mode === 'walk-visible' ? zone.walk_m : 400,
    sight: zone?.mode === 'walk-visible' ? zone.sight_m : 50,
  }
}

function between(value: number, least: number, most: number): boolean {
  return value >= least && value <= most
}

function fill<T>(set: Set<T>, items: Iterable<T>): void {
  const all = [...items]
  set.clear()
  for (const item of all) set.add(item)
}

/** The changes that an administrator collects before a new version is made of them. */
export function useStandardEdit() {
  const base = shallowRef<Standard | null>(null)
  const limits = reactive(new Map<string, string>())
  /** Codes of limits that were read out of words, and that somebody answers for now. */
  const confirmed = reactive(new Set<string>())
  const drop = reactive(new Set<string>())
  const adopt = reactive(new Set<string>())
  const titles = reactive(new Set<string>())
  const zone = ref<ZoneDraft>(draftOf(null))
  const note = ref('')

  function begin(standard: Standard): void {
    base.value = standard
    limits.clear()
    confirmed.clear()
    drop.clear()
    adopt.clear()
    fill(titles, standard.profile?.titles ?? [])
    zone.value = draftOf(standard.profile?.zone ?? null)
    note.value = ''
  }

  /** The changes as far as they concern a criterion that is not dropped. */
  const changedLimits = computed(() =>
    (base.value?.criteria ?? []).flatMap((one) => {
      if (!settable(one) || drop.has(one.code)) return []
      const text = limits.get(one.code)
      const read = text === undefined ? one.threshold : readLimit(text, one)
      const differs = typeof read === 'string' || read.value !== one.threshold.value
      return differs || confirmed.has(one.code) ? [{ criterion: one, read }] : []
    }),
  )
  /** The zone that is wanted, or null where a figure is out of range. */
  const zoneShape = computed<ZoneShape | null>(() => {
    const { mode, radius, walk, sight } = zone.value
    if (mode === 'circle') return between(radius, 10, 5_000) ? { mode, radius_m: radius } : null
    if (!between(walk, 10, 5_000) || !between(sight, 1, 500)) return null
    return { mode, walk_m: walk, sight_m: sight }
  })
  const zoneChanged = computed(() => JSON.stringify(zoneShape.value) !== JSON.stringify(base.value?.profile?.zone ?? null))
  const titlesChanged = computed(() => {
    const before = base.value?.profile?.titles ?? []
    return before.length !== titles.size || before.some((title) => !titles.has(title))
  })
  const changes = computed(() =>
    base.value === null
      ? 0
      : changedLimits.value.length + drop.size + adopt.size + Number(zoneChanged.value) + Number(titlesChanged.value))
  const faults = computed(() => changedLimits.value.flatMap(({ criterion, read }) =>
    typeof read === 'string' ? [{ criterion, fault: read }] : []))

  /** What is sent; null while something typed will not do. */
  const request = computed<StandardEdit | null>(() => {
    if (!base.value || changes.value === 0 || faults.value.length > 0 || zoneShape.value === null) return null
    return {
      base: base.value.version,
      limits: changedLimits.value.flatMap(({ criterion: { code }, read }) =>
        typeof read === 'string' ? [] : [{ code, limit: read }]),
      adopt: [...adopt],
      drop: [...drop],
      titles: titlesChanged.value ? [...titles] : null,
      zone: zoneChanged.value ? zoneShape.value : null,
      note: note.value.trim(),
    }
  })

  /** Carries the changes over to a version that somebody else has made meanwhile. */
  function rebase(newest: Standard): void {
    const before = base.value
    if (!before) return
    const there = new Set(newest.criteria.map(({ code }) => code))
    const touched = new Set(changedLimits.value.map(({ criterion }) => criterion.code))
    for (const code of [...limits.keys()]) if (!there.has(code) || !touched.has(code)) limits.delete(code)
    fill(confirmed, [...confirmed].filter((code) => there.has(code)))
    fill(drop, [...drop].filter((code) => there.has(code)))
    fill(adopt, [...adopt].filter((code) => !there.has(code)))
    if (!titlesChanged.value) fill(titles, newest.profile?.titles ?? [])
    if (!zoneChanged.value) zone.value = draftOf(newest.profile?.zone ?? null)
    base.value = newest
  }

  function flip(set: Set<string>, id: string): void {
    if (!set.delete(id)) set.add(id)
  }

  return {
    base, limits, confirmed, drop, adopt, titles, zone, note, changes, faults, zoneShape, request,
    begin,
    rebase,
    end: () => { base.value = null },
    faultOf: (code: string): LimitFault | null =>
      faults.value.find((one) => one.criterion.code === code)?.fault ?? null,
    flipConfirmed: (code: string) => { flip(confirmed, code) },
    flipDrop: (code: string) => { flip(drop, code) },
    flipAdopt: (code: string) => { flip(adopt, code) },
    flipTitle: (title: string) => { flip(titles, title) },
  }
}

export type StandardDraft = ReturnType<typeof useStandardEdit>

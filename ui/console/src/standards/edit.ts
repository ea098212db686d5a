import type { Criterion, Standard, StandardEdit, Threshold, ZoneShape } from '@xunfang/shared'
import { computed, reactive, ref } from 'vue'

/** What is wrong with something that was typed. */
export type LimitFault = 'percent' | 'number' | 'date'

/** Returns the limit that a text stands for, or what is wrong with the text. */
export function readLimit(text: string, before: Threshold): Threshold | LimitFault {
  const typed = text.trim()
  if (typeof before.value === 'string') {
    const yearly = before.value.startsWith('--')
    const whole = yearly ? `2024-${typed}` : typed
    if (!/^\d{4}-\d{2}-\d{2}$/.test(whole)) return 'date'
    const day = new Date(`${whole}T00:00:00Z`)
    // A day that its month does not have rolls over into the next one.
    if (Number.isNaN(day.getTime()) || !day.toISOString().startsWith(whole)) return 'date'
    return { ...before, value: yearly ? `--${typed}` : typed }
  }
  const value = Number(typed)
  if (typed === '' || !Number.isFinite(value) || value < 0) return before.unit === 'percent' ? 'percent' : 'number'
  if (before.unit === 'percent' && value > 100) return 'percent'
  return { ...before, value }
}

/** What is typed for a limit at first. */
export function limitText({ value }: Threshold): string {
  return typeof value === 'string' ? value.replace(/^--/, '') : String(value)
}

/** Whether a criterion's limit is a figure or a day that can be set. */
export function settable(criterion: Criterion): boolean {
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

/** The changes that an administrator collects before a new version is made of them. */
export function useStandardEdit() {
  const base = ref<Standard | null>(null)
  const limits = reactive(new Map<string, string>())
  const drop = reactive(new Set<string>())
  const adopt = reactive(new Set<string>())
  const titles = reactive(new Set<string>())
  const zone = ref<ZoneDraft>(draftOf(null))
  const note = ref('')

  function begin(standard: Standard): void {
    base.value = standard
    limits.clear()
    drop.clear()
    adopt.clear()
    titles.clear()
    for (const title of standard.profile?.titles ?? []) titles.add(title)
    zone.value = draftOf(standard.profile?.zone ?? null)
    note.value = ''
  }

  function end(): void {
    base.value = null
  }

  function criterion(code: string): Criterion | undefined {
    return base.value?.criteria.find((one) => one.code === code)
  }

  const changedLimits = computed(() => {
    const changed: { criterion: Criterion; read: Threshold | LimitFault }[] = []
    for (const [code, text] of limits) {
      const one = criterion(code)
      if (!one?.threshold || drop.has(code) || text.trim() === limitText(one.threshold)) continue
      changed.push({ criterion: one, read: readLimit(text, one.threshold) })
    }
    return changed
  })

  /** The zone that is wanted, or null where a figure is out of range. */
  const zoneShape = computed<ZoneShape | null>(() => {
    const { mode, radius, walk, sight } = zone.value
    if (mode === 'circle') return between(radius, 10, 5_000) ? { mode, radius_m: radius } : null
    if (!between(walk, 10, 5_000) || !between(sight, 1, 500)) return null
    return { mode, walk_m: walk, sight_m: sight }
  })
  const zoneChanged = computed(() => {
    const before = base.value?.profile?.zone ?? null
    return JSON.stringify(zoneShape.value) !== JSON.stringify(before)
  })
  const titlesChanged = computed(() => {
    const before = base.value?.profile?.titles ?? []
    return before.length !== titles.size || before.some((title) => !titles.has(title))
  })
  const changes = computed(
    () => changedLimits.value.length + drop.size + adopt.size + Number(zoneChanged.value) + Number(titlesChanged.value),
  )
  const faults = computed(() => changedLimits.value.flatMap(({ criterion: one, read }) =>
    typeof read === 'string' ? [{ criterion: one, fault: read }] : []))

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

  function flip(set: Set<string>, id: string): void {
    if (!set.delete(id)) set.add(id)
  }

  return {
    base, limits, drop, adopt, titles, zone, note, changes, faults, zoneShape, request,
    begin,
    end,
    faultOf: (code: string): LimitFault | null =>
      faults.value.find((one) => one.criterion.code === code)?.fault ?? null,
    flipDrop: (code: string) => { flip(drop, code) },
    flipAdopt: (code: string) => { flip(adopt, code) },
    flipTitle: (title: string) => { flip(titles, title) },
  }
}

export type StandardDraft = ReturnType<typeof useStandardEdit>

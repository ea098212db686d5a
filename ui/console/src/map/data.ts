import type { FindingId, FindingRow, Point, PointId } from '@xunfang/shared'
import { computed, onScopeDispose, ref, shallowRef } from 'vue'

import type { Api } from '../api/api'
import { codeOf, isAborted } from '../api/errors'

/** More dots than this tell a reader nothing; the review page has them all. */
export const FINDINGS_MAX = 1_000
const PAGE = 200
const BURST_MS = 400

/** The points of the district and its latest findings. */
export function useMapData(api: Api) {
  const points = shallowRef<readonly Point[]>([])
  const findings = shallowRef<readonly FindingRow[]>([])
  const capped = ref(false)
  const status = ref<'loading' | 'ready' | 'failed'>('loading')
  const problem = ref('')
  let running = new AbortController()
  let burst: ReturnType<typeof setTimeout> | undefined
  onScopeDispose(() => {
    running.abort()
    clearTimeout(burst)
  })

  async function latest(signal: AbortSignal): Promise<{ rows: FindingRow[]; capped: boolean }> {
    const rows: FindingRow[] = []
    let before: number | undefined
    while (rows.length < FINDINGS_MAX) {
      const page = await api.findings({ limit: PAGE, ...(before === undefined ? {} : { before }) }, signal)
      rows.push(...page.rows)
      if (page.next_before === null) return { rows, capped: false }
      before = page.next_before
    }
    return { rows, capped: true }
  }

  async function load(): Promise<void> {
    running.abort()
    running = new AbortController()
    const { signal } = running
    if (status.value === 'failed') status.value = 'loading'
    try {
      const [allPoints, answer] = await Promise.all([api.points(signal), latest(signal)])
      if (signal.aborted) return
      points.value = allPoints
      findings.value = answer.rows
      capped.value = answer.capped
      status.value = 'ready'
    } catch (thrown) {
      // A map that is shown stays; the connection mark says that it may be old.
      if (isAborted(thrown) || signal.aborted || status.value === 'ready') return
      problem.value = codeOf(thrown)
      status.value = 'failed'
    }
  }

  function reloadSoon(): void {
    clearTimeout(burst)
    burst = setTimeout(() => void load(), BURST_MS)
  }

  const byPoint = computed(() => {
    const groups = new Map<PointId, FindingRow[]>()
    for (const row of findings.value) {
      const group = groups.get(row.record.point)
      if (group) group.push(row)
      else groups.set(row.record.point, [row])
    }
    return groups
  })

  function finding(id: FindingId | null): FindingRow | null {
    return findings.value.find((row) => row.record.id === id) ?? null
  }

  return { points, findings, byPoint, capped, status, problem, load, reloadSoon, finding }
}

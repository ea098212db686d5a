import type { FindingId, FindingPage, FindingRow, Review, ReviewState, ReviewTally } from '@xunfang/shared'
import { computed, onScopeDispose, ref, type Ref, shallowRef } from 'vue'

import type { Api, FindingNotice } from '../api/api'
import { codeOf, isAborted } from '../api/errors'

/** Rows per request: two screens of a large monitor. */
export const PAGE_ROWS = 50
/** Notices of a burst, such as a phone coming online with forty findings, become one request. */
const BURST_MS = 150

export type Filter = ReviewState | 'all'
export const FILTERS: readonly Filter[] = ['pending', 'accepted', 'returned', 'all']

/** Puts a fresh first page over the rows that are shown. */
export function mergeFirstPage(shown: readonly FindingRow[], page: FindingPage): FindingRow[] {
  const last = page.rows.at(-1)
  if (!last || page.next_before === null) return [...page.rows]
  // A finding that was revised has come to the top, and is not where it was.
  const onTop = new Set(page.rows.map((row) => row.record.id))
  const below = shown.filter((row) => row.seq < last.seq && !onTop.has(row.record.id))
  const overlaps = shown.some((row) => row.seq >= last.seq)
  // More came in than one page holds: what lies between is unknown, so the list starts anew.
  return overlaps ? [...page.rows, ...below] : [...page.rows]
}

/** The queue of one filter: pages, what is new, and how many there are of each state. */
export function useQueue(api: Api, filter: Ref<Filter>) {
  const rows = shallowRef<readonly FindingRow[]>([])
  const tally = ref<ReviewTally>({ pending: 0, accepted: 0, returned: 0 })
  const status = ref<'loading' | 'ready' | 'failed'>('loading')
  const problem = ref('')
  const more = ref<'none' | 'idle' | 'loading' | 'failed'>('none')
  const fresh = ref<ReadonlySet<FindingId>>(new Set())
  const now = ref(Date.now())

  let nextBefore: number | null = null
  let running = new AbortController()
  let burst: ReturnType<typeof setTimeout> | undefined
  const clock = setInterval(() => { now.value = Date.now() }, 30_000)
  onScopeDispose(() => {
    clearTimeout(burst)
    clearInterval(clock)
    running.abort()
  })

  function ask(before?: number): Promise<FindingPage> {
    return api.findings(
      {
        limit: PAGE_ROWS,
        ...(filter.value === 'all' ? {} : { state: filter.value }),
        ...(before === undefined ? {} : { before }),
      },
      running.signal,
    )
  }

  function setNext(next: number | null): void {
    nextBefore = next
    more.value = next === null ? 'none' : 'idle'
  }

  /** Starts the list anew, as for another filter. */
  async function load(): Promise<void> {
    running.abort()
    running = new AbortController()
    const { signal } = running
    status.value = 'loading'
    rows.value = []
    fresh.value = new Set()
    try {
      const page = await ask()
      // Another filter was chosen meanwhile.
      if (signal.aborted) return
      rows.value = page.rows
      tally.value = page.tally
      setNext(page.next_before)
      status.value = 'ready'
    } catch (thrown) {
      if (isAborted(thrown) || signal.aborted) return
      problem.value = codeOf(thrown)
      status.value = 'failed'
    }
  }

  /** Asks for the top of the list again and keeps what lies below. */
  async function refresh(): Promise<void> {
    if (status.value !== 'ready') {
      if (status.value === 'failed') await load()
      return
    }
    const { signal } = running
    try {
      const page = await ask()
      if (signal.aborted) return
      const newest = rows.value[0]?.seq ?? -1
      const arrived = page.rows.filter((row) => row.seq > newest)
      const merged = mergeFirstPage(rows.value, page)
      if (merged.length === page.rows.length) setNext(page.next_before)
      rows.value = merged
      tally.value = page.tally
      now.value = Date.now()
      if (arrived.length > 0) {
        fresh.value = new Set([...fresh.value, ...arrived.map((row) => row.record.id)])
      }
    } catch {
      // The list that is shown stays; the connection mark says that it may be old, and the next
      // notice or reconnection asks again.
    }
  }

  async function loadMore(): Promise<void> {
    if (nextBefore === null || more.value === 'loading' || status.value !== 'ready') return
    const { signal } = running
    more.value = 'loading'
    try {
      const page = await ask(nextBefore)
      if (signal.aborted) return
      const known = new Set(rows.value.map((row) => row.record.id))
      rows.value = [...rows.value, ...page.rows.filter((row) => !known.has(row.record.id))]
      tally.value = page.tally
      setNext(page.next_before)
    } catch (thrown) {
      if (!isAborted(thrown) && !signal.aborted) more.value = 'failed'
    }
  }

  /** Shows a review as it stands now: the row changes, or leaves a list of another state. */
  function apply(id: FindingId, review: Review): void {
    const row = rows.value.find((candidate) => candidate.record.id === id)
    if (!row || row.review.rev > review.rev) return
    const counts = { ...tally.value }
    if (row.review.state !== review.state) {
      counts[row.review.state] = Math.max(0, counts[row.review.state] - 1)
      counts[review.state] += 1
      tally.value = counts
    }
    rows.value =
      filter.value !== 'all' && filter.value !== review.state
        ? rows.value.filter((candidate) => candidate !== row)
        : rows.value.map((candidate) => (candidate === row ? { ...row, review } : candidate))
  }

  /** Reacts to one notice; the rows themselves come from the server. */
  function notice({ id, state }: FindingNotice): void {
    const row = rows.value.find((candidate) => candidate.record.id === id)
    if (row && row.review.state !== state) {
      // The top is asked for below; a row further down has to be asked for by itself.
      api.finding(id).then(
        (detail) => { apply(id, detail.row.review) },
        () => undefined,
      )
    }
    clearTimeout(burst)
    burst = setTimeout(() => void refresh(), BURST_MS)
  }

  function seen(id: FindingId): void {
    if (!fresh.value.has(id)) return
    const left = new Set(fresh.value)
    left.delete(id)
    fresh.value = left
  }

  const total = computed(() =>
    filter.value === 'all'
      ? tally.value.pending + tally.value.accepted + tally.value.returned
      : tally.value[filter.value],
  )

  return { rows, tally, total, status, problem, more, fresh, now, load, refresh, loadMore, apply, notice, seen }
}

export type Queue = ReturnType<typeof useQueue>

/** A long list that is read page by page as it is scrolled. */
import type { Change } from '@xunfang/shared'
import { computed, ref, shallowRef, type ComputedRef, type Ref, type ShallowRef } from 'vue'

import { toBackendError } from '../backend/backend'
import { coalesce } from './coalesce'
import { FIRST_ROWS } from './first'
import { LOADING, failed, onChanges, ready, type Loadable } from './query'

/** What is read further when the end comes near. */
const PAGE_ROWS = 40
/** The most that the core answers at once. */
const ROWS_MAX = 200

interface Page<Row> {
  readonly rows: readonly Row[]
  readonly total: number
}

export interface PagedList<P> {
  /** The newest page's own fields, with all rows read so far. */
  state: ShallowRef<Loadable<P>>
  hasMore: ComputedRef<boolean>
  more: () => Promise<void>
  /** Reads again as many rows as are shown. */
  refresh: () => Promise<void>
  /** Starts over from the first page, for another search or filter. */
  restart: () => Promise<void>
}

/** `known` is the first page, where it is there already. */
export function usePages<Row, P extends Page<Row>>(
  load: (offset: number, limit: number) => Promise<P>,
  changes: readonly Change[],
  known?: P,
): PagedList<P> {
  const state: ShallowRef<Loadable<P>> = shallowRef(known === undefined ? LOADING : ready(known))
  const wanted: Ref<number> = ref(FIRST_ROWS)

  const refresh = coalesce(async () => {
    try {
      state.value = ready(await read(wanted.value))
    } catch (thrown) {
      state.value = failed(state.value, toBackendError(thrown))
    }
  })

  // Pages are always read again from the start: the order changes as the phone moves, and pages
  // from two orders would show one point twice and another never.
  async function read(count: number): Promise<P> {
    const first = await load(0, Math.min(count, ROWS_MAX))
    const rows = [...first.rows]
    while (rows.length < count && rows.length < first.total) {
      const next = await load(rows.length, Math.min(count - rows.length, ROWS_MAX))
      if (next.rows.length === 0) break
      rows.push(...next.rows)
    }
    return { ...first, rows }
  }

  const hasMore = computed(
    () => state.value.status === 'ready' && state.value.value.rows.length < state.value.value.total,
  )

  function more(): Promise<void> {
    if (state.value.status !== 'ready' || !hasMore.value) return Promise.resolve()
    wanted.value = state.value.value.rows.length + PAGE_ROWS
    return refresh()
  }

  function restart(): Promise<void> {
    wanted.value = FIRST_ROWS
    return refresh()
  }

  if (known === undefined) void refresh()
  onChanges(changes, refresh)
  return { state, hasMore, more, refresh, restart }
}

/** Data that a screen asks for, kept fresh while the screen is shown. */
import type { Change } from '@xunfang/shared'
import { onActivated, onBeforeUnmount, onDeactivated, shallowRef, type ShallowRef } from 'vue'

import { toBackendError, useBackend, type BackendError } from '../backend/backend'
import { coalesce } from './coalesce'

export type Loadable<T> =
  | { readonly status: 'loading' }
  /** `failure` says why the newest refresh did not work; what was there stays on the screen. */
  | { readonly status: 'ready'; readonly value: T; readonly failure: BackendError | null }
  | { readonly status: 'error'; readonly error: BackendError }

export const LOADING = { status: 'loading' } as const

export function ready<T>(value: T): Loadable<T> {
  return { status: 'ready', value, failure: null }
}

/** What a failed attempt makes of the state: it never takes data away that is already shown. */
export function failed<T>(before: Loadable<T>, error: BackendError): Loadable<T> {
  if (before.status === 'ready') return { ...before, failure: error }
  return { status: 'error', error }
}

/**
 * Asks again whenever one of these changes is told, as long as the component is shown. One that is
 * kept alive in the background catches up when it comes back.
 */
export function onChanges(changes: readonly Change[], refresh: () => Promise<void>): void {
  let shown = true
  let missed = false
  const stop = useBackend().onChange((change) => {
    if (!changes.includes(change)) return
    if (shown) void refresh()
    else missed = true
  })
  onDeactivated(() => {
    shown = false
  })
  onActivated(() => {
    shown = true
    if (missed) void refresh()
    missed = false
  })
  onBeforeUnmount(stop)
}

export interface Query<T> {
  state: ShallowRef<Loadable<T>>
  refresh: () => Promise<void>
}

/** Loads at once, and again on every change that matters. */
export function useQuery<T>(load: () => Promise<T>, changes: readonly Change[]): Query<T> {
  const state: ShallowRef<Loadable<T>> = shallowRef(LOADING)
  const refresh = coalesce(async () => {
    try {
      state.value = ready(await load())
    } catch (thrown) {
      state.value = failed(state.value, toBackendError(thrown))
    }
  })
  void refresh()
  onChanges(changes, refresh)
  return { state, refresh }
}

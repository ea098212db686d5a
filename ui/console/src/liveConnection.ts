import type { LiveNotice } from '@xunfang/shared'
import { inject, type InjectionKey, onScopeDispose, provide, type Ref, ref } from 'vue'

import { useApi } from './api/api'

interface Listener {
  /** Notices may have been missed: ask for everything again. */
  reopened: () => void
  notice: (notice: LiveNotice) => void
}

interface LiveConnection {
  status: Ref<'waiting' | 'on' | 'off'>
  listeners: Set<Listener>
}

const LIVE: InjectionKey<LiveConnection> = Symbol('live')

/** Opens the one live connection of the signed-in pages; for their shell. */
export function provideLive(): LiveConnection['status'] {
  const connection: LiveConnection = { status: ref('waiting'), listeners: new Set() }
  const close = useApi().live({
    opened: (goesOn) => {
      connection.status.value = 'on'
      if (goesOn) return
      for (const listener of connection.listeners) listener.reopened()
    },
    lost: () => { connection.status.value = 'off' },
    notice: (notice) => {
      for (const listener of connection.listeners) listener.notice(notice)
    },
  })
  onScopeDispose(close)
  provide(LIVE, connection)
  return connection.status
}

/** Hears what changes on the server while the calling component lives. */
export function onLive(listener: Listener): void {
  const connection = inject(LIVE)
  if (!connection) throw new Error('no live connection is provided')
  connection.listeners.add(listener)
  onScopeDispose(() => connection.listeners.delete(listener))
}

import type { PasswordChange, SessionView } from '@xunfang/shared'
import { computed, inject, type InjectionKey, ref, shallowRef } from 'vue'

import type { Api } from '../api/api'
import { ApiError } from '../api/errors'
import { forgetReasonDrafts } from '../review/reasonDrafts'

/** `unknown` until the server has been asked once. */
export type SessionStatus = 'unknown' | 'in' | 'out'

/** Who is signed in, for the whole application. */
export function createSession() {
  const view = shallowRef<SessionView | null>(null)
  const status = ref<SessionStatus>('unknown')
  /** Whether the sign-in page has to say why it shows. */
  const expired = ref(false)

  function take(next: SessionView): void {
    // What one person wrote is not shown to the next one at the same desk.
    if (view.value && view.value.person.id !== next.person.id) forgetReasonDrafts()
    view.value = next
    status.value = 'in'
    expired.value = false
  }

  return {
    view: computed(() => view.value),
    status: computed(() => status.value),
    expired: computed(() => expired.value),
    /** Whether nothing can be done but change the password. */
    mustChange: computed(() => view.value?.password_must_change ?? false),
    /** Asks the server once; an unreachable server throws and leaves the status unknown. */
    async restore(api: Api): Promise<void> {
      try {
        take(await api.session())
      } catch (thrown) {
        if (!(thrown instanceof ApiError) || thrown.code !== 'signed_out') throw thrown
        status.value = 'out'
      }
    },
    async signIn(api: Api, account: string, password: string): Promise<void> {
      take(await api.signIn(account, password))
    },
    async changePassword(api: Api, request: PasswordChange): Promise<void> {
      await api.changePassword(request)
      if (view.value) view.value = { ...view.value, password_must_change: false }
    },
    /** The server takes nothing any more but another password. */
    demandPassword(): void {
      if (view.value) view.value = { ...view.value, password_must_change: true }
    },
    async signOut(api: Api): Promise<void> {
      try {
        await api.signOut()
      } catch (thrown) {
        // A session that is over already is what was asked for.
        if (!(thrown instanceof ApiError) || thrown.code !== 'signed_out') throw thrown
      }
      forgetReasonDrafts()
      view.value = null
      status.value = 'out'
      expired.value = false
    },
    /** The server says that the session is over. */
    expire(): void {
      if (status.value !== 'in') return
      status.value = 'out'
      expired.value = true
    },
  }
}

export type Session = ReturnType<typeof createSession>
export const SESSION: InjectionKey<Session> = Symbol('session')

/** Returns the session of this application. */
export function useSession(): Session {
  const session = inject(SESSION)
  if (!session) throw new Error('no session is provided')
  return session
}

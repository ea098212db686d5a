/** What every screen shares: who is signed in, how sync stands, settings, notices, the toast. */
import type { CaptureView, Notice, SessionView, Settings, StartView, SyncView } from '@xunfang/shared'
import { inject, reactive, type InjectionKey } from 'vue'

import { toBackendError, type Backend, type BackendError } from '../backend/backend'
import { coalesce } from './coalesce'
import { RescueSaving } from './rescue'

export type AppStatus =
  | { readonly status: 'loading' }
  | { readonly status: 'ready' }
  | { readonly status: 'error'; readonly error: BackendError }

export interface Toast {
  readonly title: string
  readonly detail: string
  /** Whether something did not work. */
  readonly failed?: boolean
}

interface AppData {
  status: AppStatus
  session: SessionView | null
  server: string
  settings: Settings
  sync: SyncView
  notices: Notice[]
  developer: boolean
  /** Whether the app was ended while the camera was open. */
  interrupted: boolean
  /** How many photos of the camera were found when the app was opened; null: none was looked for. */
  recovered: number | 'failed' | null
  toast: Toast | null
}

/** How long a confirmation stays: long enough to read two short lines without hurry. */
const TOAST_MS = 4000

export class AppState {
  readonly data: AppData
  readonly rescue: RescueSaving
  /** Whether any page was opened after the first. */
  hasMoved = false
  readonly #backend: Backend
  #toastTimer: ReturnType<typeof setTimeout> | undefined

  readonly refreshSync: () => Promise<void>

  constructor(backend: Backend) {
    this.#backend = backend
    this.rescue = new RescueSaving(backend)
    this.data = reactive<AppData>({
      status: { status: 'loading' },
      session: null,
      server: '',
      settings: { language: 'zh-CN', large_text: false, high_contrast: false },
      sync: {
        link: 'offline', unsent: 0, rejected: 0, conflicts: 0, originals: 0, originals_wait: false, last_error: null, last_success_at: null,
      },
      notices: [],
      developer: false,
      interrupted: false,
      recovered: null,
      toast: null,
    })
    this.refreshSync = coalesce(() => this.#refreshSync())
    backend.onChange((change) => {
      if (change === 'sync' || change === 'findings') void this.refreshSync()
    })
  }

  /** Shows what the core says at the start; at once where that came with the page. */
  async open(): Promise<void> {
    try {
      const known = this.#backend.known({ cmd: 'start' })
      if (known === undefined) this.data.status = { status: 'loading' }
      this.#take(known ?? (await this.#backend.run({ cmd: 'start' })))
      this.data.status = { status: 'ready' }
    } catch (thrown) {
      this.data.status = { status: 'error', error: toBackendError(thrown) }
    }
  }

  /** Takes in what the camera took while the app was gone, and says which form it was for. */
  async recoverCapture(): Promise<CaptureView | null> {
    this.data.interrupted = false
    try {
      const found = await this.#backend.run({ cmd: 'recover_capture' })
      if (found !== null) this.data.recovered = found.photos
      return found
    } catch (thrown) {
      this.data.recovered = 'failed'
      throw thrown
    }
  }

  async signIn(server: string, account: string, password: string): Promise<void> {
    this.#take(await this.#backend.run({ cmd: 'sign_in', server, account, password }))
  }

  async signOut(): Promise<void> {
    this.#take(await this.#backend.run({ cmd: 'sign_out' }))
  }

  async syncNow(): Promise<void> {
    this.data.sync = await this.#backend.run({ cmd: 'sync_now' })
  }

  async sendOriginals(): Promise<void> {
    this.data.sync = await this.#backend.run({ cmd: 'send_originals' })
  }

  async saveSettings(settings: Settings): Promise<void> {
    this.data.settings = await this.#backend.run({ cmd: 'save_settings', settings })
  }

  async dismissNotice(id: number): Promise<void> {
    this.data.notices = await this.#backend.run({ cmd: 'dismiss_notice', id })
  }

  showToast(toast: Toast): void {
    clearTimeout(this.#toastTimer)
    this.data.toast = toast
    this.#toastTimer = setTimeout(() => {
      this.data.toast = null
    }, TOAST_MS)
  }

  async #refreshSync(): Promise<void> {
    try {
      const before = this.data.sync
      this.data.sync = await this.#backend.run({ cmd: 'sync' })
      // Only `start` tells notices. What the server refuses, or leaves to the person, brings one.
      const { rejected, conflicts } = this.data.sync
      if (rejected > before.rejected || conflicts > before.conflicts) {
        this.data.notices = (await this.#backend.run({ cmd: 'start' })).notices
      }
    } catch {
      // The chip keeps what it showed; the next change asks again.
    }
  }

  #take(start: StartView): void {
    this.data.session = start.session
    this.data.server = start.server
    this.data.settings = start.settings
    this.data.sync = start.sync
    this.data.notices = start.notices
    this.data.developer = start.developer
    this.data.interrupted = start.interrupted
  }
}

export const appKey: InjectionKey<AppState> = Symbol('app')

export function useApp(): AppState {
  const app = inject(appKey)
  if (app === undefined) throw new Error('no app state is provided')
  return app
}

/** Mounts the whole app on a memory backend, at one of its addresses. */
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { vi } from 'vitest'
import { createMemoryHistory, type Router } from 'vue-router'

import App from '../App.vue'
import { backendKey, type Backend } from '../backend/backend'
import { createMessages, i18nKey } from '../messages'
import { makeRouter } from '../router'
import { AppState, appKey } from '../state/app'

export interface Mounted {
  wrapper: VueWrapper
  router: Router
  app: AppState
  byTestId: (id: string) => ReturnType<VueWrapper['findAll']>
}

export async function mountAt(path: string, backend: Backend): Promise<Mounted> {
  const app = new AppState(backend)
  const opened = app.open()
  const i18n = createMessages()
  const router = makeRouter(app, opened, createMemoryHistory())
  await router.push(path)
  const wrapper = mount(App, {
    attachTo: document.body,
    global: {
      plugins: [i18n, router],
      provide: { [backendKey as symbol]: backend, [appKey as symbol]: app, [i18nKey as symbol]: i18n },
    },
  }) as VueWrapper
  await settle()
  return { wrapper, router, app, byTestId: (id) => wrapper.findAll(`[data-testid="${id}"]`) }
}

/** Waits for lazy pages and for what they ask the backend. */
export async function settle(): Promise<void> {
  await flushPromises()
  await vi.dynamicImportSettled()
  await flushPromises()
}

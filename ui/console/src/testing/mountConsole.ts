import { flushPromises, mount } from '@vue/test-utils'
import axe from 'axe-core'
import { vi } from 'vitest'
import { createMemoryHistory } from 'vue-router'

import { API } from '../api/api'
import type { FakeApi } from '../api/fake'
import App from '../App.vue'
import { makeI18n } from '../i18n'
import { makeRouter } from '../router'
import { createSession, SESSION } from '../session/session'

/** What browsers have and jsdom has not. */
function fillIn(): void {
  HTMLCanvasElement.prototype.getContext = () => null
  Element.prototype.scrollIntoView = () => undefined
  HTMLDialogElement.prototype.showModal = function showModal() { this.open = true }
  HTMLDialogElement.prototype.close = function close() {
    this.open = false
    this.dispatchEvent(new Event('close'))
  }
  vi.stubGlobal('CSS', { escape: (text: string) => text })
}

/** Mounts the whole console at an address, over a server in memory. */
export async function mountConsole(api: FakeApi, address: string) {
  fillIn()
  const session = createSession()
  const history = createMemoryHistory()
  // As a browser does: the address is there before the application is.
  history.replace(address)
  const router = makeRouter(session, history)
  const wrapper = mount(App, {
    props: { router },
    attachTo: document.body,
    global: { plugins: [makeI18n('en')], provide: { [API as symbol]: api, [SESSION as symbol]: session } },
  })
  await settle()
  const find = (testid: string) => wrapper.find<HTMLElement>(`[data-testid="${testid}"]`)
  return {
    wrapper,
    router,
    session,
    find,
    ids: () => wrapper.findAll('[data-testid="queue-row"]').map((row) => row.attributes('data-finding')),
    open: () => wrapper.find('[data-testid="detail"]').attributes('data-finding'),
    async press(key: string) {
      window.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))
      await settle()
    },
  }
}

/** Waits for requests, navigation and what follows from them. */
export async function settle(): Promise<void> {
  for (let n = 0; n < 6; n += 1) await flushPromises()
}

/** Names of the rules that a page breaks. Colours need a real browser and are checked there. */
export async function axeFindings(root: Element): Promise<string[]> {
  const { violations } = await axe.run(root, { rules: { 'color-contrast': { enabled: false } } })
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)
}

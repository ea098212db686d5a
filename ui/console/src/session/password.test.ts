import type { SessionView } from '@xunfang/shared'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { FakeApi } from '../api/fake'
import { axeFindings, mountConsole, settle } from '../testing/mountConsole'
import { ADMINISTRATOR, findingRow, POINT, SESSION_VIEW } from '../testing/samples'

vi.mock('../map/FindingMap.vue', () => ({ __esModule: true, default: { render: () => null } }))
vi.mock('../points/ZoneSketch.vue', () => ({ __esModule: true, default: { render: () => null } }))

const DRAWN: SessionView = { ...SESSION_VIEW, password_must_change: true }
const NEW = 'kavu-rite-subi'

let api: FakeApi
let page: Awaited<ReturnType<typeof mountConsole>>

async function start(person: SessionView, address: string, signedIn = true): Promise<void> {
  api = new FakeApi(person, [findingRow(1)], [POINT], signedIn)
  page = await mountConsole(api, address)
  await vi.dynamicImportSettled()
  await settle()
}

async function change(current: string, wanted: string, repeated = wanted): Promise<void> {
  await page.find('current-password').setValue(current)
  await page.find('new-password').setValue(wanted)
  await page.find('repeat-password').setValue(repeated)
  await page.find('password-form').trigger('submit')
  await settle()
}

/** An administrator types a point and does not save it. */
async function typePoint(): Promise<void> {
  await start(ADMINISTRATOR, '/points')
  await page.find('new-point').trigger('click')
  await settle()
  await page.find('point-name').setValue('East market')
}

function here(): string {
  return page.router.currentRoute.value.fullPath
}

/** What a field says of itself, and whether it has the focus. */
function fault(id: string): [string, boolean] {
  return [page.find(`${id}-wrong`).text(), document.activeElement?.id === id]
}

beforeEach(() => { localStorage.clear() })
afterEach(() => {
  page.wrapper.unmount()
  vi.unstubAllGlobals()
})

describe('a password that has to be changed', () => {
  it('is asked for after sign-in, before the page that was wanted', async () => {
    await start(DRAWN, '/review?state=all', false)
    await page.find('account').setValue('chen')
    await page.find('password').setValue('good')
    await page.find('sign-in').trigger('submit')
    await settle()
    expect(page.router.currentRoute.value.name).toBe('password')
    expect(page.find('password-must').exists()).toBe(true)
    expect(page.find('user-menu').exists()).toBe(false)
    await change('good', NEW)
    expect(api.password).toBe(NEW)
    expect(here()).toContain('/review?state=all')
    expect(page.ids()).toEqual(['finding-1'])
  })

  it('is asked for when the console is opened again, and no address leads past it', async () => {
    await start(DRAWN, '/points')
    expect(here()).toBe('/password?next=/points')
    expect(page.find('password-back').exists()).toBe(false)
    await page.router.push('/sign-in')
    expect(page.router.currentRoute.value.name).toBe('password')
    await page.router.push('/map')
    expect(here()).toBe('/password?next=/map')
  })

  it('is asked for as soon as a request is refused for it', async () => {
    await start(SESSION_VIEW, '/review?state=all')
    api.person = DRAWN
    page.session.demandPassword()
    await settle()
    expect(page.router.currentRoute.value.name).toBe('password')
    await change('good', NEW)
    expect(here()).toContain('/review?state=all')
    expect(page.ids()).toEqual(['finding-1'])
  })

  it('is asked for over a page with unsaved work, which is there afterwards', async () => {
    await typePoint()
    page.session.demandPassword()
    await settle()
    expect(page.find('password-over').exists()).toBe(true)
    expect(page.router.currentRoute.value.name).toBe('points')
    await change('good', NEW)
    expect(page.find('password-over').exists()).toBe(false)
    expect(page.wrapper.find<HTMLInputElement>('[data-testid="point-name"]').element.value).toBe('East market')
  })

  it('lets somebody sign out instead', async () => {
    await start(DRAWN, '/points')
    await page.find('password-sign-out').trigger('click')
    await settle()
    expect(api.signedIn).toBe(false)
    expect(here()).toBe('/sign-in')
  })

  it('is asked of another person at the same desk without anything of the one before', async () => {
    await typePoint()
    page.session.expire()
    await settle()
    api.person = { ...DRAWN, person: { ...DRAWN.person, id: 'person-2' } }
    const over = page.find('sign-in-over')
    await over.get('[data-testid="account"]').setValue('lin')
    await over.get('[data-testid="password"]').setValue('good')
    await over.get('form').trigger('submit')
    await settle()
    expect(page.find('password-over').exists()).toBe(false)
    expect(here()).toBe('/password')
  })
})

describe('the page for one', () => {
  beforeEach(async () => {
    await start(SESSION_VIEW, '/review?state=all')
    await page.find('to-password').trigger('click')
    await settle()
  })

  it('is reached from the account menu and leads back', async () => {
    expect(page.router.currentRoute.value.name).toBe('password')
    expect(page.find('password-must').exists()).toBe(false)
    expect(document.activeElement?.id).toBe('current-password')
    await page.find('password-back').trigger('click')
    await settle()
    expect(here()).toContain('/review?state=all')
    expect(api.password).toBe('good')
  })

  it('tells password managers which password is which', () => {
    const told = ['current-password', 'new-password', 'repeat-password'].map((id) => page.find(id).attributes('autocomplete'))
    expect(told).toEqual(['current-password', 'new-password', 'new-password'])
  })

  it('asks for what is missing, and for the same twice', async () => {
    await change('', NEW)
    expect(fault('current-password')).toEqual(['Enter your current password', true])
    await change('good', '')
    expect(fault('new-password')).toEqual(['Enter a new password', true])
    await change('good', NEW, 'kavu-rite')
    expect(fault('repeat-password')).toEqual(['The two new passwords differ; enter them again', true])
    expect(api.password).toBe('good')
  })

  it('empties only the current password where it is wrong', async () => {
    await change('bad', NEW)
    expect(fault('current-password')).toEqual(['That is not your current password; it is as it was', true])
    const typed = ['current-password', 'new-password'].map((id) => page.wrapper.find<HTMLInputElement>(`#${id}`).element.value)
    expect(typed).toEqual(['', NEW])
  })

  it.each([
    { fault: 'too_short', said: 'Too short' },
    { fault: 'too_long', said: 'Too long' },
    { fault: 'is_account', said: 'The name of your account' },
    { fault: 'common', said: 'Too common' },
    { fault: 'too_few_kinds', said: 'Your district asks for three of' },
    { fault: 'used_before', said: 'It is in use or was used lately' },
    { fault: 'of_a_newer_server', said: 'The district does not take this password' },
  ])('says under the new one that it is refused as $fault', async ({ fault: named, said }) => {
    api.failNext('changePassword', 'password_refused', { fault: named })
    await change('good', NEW)
    const [text, focused] = fault('new-password')
    expect(text).toContain(said)
    expect(focused).toBe(true)
    expect(page.find('new-password').attributes('aria-describedby')).toBe('new-password-wrong password-rules')
  })

  it('does not claim that nothing changed when the answer was lost', async () => {
    api.failNext('changePassword', 'unreachable')
    await change('good', NEW)
    expect(page.find('error-message').text()).toContain('not certain whether')
    await change('good', NEW)
    expect(api.password).toBe(NEW)
  })

  it('says when a name is locked', async () => {
    api.failNext('changePassword', 'locked')
    await change('good', NEW)
    expect(page.find('error-message').text()).toContain('locked for 15 minutes')
  })

  it('gives axe nothing to find, before and after a mistake', async () => {
    expect(await axeFindings(document.body)).toEqual([])
    await change('good', '')
    expect(await axeFindings(document.body)).toEqual([])
  })
})

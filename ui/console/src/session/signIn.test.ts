import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { FakeApi } from '../api/fake'
import { axeFindings, mountConsole, settle } from '../testing/mountConsole'
import { findingRow, POINT, SESSION_VIEW } from '../testing/samples'

vi.mock('../map/FindingMap.vue', () => ({ __esModule: true, default: { render: () => null } }))

let api: FakeApi
let page: Awaited<ReturnType<typeof mountConsole>>

beforeEach(async () => {
  localStorage.clear()
  api = new FakeApi(SESSION_VIEW, [findingRow(1)], [POINT], false)
  page = await mountConsole(api, '/review?state=all')
})
afterEach(() => { page.wrapper.unmount() })

async function signIn(account: string, password: string): Promise<void> {
  await page.find('account').setValue(account)
  await page.find('password').setValue(password)
  await page.find('sign-in').trigger('submit')
  await settle()
}

it('leads from a page without a session to the sign-in page and back to that page', async () => {
  expect(page.router.currentRoute.value.name).toBe('sign-in')
  await signIn('chen', 'good')
  expect(page.router.currentRoute.value.fullPath).toContain('/review?state=all')
  expect(page.ids()).toEqual(['finding-1'])
})

it('names what is wrong and empties only the password', async () => {
  await signIn('chen', '')
  expect(page.find('error-message').text()).toBe('Enter your password')
  await signIn('chen', 'bad')
  expect(page.find('error-message').text()).toBe('Account and password do not match')
  expect(page.wrapper.find<HTMLInputElement>('[data-testid="account"]').element.value).toBe('chen')
  expect(page.wrapper.find<HTMLInputElement>('[data-testid="password"]').element.value).toBe('')
})

it('follows no address of another site after signing in', async () => {
  await page.router.push('/sign-in?next=//elsewhere.example/review')
  await signIn('chen', 'good')
  expect(page.router.currentRoute.value.path).toBe('/review')
})

it('says that the session ended and comes back to the same page', async () => {
  await signIn('chen', 'good')
  page.session.expire()
  await settle()
  expect(page.wrapper.text()).toContain('Your session has ended')
  await signIn('chen', 'good')
  expect(page.router.currentRoute.value.query['state']).toBe('all')
})

it('axe finds nothing on the sign-in page, before and after a mistake', async () => {
  expect(await axeFindings(document.body)).toEqual([])
  await signIn('', '')
  expect(await axeFindings(document.body)).toEqual([])
})

import { afterEach, expect, it, vi } from 'vitest'

import { FakeApi } from '../api/fake'
import { axeFindings, mountConsole, settle } from '../testing/mountConsole'
import { ADMINISTRATOR, criterion, POINT, SESSION_VIEW, STANDARD } from '../testing/samples'

let api: FakeApi
let page: Awaited<ReturnType<typeof mountConsole>>

async function start(address = '/standards', person = ADMINISTRATOR): Promise<void> {
  api = new FakeApi(person, [], [POINT])
  api.versions = [STANDARD]
  api.unused = [criterion('lamps-lit')]
  page = await mountConsole(api, address)
  await vi.dynamicImportSettled()
  await settle()
}

function codes(): (string | undefined)[] {
  return page.wrapper.findAll('[data-testid="criterion"]').map((row) => row.attributes('data-code'))
}

function row(code: string) {
  return page.wrapper.get(`[data-testid="criterion"][data-code="${code}"]`)
}

afterEach(() => {
  page.wrapper.unmount()
  vi.unstubAllGlobals()
})

it('shows what the version in force asks, with its limits and what is inferred', async () => {
  await start('/standards', SESSION_VIEW)
  expect(codes()).toEqual(['covers-intact', 'cables-tidy', 'plan-by-autumn'])
  expect(row('covers-intact').get('[data-testid="limit"]').text()).toBe('≥ 98%')
  expect(row('cables-tidy').text()).toContain('Inferred')
  expect(page.find('standard-zone').text()).toBe('radius 500 m')
  await page.find('search').setValue('cables')
  expect(codes()).toEqual(['cables-tidy'])
  expect(await axeFindings(document.body)).toEqual([])
})

it('lets only administrators change it', async () => {
  await start('/standards', SESSION_VIEW)
  expect(page.find('edit-standard').exists()).toBe(false)
})

it('makes a new version out of what was changed, with the reason', async () => {
  await start()
  await page.find('edit-standard').trigger('click')
  await settle()
  expect(page.find('publish').attributes('disabled')).toBeDefined()
  await row('covers-intact').get('[data-testid="limit-input"]').setValue('101')
  expect(page.wrapper.get('[role="alert"]').text()).toContain('from 0 to 100')
  expect(page.find('publish').attributes('disabled')).toBeDefined()
  await row('covers-intact').get('[data-testid="limit-input"]').setValue('99')
  await row('cables-tidy').get('[data-testid="drop"]').trigger('click')
  await page.wrapper.get('[data-testid="adopt"][data-code="lamps-lit"]').setValue(true)
  await page.find('edit-note').setValue('As the notice asks')
  expect(await axeFindings(document.body)).toEqual([])
  await page.find('publish-bar').trigger('submit')
  await settle()
  expect(api.edits).toEqual([{
    base: 1,
    limits: [{ code: 'covers-intact', limit: { comparator: '>=', value: 99, unit: 'percent' } }],
    adopt: ['lamps-lit'],
    drop: ['cables-tidy'],
    titles: null,
    zone: null,
    note: 'As the notice asks',
  }])
  expect(page.find('published').text()).toContain('Version 2')
  expect(codes()).toEqual(['covers-intact', 'plan-by-autumn', 'lamps-lit'])
  expect(page.wrapper.findAll('[data-testid="version"]').map((one) => one.attributes('data-version'))).toEqual(['2', '1'])
})

it('keeps what was changed when somebody else published meanwhile', async () => {
  await start()
  await page.find('edit-standard').trigger('click')
  await row('covers-intact').get('[data-testid="limit-input"]').setValue('99')
  api.versions = [STANDARD, { ...STANDARD, version: 2, edited: { by: 'Other', at: 1, note: '' } }]
  await page.find('publish-bar').trigger('submit')
  await settle()
  expect(page.find('publish-moved').text()).toContain('Somebody else published')
  expect(row('covers-intact').get<HTMLInputElement>('[data-testid="limit-input"]').element.value).toBe('99')
  await page.find('publish-rebase').trigger('click')
  await settle()
  expect(page.find('publish-moved').exists()).toBe(false)
  await page.find('publish-bar').trigger('submit')
  await settle()
  expect(api.edits.at(-1)?.base).toBe(2)
  expect(page.find('published').text()).toContain('Version 3')
})

it('has a person whose session ended sign in over what they typed', async () => {
  await start()
  await page.find('edit-standard').trigger('click')
  await row('cables-tidy').get('[data-testid="drop"]').trigger('click')
  page.session.expire()
  await settle()
  const over = page.find('sign-in-over')
  expect(over.exists()).toBe(true)
  expect(page.router.currentRoute.value.name).toBe('standards')
  await over.get('[data-testid="account"]').setValue('guan')
  await over.get('[data-testid="password"]').setValue('good')
  await over.get('form').trigger('submit')
  await settle()
  expect(page.find('sign-in-over').exists()).toBe(false)
  await page.find('publish-bar').trigger('submit')
  await settle()
  expect(api.edits[0]?.drop).toEqual(['cables-tidy'])
})

it('asks before changes are discarded', async () => {
  await start()
  await page.find('edit-standard').trigger('click')
  await row('cables-tidy').get('[data-testid="drop"]').trigger('click')
  const asked = vi.fn(() => false)
  vi.stubGlobal('confirm', asked)
  await page.find('edit-cancel').trigger('click')
  await page.router.push('/review')
  await settle()
  expect(asked).toHaveBeenCalledTimes(2)
  expect(page.find('publish-bar').exists()).toBe(true)
  const unload = new Event('beforeunload', { cancelable: true })
  window.dispatchEvent(unload)
  expect(unload.defaultPrevented).toBe(true)
  vi.stubGlobal('confirm', () => true)
  await page.find('edit-cancel').trigger('click')
  await settle()
  expect(page.find('publish-bar').exists()).toBe(false)
})

it('opens an earlier version, and says what differs from it', async () => {
  await start()
  page.wrapper.unmount()
  api.versions = [STANDARD, { ...STANDARD, version: 2 }]
  api.changes = [
    { change: 'limit', code: 'covers-intact', from: { comparator: '>=', value: 98, unit: 'percent' }, to: { comparator: '>=', value: 99, unit: 'percent' } },
    { change: 'removed', code: 'cables-tidy' },
    { change: 'zone', from: { mode: 'circle', radius_m: 500 }, to: { mode: 'walk-visible', walk_m: 400, sight_m: 50 } },
  ]
  page = await mountConsole(api, '/standards?version=2&tab=changes')
  await settle()
  const lines = page.wrapper.findAll('[data-testid="change"]').map((line) => line.text())
  expect(lines[0]).toContain('≥ 98% becomes ≥ 99%')
  expect(lines[1]).toContain('cables-tidy')
  expect(lines[2]).toContain('radius 500 m becomes walk 400 m, sight 50 m to each side')
  await page.wrapper.get('[data-testid="version"][data-version="1"]').trigger('click')
  await settle()
  expect(page.router.currentRoute.value.query).toEqual({ version: '1', tab: 'changes' })
})

it('previews what a kind of point is asked, and finds codes with how sure they are', async () => {
  await start('/standards?tab=checklist')
  expect(page.wrapper.findAll('[data-testid="checklist-item"]').map((item) => item.attributes('data-code'))).toEqual(['covers-intact', 'cables-tidy'])
  // A school has a plan to file and nothing to look at.
  expect(page.find('checklist-kind').findAll('option').map((option) => option.attributes('value'))).toEqual(['farmers-market'])
  api.codeList = [{ edition: 'gbt47678-2026', kind: 'component', digits: '06010', class_zh: 'Roads', name_zh: 'Cover', status: 'transcribed' }]
  await page.find('tab-codes').trigger('click')
  await settle()
  expect(page.find('code').text()).toContain('Transcription, verify')
  expect(await axeFindings(document.body)).toEqual([])
})

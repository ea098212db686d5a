import type { RescueReport } from '@xunfang/shared'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { FakeApi } from '../api/fake'
import { axeFindings, mountConsole, settle } from '../testing/mountConsole'
import { ADMINISTRATOR, SESSION_VIEW } from '../testing/samples'

const WHOLE: RescueReport = {
  person: 'Li', device: 'device-1', made_at: 1_760_000_000_000, records: 3, files: 5,
  applied: 2, already: 1, files_stored: 4, files_already: 1, refused: [], complete: true, broken: null,
}

let api: FakeApi
let page: Awaited<ReturnType<typeof mountConsole>>

async function start(person = ADMINISTRATOR): Promise<void> {
  api = new FakeApi(person, [], [])
  page = await mountConsole(api, '/rescue')
  await vi.dynamicImportSettled()
  await settle()
}

async function choose(change: (file: File) => void = () => undefined): Promise<void> {
  const input = page.find('rescue-input')
  const file = new File(['letter'], 'xunfang.xfrescue')
  // jsdom's files have no bytes to give.
  file.slice = () => ({ arrayBuffer: () => Promise.resolve(new ArrayBuffer(1)) }) as unknown as Blob
  change(file)
  Object.defineProperty(input.element, 'files', { value: [file], configurable: true })
  await input.trigger('change')
  await settle()
}

function figures(sort: string): string[] {
  return page.find(`rescue-${sort}`).findAll('td').map((cell) => cell.text())
}

beforeEach(() => { vi.stubGlobal('confirm', () => true) })
afterEach(() => {
  page.wrapper.unmount()
  vi.unstubAllGlobals()
})

describe('a rescue file', () => {
  it('is sent as it is chosen, and counted', async () => {
    await start()
    api.rescueReport = WHOLE
    await choose()
    expect(api.rescued).toHaveLength(1)
    expect(page.find('rescue-whole').exists()).toBe(true)
    expect(figures('records')).toEqual(['3', '2', '1', '0'])
    expect(figures('files')).toEqual(['5', '4', '1', '0'])
    expect(page.find('rescue-report').text()).toContain('Li')
    expect(page.find('rescue-refusal').exists()).toBe(false)
    expect(await axeFindings(document.body)).toEqual([])
  })

  it('shows how far it has come, and asks before the page is left meanwhile', async () => {
    await start()
    let finish: (report: RescueReport) => void = () => undefined
    let told: (sent: number) => void = () => undefined
    api.importRescue = (_file, sent) => {
      told = sent
      return new Promise((resolve) => { finish = resolve })
    }
    await choose()
    told(3)
    await settle()
    expect(page.find('rescue-progress').text()).toContain('3 B of 6 B')
    vi.stubGlobal('confirm', () => false)
    await page.router.push('/points')
    expect(page.router.currentRoute.value.name).toBe('rescue')
    told(6)
    await settle()
    expect(page.find('rescue-progress').text()).toContain('being imported')
    finish(WHOLE)
    await settle()
    expect(page.find('rescue-whole').exists()).toBe(true)
  })

  it('names what was refused and why, also for a reason of a newer server', async () => {
    await start()
    api.rescueReport = {
      ...WHOLE,
      applied: 0,
      refused: [
        { id: 'op-1', kind: 'finding.submitted', code: 'photos_missing', message: 'x' },
        { id: 'op-2', kind: 'route.submitted', code: 'from_the_future', message: 'x' },
        { id: 'ab'.repeat(32), kind: 'photo', code: 'hash_mismatch', message: 'x' },
        { id: 'op-3', kind: 'finding.revised', code: 'finding_moved_on', message: 'x' },
        { id: 'op-4', kind: 'finding.revised', code: 'finding_unknown', message: 'x' },
      ],
    }
    await choose()
    expect(page.find('rescue-whole').exists()).toBe(false)
    expect(page.find('rescue-partly').text()).toContain('5 could not be imported')
    expect(figures('records')).toEqual(['3', '0', '1', '4'])
    expect(figures('files')).toEqual(['5', '4', '1', '1'])
    const rows = page.wrapper.findAll('[data-testid="rescue-refusal"]').map((row) => row.text())
    expect(rows[0]).toContain('photos are missing')
    expect(rows[1]).toContain('from_the_future')
    expect(rows[2]).toContain('File of a photo')
    expect(rows[3]).toContain('Revision of a finding')
    expect(rows[3]).toContain('its author chooses')
    expect(rows[4]).toContain('is not on the server')
    expect(await axeFindings(document.body)).toEqual([])
  })

  it('says that the file broke off, although what came of it was taken', async () => {
    await start()
    api.rescueReport = { ...WHOLE, complete: false, broken: 'cut_short' }
    await choose()
    expect(page.find('rescue-broken').text()).toContain('did not arrive whole')
    expect(page.find('rescue-whole').exists()).toBe(false)
  })

  it('says why the server does not take it', async () => {
    await start()
    api.failNext('rescue', 'rescue_refused', { fault: 'other_server' })
    await choose()
    expect(page.find('rescue-fault').text()).toContain('for another server')
    api.failNext('rescue', 'rescue_refused', { fault: 'of_the_future' })
    await choose()
    expect(page.find('error-message').text()).toContain('nothing was imported')
    api.failNext('rescue', 'storage_full')
    await choose()
    expect(page.find('error-message').text()).toContain('disk is full')
  })

  it('does not claim to know what became of it when the answer is lost', async () => {
    await start()
    api.failNext('rescue', 'unreachable')
    await choose()
    expect(page.find('rescue-unsure').text()).toContain('nothing comes twice')
    api.rescueReport = WHOLE
    await page.find('rescue-unsure').get('button').trigger('click')
    await settle()
    expect(page.find('rescue-unsure').exists()).toBe(false)
    expect(page.find('rescue-whole').exists()).toBe(true)
  })

  it('is not sent when it is too large or gone', async () => {
    await start()
    await choose((file) => { Object.defineProperty(file, 'size', { value: 3 * 1024 ** 3 }) })
    expect(page.find('rescue-fault').text()).toContain('import-rescue')
    await choose((file) => { file.slice = () => ({ arrayBuffer: () => Promise.reject(new Error('gone')) }) as unknown as Blob })
    expect(page.find('rescue-fault').text()).toContain('choose it again')
    expect(api.rescued).toHaveLength(0)
  })
})

it('is for administrators alone, and in their menu', async () => {
  await start(SESSION_VIEW)
  expect(page.find('rescue-input').exists()).toBe(false)
  expect(page.find('rescue-forbidden').exists()).toBe(true)
  await page.find('user-menu').trigger('click')
  await settle()
  expect(page.find('to-rescue').exists()).toBe(false)
  page.wrapper.unmount()
  await start()
  await page.find('user-menu').trigger('click')
  await settle()
  await page.router.push('/review')
  await page.find('to-rescue').trigger('click')
  await settle()
  expect(page.router.currentRoute.value.name).toBe('rescue')
})

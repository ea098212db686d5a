import { afterEach, expect, it, vi } from 'vitest'

import { FakeApi } from '../api/fake'
import { axeFindings, mountConsole, settle } from '../testing/mountConsole'
import { inspectionRow, photoReport, POINT, SESSION_VIEW, STANDARD } from '../testing/samples'

let api: FakeApi
let page: Awaited<ReturnType<typeof mountConsole>>

async function start(address = '/inspections', count = 2): Promise<void> {
  api = new FakeApi(SESSION_VIEW, [], [POINT])
  api.versions = [STANDARD]
  api.inspectionRows = Array.from({ length: count }, (_, n) => inspectionRow(count - n))
  page = await mountConsole(api, address)
  await vi.dynamicImportSettled()
  await settle()
}

function listed(): (string | undefined)[] {
  return page.wrapper.findAll('[data-testid="inspection-row"]').map((row) => row.attributes('data-inspection'))
}

afterEach(() => {
  page.wrapper.unmount()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

it('lists what was submitted, latest first, and says when there is nothing', async () => {
  await start()
  expect(listed()).toEqual(['inspection-2', 'inspection-1'])
  expect(await axeFindings(document.body)).toEqual([])
  page.wrapper.unmount()
  await start('/inspections', 0)
  expect(page.wrapper.text()).toContain('No inspections yet')
})

it('shows every item with the reason for its verdict, and the findings behind it', async () => {
  await start('/inspections?inspection=inspection-1')
  const answer = page.wrapper.get('[data-testid="answer"][data-code="covers-intact"]')
  expect(answer.attributes('data-outcome')).toBe('not_met')
  expect(answer.text()).toContain('97.9%')
  expect(page.find('coverage').text()).toContain('75%')
  expect(page.find('finding-link').attributes('href')).toBe('/review?state=all&finding=finding-5')
  expect(page.find('differing').exists()).toBe(false)
  await page.find('only-failed').setValue(true)
  expect(page.wrapper.findAll('[data-testid="answer"]')).toHaveLength(1)
  expect(await axeFindings(document.body)).toEqual([])
})

it('says of each photo what it is worth', async () => {
  await start()
  const row = inspectionRow(8)
  const [first] = row.record.answers
  if (!first) throw new Error('the sample has answers')
  const sha256 = 'c'.repeat(64)
  first.photos = [{
    sha256, bytes: 9, media_type: 'image/jpeg', width: 40, height: 30, source: 'camera', taken_at: 1,
    position: { kind: 'missing', why: 'denied' },
  }]
  const report = photoReport(sha256)
  api.inspectionRows = [{ ...row, photos: [{ ...report, marks: [{ mark: 'blurred' }] }] }]
  await page.router.push('/inspections?inspection=inspection-8')
  await settle()
  const answer = page.wrapper.get(`[data-testid="answer"][data-code="${first.criterion}"]`)
  expect(answer.get('[data-testid="photo-verdict"]').attributes('data-outcome')).toBe('passed')
  expect(answer.get('[data-testid="photo-marks"]').text()).toContain('blurred')
  expect(await axeFindings(document.body)).toEqual([])
})

it('marks what the server judges otherwise', async () => {
  await start()
  api.inspectionRows = [inspectionRow(9, { differing: ['cables-tidy'] })]
  await page.router.push('/inspections?inspection=inspection-9')
  await settle()
  expect(page.find('differing').text()).toContain('1 item')
  expect(page.wrapper.get('[data-testid="answer"][data-code="cables-tidy"]').text()).toContain('To be checked')
})

it('still shows what was answered when the standard cannot be read', async () => {
  await start()
  api.versions = []
  await page.wrapper.get('[data-inspection="inspection-1"]').trigger('click')
  await settle()
  expect(page.wrapper.text()).toContain('only codes are shown')
  expect(page.wrapper.findAll('[data-testid="answer"]')).toHaveLength(2)
})

it('reads on below what is listed, without a row twice or left out', async () => {
  await start('/inspections', 70)
  expect(listed()).toHaveLength(50)
  await page.wrapper.get('.end button').trigger('click')
  await settle()
  expect(listed()).toEqual(Array.from({ length: 70 }, (_, n) => `inspection-${String(70 - n)}`))
})

it('leaves nothing out when more arrived than a page holds', async () => {
  await start('/inspections', 100)
  await page.wrapper.get('.end button').trigger('click')
  await settle()
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  for (let n = 101; n <= 180; n += 1) api.arriveInspection(inspectionRow(n))
  await vi.advanceTimersByTimeAsync(500)
  vi.useRealTimers()
  await settle()
  for (let n = 0; n < 4 && page.wrapper.find('.end button').exists(); n += 1) {
    await page.wrapper.get('.end button').trigger('click')
    await settle()
  }
  expect(listed()).toEqual(Array.from({ length: 180 }, (_, n) => `inspection-${String(180 - n)}`))
})

it('takes in what arrives while it is open', async () => {
  await start('/inspections', 60)
  await page.wrapper.get('.end button').trigger('click')
  await settle()
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  api.arriveInspection(inspectionRow(61))
  await vi.advanceTimersByTimeAsync(500)
  vi.useRealTimers()
  await settle()
  expect(listed()).toEqual(Array.from({ length: 61 }, (_, n) => `inspection-${String(61 - n)}`))
})

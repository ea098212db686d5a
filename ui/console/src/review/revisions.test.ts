import type { FindingRow } from '@xunfang/shared'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { FakeApi } from '../api/fake'
import { axeFindings, mountConsole, settle } from '../testing/mountConsole'
import { findingRow, POINT, revisedFinding, SESSION_VIEW, STANDARD } from '../testing/samples'
import { mergeFirstPage } from './queue'
import { forgetReasonDrafts } from './reasonDrafts'

vi.mock('../map/FindingMap.vue', () => ({ __esModule: true, default: { render: () => null } }))

let api: FakeApi
let page: Awaited<ReturnType<typeof mountConsole>>

function returned(n: number, reason: string): FindingRow {
  const row = findingRow(n)
  return { ...row, review: { ...row.review, state: 'returned', reason, rev: 1, decided_at: 1, decided_by: 'Zhou' } }
}

/** Opens a finding that was revised once, above one that never was. */
async function startRevised(change: (sample: ReturnType<typeof revisedFinding>) => void = () => undefined): Promise<void> {
  const sample = revisedFinding(5)
  change(sample)
  api = new FakeApi(SESSION_VIEW, [sample.row, findingRow(4)], [POINT])
  api.earlier.set('finding-5', [sample.earlier])
  page = await mountConsole(api, '/review')
}

function all(testid: string): string[] {
  return page.wrapper.findAll(`[data-testid="${testid}"]`).map((one) => one.text())
}

/** Lets the queue answer to a notice, which it does for a burst at once. */
async function hear(act: () => void): Promise<void> {
  vi.useFakeTimers()
  act()
  await vi.advanceTimersByTimeAsync(500)
  vi.useRealTimers()
  await settle()
}

beforeEach(() => {
  localStorage.clear()
  forgetReasonDrafts()
})
afterEach(() => {
  page.wrapper.unmount()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('a revised finding', () => {
  it('is marked in the list while it waits, and no other is', async () => {
    await startRevised()
    const marked = () => page.wrapper.findAll('[data-testid="queue-row"]:has([data-testid="revised-mark"])').map((row) => row.attributes('data-finding'))
    expect(marked()).toEqual(['finding-5'])
    await page.press('a')
    await page.find('tab-all').trigger('click')
    await settle()
    expect(page.ids()).toEqual(['finding-5', 'finding-4'])
    expect(marked()).toEqual([])
  })

  it('tells why it went back and what it said then, and waits for a decision', async () => {
    await startRevised()
    const history = page.find('history-open')
    expect(history.text()).toMatch(/Submitted.*Returned.*Zhou.*Add a close-up.*Revised/s)
    expect(all('round-note')).toEqual(['Note 5'])
    expect(all('round-photos')).toEqual(['1'])
    expect(page.find('round-criterion').exists()).toBe(false)
    expect(page.find('history-folded').exists()).toBe(false)
    expect(page.find('detail').text()).toContain('The cover is cracked')
    expect(page.wrapper.findAll('.facts dt').map((term) => term.text())).toContain('Revised')
    expect(page.wrapper.find('.decided').exists()).toBe(false)
    expect(await axeFindings(document.body)).toEqual([])
    await page.press('a')
    expect(api.reviews).toEqual([{ id: 'finding-5', request: { rev: 2, decision: 'accept' } }])
  })

  it('tags the photos that came with the newest revision alone', async () => {
    await startRevised()
    const thumbs = page.wrapper.findAll('.strip button')
    expect(thumbs.map((thumb) => thumb.find('[data-testid="thumb-new"]').exists())).toEqual([false, true])
    expect(thumbs[1]?.attributes('aria-label')).toBe('Show photo 2, new in the revision')
    expect(page.find('photo-new').exists()).toBe(false)
    await thumbs[1]?.trigger('click')
    expect(page.find('photo-new').text()).toBe('New')
    // Words alone: what was new before is so no longer.
    await hear(() => { api.revise('finding-5', { note: 'Cracked in the middle' }, true) })
    expect(all('round-photos')).toEqual(['1'])
    expect(page.find('thumb-new').exists()).toBe(false)
    expect(page.find('photo-new').exists()).toBe(false)
  })

  it('names the criterion that it had before', async () => {
    await startRevised(({ earlier }) => {
      earlier.record = { ...earlier.record, criterion: 'covers-intact', standard_version: 1, note: '' }
    })
    // The version cannot be read.
    expect(all('round-criterion')).toEqual(['covers-intact'])
    expect(all('round-note')).toEqual(['None'])
    page.wrapper.unmount()
    api.versions = [{ ...STANDARD, criteria: STANDARD.criteria.map((one) => ({ ...one, name_en: `Name of ${one.code}` })) }]
    page = await mountConsole(api, '/review')
    expect(all('round-criterion')).toEqual(['Name of covers-intact'])
  })

  it('says so where it came back as it was', async () => {
    await startRevised(({ row, earlier }) => { row.record = earlier.record })
    expect(all('round-unchanged')).toHaveLength(1)
    expect(all('round-note')).toEqual([])
  })

  it('keeps the last return in sight and folds what was before it', async () => {
    await startRevised()
    api.decideElsewhere('finding-5', 'Sun', false)
    api.rows = api.rows.map((row) => (row.record.id === 'finding-5' ? { ...row, review: { ...row.review, state: 'returned', reason: 'Still too dark' } } : row))
    api.revise('finding-5', { note: 'By daylight' }, false)
    // Its author took the words back before anybody decided.
    await hear(() => { api.revise('finding-5', { note: 'Note 5' }, true) })
    const open = page.find('history-open')
    expect(open.findAll('[data-testid="round"]')).toHaveLength(2)
    expect(open.text()).toContain('Still too dark')
    expect(open.text()).not.toContain('Add a close-up')
    expect(page.find('history-folded').text()).toContain('Add a close-up')
    expect(page.find('history-folded').attributes('open')).toBeUndefined()
    expect(all('round-note')).toEqual(['Note 5', 'The cover is cracked', 'By daylight'])
    expect(await axeFindings(document.body)).toEqual([])
  })
})

it('leaves a finding that was never revised as it is', async () => {
  api = new FakeApi(SESSION_VIEW, [findingRow(5)], [POINT])
  page = await mountConsole(api, '/review')
  expect(page.open()).toBe('finding-5')
  for (const testid of ['history', 'revised-mark', 'thumb-new', 'photo-new', 'revised-notice']) expect(page.find(testid).exists(), testid).toBe(false)
  expect(page.wrapper.findAll('.facts dt').map((term) => term.text())).toContain('Received')
})

describe('a revision that comes meanwhile', () => {
  it('leaves the returned and waits on top of the pending, as new', async () => {
    api = new FakeApi(SESSION_VIEW, [findingRow(5), findingRow(4), returned(3, 'Blurred')], [POINT])
    page = await mountConsole(api, '/review')
    await hear(() => { api.revise('finding-3', { note: 'Sharp now' }, true) })
    expect(page.ids()).toEqual(['finding-3', 'finding-5', 'finding-4'])
    expect(page.wrapper.find('.row__fresh').exists()).toBe(true)
    expect(page.find('tab-returned').text()).toContain('0')
    expect(page.open()).toBe('finding-5')
    expect(page.find('revised-notice').exists()).toBe(false)
  })

  it('is said where the finding is open, which is then to be decided', async () => {
    api = new FakeApi(SESSION_VIEW, [findingRow(5), returned(3, 'Blurred')], [POINT])
    page = await mountConsole(api, '/review?state=all&finding=finding-3')
    expect(page.find('accept').exists()).toBe(false)
    await hear(() => { api.revise('finding-3', { note: 'Sharp now' }, true) })
    expect(page.find('revised-notice').text()).toContain('has just revised')
    expect(page.find('history-open').text()).toContain('Blurred')
    expect(page.wrapper.find('.decided').exists()).toBe(false)
    // One row, on top, and nothing new to whoever has it open.
    expect(page.ids()).toEqual(['finding-3', 'finding-5'])
    expect(page.wrapper.find('.row__fresh').exists()).toBe(false)
    await page.press('j')
    expect(page.find('revised-notice').exists()).toBe(false)
    await page.press('k')
    await page.press('a')
    expect(api.reviews).toEqual([{ id: 'finding-3', request: { rev: 2, decision: 'accept' } }])
  })

  it('is no decision of somebody else where it came before one', async () => {
    api = new FakeApi(SESSION_VIEW, [findingRow(5), findingRow(4)], [POINT])
    page = await mountConsole(api, '/review')
    api.revise('finding-5', { note: 'More words' }, false)
    await page.press('a')
    expect(page.find('error-message').text()).toContain('The inspector has just revised this finding; your decision was not applied')
    expect(page.find('error-message').text()).not.toContain('Pending')
    expect(page.open()).toBe('finding-5')
    expect(page.find('detail').text()).toContain('More words')
    expect(page.find('history-open').findAll('[data-testid="round"]')).toHaveLength(1)
    expect(page.find('history-folded').exists()).toBe(false)
    await page.press('a')
    expect(api.reviews.map(({ request }) => request.rev)).toEqual([0, 1])
    expect(page.open()).toBe('finding-4')
  })

  it('ends the news of a decision that it answers', async () => {
    api = new FakeApi(SESSION_VIEW, [findingRow(5)], [POINT])
    page = await mountConsole(api, '/review?state=all')
    api.decideElsewhere('finding-5', 'Zhou', false)
    await page.press('a')
    expect(page.find('error-message').text()).toContain('Zhou decided')
    await hear(() => { api.revise('finding-5', { note: 'More words' }, true) })
    expect(page.find('error-message').exists()).toBe(false)
    expect(page.find('revised-notice').exists()).toBe(true)
    await page.press('a')
    expect(page.open()).toBe('finding-5')
    expect(page.wrapper.find('[data-testid="detail"] [data-state="accepted"]').exists()).toBe(true)
    expect(page.find('revised-notice').exists()).toBe(false)
  })

  it('ends the news of a decision that did not get through', async () => {
    api = new FakeApi(SESSION_VIEW, [findingRow(5)], [POINT])
    page = await mountConsole(api, '/review')
    api.failNext('review', 'internal')
    await page.press('a')
    expect(page.find('error-message').exists()).toBe(true)
    await hear(() => { api.revise('finding-5', { note: 'More words' }, true) })
    expect(page.find('error-message').exists()).toBe(false)
    expect(page.find('revised-notice').exists()).toBe(true)
  })

  it('is not listed twice where its old place is below the first page', () => {
    const shown = [4, 3, 2, 1].map((seq) => findingRow(seq))
    const moved = findingRow(1, { seq: 5 })
    const fresh = { rows: [moved, findingRow(4), findingRow(3)], next_before: 3, tally: { pending: 0, accepted: 0, returned: 0 } }
    expect(mergeFirstPage(shown, fresh).map((row) => row.seq)).toEqual([5, 4, 3, 2])
  })
})

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { FakeApi } from '../api/fake'
import { findingRow, photoReport, POINT, SESSION_VIEW } from '../testing/samples'
import { axeFindings, mountConsole, settle } from '../testing/mountConsole'
import { forgetReasonDrafts } from './reasonDrafts'
import { mergeFirstPage } from './queue'

vi.mock('../map/FindingMap.vue', () => ({ __esModule: true, default: { render: () => null } }))

let api: FakeApi
let page: Awaited<ReturnType<typeof mountConsole>>

async function start(address = '/review', rows = [findingRow(5), findingRow(4), findingRow(3)]): Promise<void> {
  api = new FakeApi(SESSION_VIEW, rows, [POINT])
  page = await mountConsole(api, address)
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

describe('the evidence', () => {
  it('says in one line that everything holds, with the code of the watermark', async () => {
    await start()
    expect(page.find('photo-verdict').attributes('data-outcome')).toBe('passed')
    expect(page.find('photo-code').text()).toBe('7KQ2-M0XA-93ZC-VH4N')
    expect(page.find('photo-checks').attributes('open')).toBeUndefined()
    expect(await axeFindings(document.body)).toEqual([])
  })

  it('opens what does not hold, and says what deserves a second look', async () => {
    const row = findingRow(5)
    const [photo] = row.record.photos
    if (!photo) throw new Error('a finding has a photo')
    api = new FakeApi(SESSION_VIEW, [row], [POINT])
    const report = photoReport(photo.sha256)
    api.reports.set(photo.sha256, {
      ...report,
      checks: report.checks.map((check) => (check.what === 'facts' ? { ...check, outcome: 'failed' } : check)),
      marks: [{ mark: 'place_differs', distance_m: 1_109 }],
      time: { ...report.time, clock_off_ms: -600_000 },
    })
    page = await mountConsole(api, '/review')
    expect(page.find('photo-verdict').attributes('data-outcome')).toBe('failed')
    expect(page.find('photo-checks').attributes('open')).toBeDefined()
    expect(page.wrapper.find('[data-check="facts"]').attributes('data-outcome')).toBe('failed')
    expect(page.find('photo-checks').text()).toContain('10')
    expect(page.find('photo-marks').text()).toContain('1.1 km')
    expect(await axeFindings(document.body)).toEqual([])
  })

  it('leads to the earlier records that show the same', async () => {
    const row = findingRow(5)
    const [photo] = row.record.photos
    if (!photo) throw new Error('a finding has a photo')
    api = new FakeApi(SESSION_VIEW, [row, findingRow(3)], [POINT])
    const report = photoReport(photo.sha256)
    const earlier = { how: 'alike', photo: 'b'.repeat(64), point_name: 'East gate', author_name: 'Chen', taken_at: 900_000 } as const
    api.reports.set(photo.sha256, {
      ...report,
      checks: report.checks.map((check) => (check.what === 'first_use' ? { ...check, outcome: 'failed' } : check)),
      used_before: [
        { ...earlier, record: { kind: 'finding', id: 'finding-3' } },
        { ...earlier, how: 'same_file', record: { kind: 'inspection', id: 'inspection-1' } },
      ],
    })
    page = await mountConsole(api, '/review')
    const links = page.find('used-before').findAll('a')
    expect(links.map((link) => link.attributes('href'))).toEqual(['/review?state=all&finding=finding-3', '/inspections?inspection=inspection-1'])
    expect(page.find('used-before').text()).toContain('East gate')
    expect(await axeFindings(document.body)).toEqual([])
    await links[0]?.trigger('click')
    await vi.waitFor(() => { expect(page.open()).toBe('finding-3') })
  })

  it('shows what was drawn first, and the photo without it on demand', async () => {
    const row = findingRow(5)
    const [photo] = row.record.photos
    if (!photo) throw new Error('a finding has a photo')
    api = new FakeApi(SESSION_VIEW, [row], [POINT])
    const drawn = 'd'.repeat(64)
    api.reports.set(photo.sha256, photoReport(photo.sha256, { annotated: drawn }))
    page = await mountConsole(api, '/review')
    expect(page.find('photo-main').attributes('src')).toContain(drawn)
    await page.find('photo-drawn').trigger('click')
    expect(page.find('photo-main').attributes('src')).toContain(photo.sha256)
    expect(page.find('photo-drawn').attributes('aria-pressed')).toBe('false')
    expect(await axeFindings(document.body)).toEqual([])
  })

  it('does not praise a photo that nobody signed', async () => {
    const row = findingRow(5)
    api = new FakeApi(SESSION_VIEW, [row], [POINT])
    for (const photo of row.record.photos) {
      api.reports.set(photo.sha256, photoReport(photo.sha256, { code: null, checks: [{ what: 'original', outcome: 'passed' }] }))
    }
    page = await mountConsole(api, '/review')
    expect(page.find('photo-verdict').attributes('data-outcome')).toBe('unknown')
  })
})

describe('the queue', () => {
  it('opens the newest pending finding and says so in the address', async () => {
    await start()
    expect(page.ids()).toEqual(['finding-5', 'finding-4', 'finding-3'])
    expect(page.open()).toBe('finding-5')
    expect(page.router.currentRoute.value.query).toEqual({ finding: 'finding-5' })
    expect(page.find('photo-hash').attributes('data-sha256')).toHaveLength(64)
  })

  it('keeps the finding that an address names', async () => {
    await start('/review?state=all&finding=finding-3')
    expect(page.open()).toBe('finding-3')
  })

  it('steps with J and K and stops at the ends', async () => {
    await start()
    await page.press('k')
    expect(page.open()).toBe('finding-5')
    await page.press('j')
    await page.press('j')
    await page.press('j')
    expect(page.open()).toBe('finding-3')
  })

  it('filters by state and shows how many there are of each', async () => {
    const returned = findingRow(2)
    await start('/review', [findingRow(5), { ...returned, review: { ...returned.review, state: 'returned', rev: 1, reason: 'Blurred' } }])
    expect(page.find('tab-returned').text()).toContain('1')
    await page.find('tab-returned').trigger('click')
    await settle()
    expect(page.ids()).toEqual(['finding-2'])
    expect(page.find('accept').exists()).toBe(false)
    expect(page.find('detail').text()).toContain('Blurred')
  })

  it('loads older findings on request', async () => {
    await start('/review', Array.from({ length: 60 }, (_, n) => findingRow(60 - n)))
    expect(page.ids()).toHaveLength(50)
    await page.wrapper.find('.queue__end button').trigger('click')
    await settle()
    expect(page.ids()).toHaveLength(60)
  })

  it('shows a failure with a way to try again', async () => {
    api = new FakeApi(SESSION_VIEW, [findingRow(5)], [POINT])
    api.failNext('findings', 'unreachable')
    page = await mountConsole(api, '/review?finding=finding-5')
    // The live connection's first opening asks again by itself; a second failure stays on screen.
    api.failNext('findings', 'internal')
    await page.find('tab-all').trigger('click')
    await settle()
    expect(page.find('error-message').text()).toContain('The server had a fault')
    await page.find('error-message').find('button').trigger('click')
    await settle()
    expect(page.ids()).toEqual(['finding-5'])
  })
})

describe('deciding', () => {
  it('accepts with the revision on the screen and goes on to the next pending finding', async () => {
    await start()
    await page.press('a')
    expect(api.reviews).toEqual([{ id: 'finding-5', request: { rev: 0, decision: 'accept' } }])
    expect(page.ids()).toEqual(['finding-4', 'finding-3'])
    expect(page.open()).toBe('finding-4')
    expect(page.find('tab-accepted').text()).toContain('1')
  })

  it('goes back up after the last one and ends with an empty desk', async () => {
    await start('/review?finding=finding-3')
    await page.press('a')
    expect(page.open()).toBe('finding-4')
    await page.press('a')
    await page.press('a')
    expect(page.ids()).toEqual([])
    expect(page.wrapper.text()).toContain('Everything pending is done')
  })

  it('returns only with a reason', async () => {
    await start()
    await page.press('r')
    await page.find('reason-confirm').trigger('submit')
    expect(api.reviews).toEqual([])
    expect(page.wrapper.text()).toContain('Write a reason')
    await page.find('reason').setValue('  Please add a close-up ')
    await page.find('reason-confirm').trigger('submit')
    await settle()
    expect(api.reviews).toEqual([
      { id: 'finding-5', request: { rev: 0, decision: 'return', reason: 'Please add a close-up' } },
    ])
    expect(page.open()).toBe('finding-4')
  })

  it('refuses a reason of more than 500 characters and counts code points', async () => {
    await start()
    await page.press('r')
    await page.find('reason').setValue('\u{20BB7}'.repeat(501))
    await page.find('reason-confirm').trigger('submit')
    expect(page.wrapper.text()).toContain('this has 501')
    await page.find('reason').setValue('\u{20BB7}'.repeat(500))
    await page.find('reason-confirm').trigger('submit')
    await settle()
    expect(api.reviews).toHaveLength(1)
  })

  it('keeps a reason that was begun when the supervisor looks at another finding', async () => {
    await start()
    await page.press('r')
    await page.find('reason').setValue('Half a sentence')
    await page.wrapper.find('[data-finding="finding-4"]').trigger('click')
    await settle()
    await page.wrapper.find('[data-testid="queue-row"][data-finding="finding-5"]').trigger('click')
    await settle()
    await page.press('r')
    expect(page.wrapper.find<HTMLTextAreaElement>('[data-testid="reason"]').element.value).toBe('Half a sentence')
  })

  it('says who decided first, shows the new state and stays there', async () => {
    await start()
    api.decideElsewhere('finding-5', 'Zhou', false)
    await page.press('a')
    expect(page.find('error-message').text()).toContain('Zhou decided on this finding just now')
    expect(page.open()).toBe('finding-5')
    expect(page.wrapper.find('[data-testid="detail"] [data-state="accepted"]').exists()).toBe(true)
    expect(page.ids()).toEqual(['finding-4', 'finding-3'])
    await page.press('j')
    expect(page.open()).toBe('finding-4')
  })

  it('keeps the finding and the reason when the server cannot be reached', async () => {
    await start()
    api.failNext('review', 'unreachable')
    await page.press('r')
    await page.find('reason').setValue('Too dark')
    await page.find('reason-confirm').trigger('submit')
    await settle()
    expect(page.find('error-message').attributes('data-code')).toBe('unreachable')
    expect(page.open()).toBe('finding-5')
    await page.find('reason-confirm').trigger('submit')
    await settle()
    expect(api.reviews).toHaveLength(1)
  })

  it('ignores letters that are typed, held down or switched off', async () => {
    await start()
    window.dispatchEvent(new KeyboardEvent('keydown', { key: 'a', repeat: true }))
    window.dispatchEvent(new KeyboardEvent('keydown', { key: 'a', ctrlKey: true }))
    await page.press('r')
    page.find('reason').element.dispatchEvent(new KeyboardEvent('keydown', { key: 'a', bubbles: true }))
    await settle()
    expect(api.reviews).toEqual([])
  })
})

describe('live notices', () => {
  it('put a new finding on top without losing the selection', async () => {
    await start('/review?finding=finding-4')
    vi.useFakeTimers()
    api.arrive(findingRow(6))
    await vi.advanceTimersByTimeAsync(500)
    vi.useRealTimers()
    await settle()
    expect(page.ids()).toEqual(['finding-6', 'finding-5', 'finding-4', 'finding-3'])
    expect(page.open()).toBe('finding-4')
    expect(page.wrapper.find('[data-testid="queue-row"][data-finding="finding-6"]').text()).toContain('New')
  })

  it('show a decision that somebody else made on the open finding', async () => {
    await start()
    api.decideElsewhere('finding-5', 'Zhou', true)
    await settle()
    expect(page.open()).toBe('finding-5')
    expect(page.find('accept').exists()).toBe(false)
    expect(page.find('detail').text()).toContain('Zhou')
  })
})

describe('merging a fresh first page', () => {
  const page = (seqs: number[], next: number | null) => ({
    rows: seqs.map((seq) => findingRow(seq)),
    next_before: next,
    tally: { pending: 0, accepted: 0, returned: 0 },
  })
  const seqs = (rows: { seq: number }[]) => rows.map((row) => row.seq)

  it.each([
    { name: 'new rows above, old rows kept below', shown: [4, 3, 2, 1], fresh: page([5, 4, 3], 3), expected: [5, 4, 3, 2, 1] },
    { name: 'a row that left the filter is gone', shown: [4, 3, 2, 1], fresh: page([4, 2], 2), expected: [4, 2, 1] },
    { name: 'a whole list replaces what was shown', shown: [4, 3, 2, 1], fresh: page([4], null), expected: [4] },
    { name: 'a gap starts the list anew', shown: [2, 1], fresh: page([9, 8, 7], 7), expected: [9, 8, 7] },
  ])('$name', ({ shown, fresh, expected }) => {
    expect(seqs(mergeFirstPage(shown.map((seq) => findingRow(seq)), fresh))).toEqual(expected)
  })
})

it('axe finds nothing on the review page, with the reason box open or shut', async () => {
  await start()
  expect(await axeFindings(document.body)).toEqual([])
  await page.press('r')
  expect(await axeFindings(document.body)).toEqual([])
})

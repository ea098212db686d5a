/**
 * The same kind of place under two districts: a market in Sixian (500 m) and one in Suma (600 m).
 * Each inspector answers the list of their own district on the real app, submits it, and the
 * server judges the same.
 */
import { join } from 'node:path'

import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { Api } from './support/api'
import { accessibilityFindings } from './support/axe'
import { openBrowser } from './support/browser'
import { Supervisor } from './support/console'
import { generated } from './support/photos'
import { startPreview } from './support/preview'
import { endAll, folder, freePort, until } from './support/processes'
import { keepScreenshot } from './support/screenshots'
import { Server, type Account } from './support/server'

let place: Awaited<ReturnType<typeof folder>>
let server: Server
let browser: Browser

beforeAll(async () => {
  place = await folder()
  server = await Server.prepare(join(place.path, 'server'), await freePort())
  await server.start()
  browser = await openBrowser()
})

afterAll(async () => {
  await browser.close()
  await server.stop()
  await endAll()
  await place.remove()
})

async function signIn(name: string, account: Account, position: string): Promise<Page> {
  const { address: preview } = await startPreview(join(place.path, name), server, position)
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'zh-CN' })
  const page = await context.newPage()
  await page.goto(preview)
  await page.getByTestId('account').fill(account.account)
  await page.getByTestId('password').fill(account.password)
  await page.getByTestId('sign-in').click()
  await page.getByTestId('point-row').first().waitFor()
  return page
}

/** Submits once the button says so: until the last answer is kept, it leads to what is missing. */
async function submit(page: Page): Promise<void> {
  await page.getByTestId('submit-inspection').getByText('提交巡查').click()
}

/** Opens the nearest point of a type, found by typing the initials of a name. */
async function openPoint(page: Page, initials: string): Promise<void> {
  await page.getByTestId('search').fill(initials)
  await until('one point is left', async () => (await page.getByTestId('point-row').count()) === 1)
  await page.getByTestId('point-row').click()
  await page.getByTestId('inspect').click()
  await page.getByTestId('item').first().waitFor()
}

async function codes(page: Page): Promise<string[]> {
  const items = await page.getByTestId('item').all()
  return await Promise.all(items.map(async (item) => (await item.getAttribute('data-code')) ?? ''))
}

/** Answers an item with yes: every part of it, or as many good ones as were counted. */
async function approve(item: Locator): Promise<void> {
  for (const yes of await item.getByTestId('holds-yes').all()) await yes.click()
  const good = item.getByTestId('rate-good')
  if ((await good.count()) > 0) {
    await good.fill('40')
    await item.getByTestId('rate-census').click()
  }
}

interface Inspection {
  point_name: string
  differing: string[]
  record: { id: string; answers: { criterion: string; photos: unknown[] }[]; track: unknown[]; standard_version: number }
}

/** What supervisors of a district see of its inspections. */
async function received(account: string): Promise<Inspection[]> {
  const api = await Api.signIn(server, account)
  const { rows } = (await api.json('inspections')) as { rows: Inspection[] }
  return await Promise.all(
    rows.map(async ({ record }) => (await api.json(`inspections/${record.id}`)) as Inspection),
  )
}

test('each district asks its own list, shows its own zone, and the server agrees', async () => {
  const sixian = await signIn('sixian', server.inspector, '33.4800,117.8800,8')
  await openPoint(sixian, 'lcnm')
  expect(await sixian.getByTestId('inspection-zone').innerText()).toContain('500 m')
  expect(await sixian.getByTestId('inspection-standard').innerText()).toContain('泗县')
  const here = await codes(sixian)
  expect(here).toContain('market-zoned-by-goods')
  await keepScreenshot('phone-inspection', sixian)
  expect(await accessibilityFindings(sixian)).toEqual([])

  // It cannot be submitted yet, and says why.
  await sixian.getByTestId('submit-inspection').click()
  expect(await sixian.getByTestId('lack').count()).toBe(here.length)
  await keepScreenshot('phone-inspection-lacks', sixian)
  await sixian.getByTestId('submit-inspection').click()

  for (const item of await sixian.getByTestId('item').all()) await approve(item)
  const surface = sixian.locator('[data-testid="item"][data-code="road-surface-intact"]')
  await surface.getByTestId('holds-no').click()
  await surface.getByTestId('item-photos').waitFor()
  expect(await surface.getByTestId('item-photos').innerText()).toContain('0/2')

  // Killed: another window on the same storage goes on where this one was.
  const again = await sixian.context().newPage()
  await again.goto(sixian.url())
  await sixian.close()
  const failed = again.locator('[data-testid="item"][data-code="road-surface-intact"]')
  await failed.and(again.locator('[data-outcome="not_met"]')).waitFor()
  for (const [name, width] of [['near.jpg', 900], ['far.jpg', 901]] as const) {
    await failed.getByTestId('item-camera').setInputFiles(await generated(join(place.path, name), width, 700))
  }
  await until('nothing is missing', async () => (await failed.getByTestId('item-photos').innerText()).includes('2/2'))
  await failed.scrollIntoViewIfNeeded()
  await keepScreenshot('phone-inspection-failed', again)
  expect(await accessibilityFindings(again)).toEqual([])
  await submit(again)
  await again.locator('[data-testid="inspection-stage"][data-stage="saved"], [data-testid="inspection-stage"][data-stage="applied"]').waitFor()
  await keepScreenshot('phone-inspection-submitted', again)
  expect(await accessibilityFindings(again)).toEqual([])

  const suma = await signIn('suma', server.elsewhere, '33.5712,117.0351,8')
  await openPoint(suma, 'maslnm')
  expect(await suma.getByTestId('inspection-zone').innerText()).toContain('600 m')
  expect(await suma.getByTestId('inspection-standard').innerText()).toContain('宿马')
  const there = await codes(suma)
  expect(there).toContain('live-poultry-separated')
  expect(there).toContain('zone-twelve-disorders')
  expect(there).not.toEqual(here)
  for (const item of await suma.getByTestId('item').all()) await approve(item)
  await submit(suma)
  await suma.locator('[data-testid="inspection-stage"]:not([data-stage="open"])').waitFor()

  await until('both inspections arrive', async () => {
    const [own, others] = await Promise.all([received('ducha01'), received('ducha11')])
    return own.length === 1 && others.length === 1
  })
  for (const [account, list] of [['ducha01', here], ['ducha11', there]] as const) {
    const [row] = await received(account)
    expect(row?.differing).toEqual([])
    expect(row?.record.answers.map(({ criterion }) => criterion).sort()).toEqual([...list].sort())
    expect(row?.record.track.length).toBeGreaterThan(0)
  }

  // What the supervisor of the district sees of it: every item, its verdict and why.
  const { page } = await Supervisor.signIn(browser, server)
  await page.getByTestId('nav-inspections').click()
  await page.getByTestId('inspection-row').click()
  await page.getByTestId('answer').first().waitFor()
  expect(await page.getByTestId('answer').count()).toBe(here.length)
  const shown = page.locator('[data-testid="answer"][data-code="road-surface-intact"]')
  expect(await shown.getAttribute('data-outcome')).toBe('not_met')
  await until('both photos of the item show', async () =>
    (await shown.locator('img').evaluateAll((photos) => photos.filter((photo) => (photo as HTMLImageElement).naturalWidth > 0).length)) === 2)
  expect(await page.getByTestId('differing').count()).toBe(0)
  await keepScreenshot('console-inspection', page)
  expect(await accessibilityFindings(page)).toEqual([])
})

test('a limit is shown with its verdict while it is counted', async () => {
  const page = await signIn('road', server.elsewhere, '33.5688,117.0396,8')
  await openPoint(page, 'smdd')
  const covers = page.locator('[data-testid="item"][data-code="manhole-intact-rate"]')
  expect(await covers.getByTestId('item-limit').innerText()).toBe('≥ 98%')
  await covers.getByTestId('rate-good').fill('97')
  await covers.getByTestId('rate-bad').fill('2')
  await covers.and(page.locator('[data-outcome="undetermined"]')).waitFor()
  const verdict = covers.getByTestId('item-verdict')
  await until('it says how many more', async () => /再查 \d+ 个/.test(await verdict.innerText()))
  await covers.scrollIntoViewIfNeeded()
  await keepScreenshot('phone-inspection-rate', page)
  await covers.getByTestId('rate-census').click()
  await covers.and(page.locator('[data-outcome="not_met"]')).waitFor()
  expect(await verdict.innerText()).toContain('97.9%')
})

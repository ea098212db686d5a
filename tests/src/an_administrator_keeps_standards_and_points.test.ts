/**
 * What an administrator does in the console: a limit and a zone become a new version that the
 * phones use, a point gets the polygon that was drawn on the map, and a register of points is
 * looked through, corrected, taken and exported again.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { accessibilityFindings } from './support/axe'
import { openBrowser } from './support/browser'
import { Supervisor } from './support/console'
import { startPreview } from './support/preview'
import { endAll, folder, freePort, until } from './support/processes'
import { keepScreenshot } from './support/screenshots'
import { Server } from './support/server'

let place: Awaited<ReturnType<typeof folder>>
let server: Server
let browser: Browser
let page: Page
const problems: string[] = []

beforeAll(async () => {
  place = await folder()
  server = await Server.prepare(join(place.path, 'server'), await freePort())
  await server.start()
  browser = await openBrowser()
  page = (await Supervisor.signIn(browser, server, server.administrator)).page
  page.on('pageerror', (error) => problems.push(error.message))
})

afterAll(async () => {
  await browser.close()
  await server.stop()
  await endAll()
  await place.remove()
  expect(problems).toEqual([])
})

async function look(name: string): Promise<void> {
  await keepScreenshot(name, page)
  expect(await accessibilityFindings(page), name).toEqual([])
}

/** A phone that has just signed in. */
async function openPhone(name: string): Promise<Page> {
  const { address: preview } = await startPreview(join(place.path, name), server, '33.4800,117.8800,8')
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'zh-CN' })
  const phone = await context.newPage()
  await phone.goto(preview)
  await phone.getByTestId('account').fill(server.inspector.account)
  await phone.getByTestId('password').fill(server.inspector.password)
  await phone.getByTestId('sign-in').click()
  await phone.getByTestId('point-row').first().waitFor()
  return phone
}

test('a new version of the standard reaches the phone, and says what changed', async () => {
  await page.getByTestId('nav-standards').click()
  await page.getByTestId('criterion').first().waitFor()
  await look('console-standard')

  await page.getByTestId('tab-checklist').click()
  await page.getByTestId('checklist-item').first().waitFor()
  const before = await page.getByTestId('checklist-item').count()
  await look('console-checklist')
  await page.getByTestId('tab-codes').click()
  await page.getByTestId('search').fill('bllj')
  await until('one code is left', async () => (await page.getByTestId('code').count()) === 1)
  expect(await page.getByTestId('code').innerText()).toContain('06010')
  await look('console-codes')

  await page.getByTestId('edit-standard').click()
  await page.getByTestId('unused').waitFor()
  await page.getByTestId('zone-radius').fill('650')
  const dropped = page.locator('[data-testid="criterion"][data-code="cables-tidy"]')
  await dropped.getByTestId('drop').click()
  const rate = page.locator('[data-testid="criterion"][data-code="ebike-plate-rate"]')
  await rate.getByTestId('limit-input').fill('120')
  await rate.getByRole('alert').waitFor()
  expect(await page.getByTestId('publish').isDisabled()).toBe(true)
  await look('console-standard-edit')
  await rate.getByTestId('limit-input').fill('97')
  await page.getByTestId('edit-note').fill('按新通知放宽')
  await page.getByTestId('publish').click()
  await page.getByTestId('published').waitFor()
  expect(await page.getByTestId('standard-zone').innerText()).toContain('650 m')
  await page.getByTestId('tab-changes').click()
  await page.getByTestId('change').first().waitFor()
  const changes = await page.getByTestId('change').allInnerTexts()
  expect(changes.some((line) => line.includes('500 m') && line.includes('650 m'))).toBe(true)
  expect(changes.some((line) => line.includes('≥ 97%'))).toBe(true)
  await look('console-standard-changes')
  await page.getByTestId('tab-checklist').click()
  await until('one item less is asked', async () => (await page.getByTestId('checklist-item').count()) === before - 1)

  const phone = await openPhone('phone')
  await phone.getByTestId('search').fill('lcnm')
  await until('one point is left', async () => (await phone.getByTestId('point-row').count()) === 1)
  await phone.getByTestId('point-row').click()
  await phone.getByTestId('inspect').click()
  await phone.getByTestId('item').first().waitFor()
  expect(await phone.getByTestId('inspection-zone').innerText()).toContain('650 m')
  expect(await phone.getByTestId('item').count()).toBe(before - 1)
  await phone.context().close()
})

test('a point gets the polygon that is drawn on the map', async () => {
  await page.getByTestId('nav-points').click()
  await page.getByTestId('search').fill('lcnm')
  await until('one point is left', async () => (await page.getByTestId('point').count()) === 1)
  await page.getByTestId('point').click()
  const map = page.locator('[data-testid="zone-map"][data-state="ready"]')
  await map.waitFor()
  await look('console-point')
  await page.getByTestId('point-edit').click()
  await page.getByTestId('point-zone').selectOption('polygon')
  const typed = page.getByTestId('point-corners')
  const corners = async (): Promise<number> => (await typed.inputValue()).split('\n').filter((line) => line !== '').length
  const box = await map.boundingBox()
  expect(box).not.toBeNull()
  const { x, y, width, height } = box ?? { x: 0, y: 0, width: 0, height: 0 }
  for (const [n, [right, down]] of ([[0.3, 0.3], [0.7, 0.25], [0.72, 0.7], [0.35, 0.75]] as const).entries()) {
    // Two clicks that are close in time are a double click, which a map takes for its own.
    await page.mouse.click(x + width * right, y + height * down)
    await until('the corner is there', async () => (await corners()) === n + 1)
  }
  await look('console-point-polygon')
  await page.getByTestId('point-save').click()
  await page.getByTestId('point-told').waitFor()
  expect(await page.getByTestId('point-panel').innerText()).toContain('4 个角点')

  // The phone draws what was drawn here.
  const phone = await openPhone('polygon')
  await phone.getByTestId('search').fill('lcnm')
  await until('one point is left', async () => (await phone.getByTestId('point-row').count()) === 1)
  await phone.getByTestId('point-row').click()
  await phone.locator('[data-testid="ring"] path.ring-edge').waitFor()
  expect(await phone.getByTestId('ring').innerHTML()).toContain('4 个角点')
  await keepScreenshot('phone-polygon', phone)
  await phone.context().close()
})

test('a register is looked through row by row, and taken whole or not at all', async () => {
  await page.getByTestId('open-export').click()
  await page.getByTestId('export-format').selectOption('csv')
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('export-download').click()])
  const register = join(place.path, 'register.csv')
  await download.saveAs(register)
  const exported = await readFile(register, 'utf8')
  const lines = exported.trimEnd().split(/\r?\n/)
  const columns = lines[0]?.replace('\ufeff', '').split(',') ?? []
  const row = (values: Record<string, string>): string => columns.map((column) => values[column] ?? '').join(',')

  await page.getByTestId('open-import').click()
  await page.getByTestId('import-input').waitFor({ state: 'attached' })
  await look('console-import')
  // What was exported changes nothing when it comes back.
  await page.getByTestId('import-input').setInputFiles(register)
  await until('every row is as it is', async () => (await page.locator('[data-fate="unchanged"]').count()) === lines.length - 1)
  expect(await page.getByTestId('import-commit').isDisabled()).toBe(true)

  const good = row({ 编号: 'SX-900', 名称: '彩虹市场', 类型: '农贸市场', 责任单位: '市场监督管理局', 纬度: '33.4712', 经度: '117.8903' })
  const swapped = row({ 编号: 'SX-901', 名称: '反过来的', 类型: '学校', 责任单位: '教育局', 纬度: '117.8903', 经度: '33.4812' })
  await writeFile(register, [...lines, good, swapped].join('\n'))
  await page.getByTestId('import-input').setInputFiles(register)
  await page.locator('[data-testid="import-row"][data-fate="refused"]').waitFor()
  expect(await page.getByTestId('import-row').allInnerTexts()).toHaveLength(1)
  expect(await page.getByTestId('import-commit').isDisabled()).toBe(true)
  await look('console-import-refused')

  await writeFile(register, [...lines, good].join('\n'))
  await page.getByTestId('import-input').setInputFiles(register)
  await page.locator('[data-testid="import-row"][data-fate="new"]').waitFor()
  await page.getByTestId('import-commit').click()
  await page.getByTestId('import-done').waitFor()
  await look('console-import-done')
  await page.getByTestId('nav-points').click()
  await page.getByTestId('search').fill('chsc')
  await until('the new point is found by its initials', async () => (await page.getByTestId('point').count()) === 1)
})

/**
 * What `make run` serves on a machine without a display: the same phone app in a browser, over
 * the same core, and the console. Both also pass the accessibility rules of axe.
 */
import { join } from 'node:path'

import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { accessibilityFindings } from './support/axe'
import { openBrowser } from './support/browser'
import { Supervisor } from './support/console'
import { generated, notAPhoto } from './support/photos'
import { startPreview } from './support/preview'
import { endAll, folder, freePort, until } from './support/processes'
import { keepScreenshot } from './support/screenshots'
import { Server } from './support/server'

let place: Awaited<ReturnType<typeof folder>>
let server: Server
let browser: Browser
let preview: string

beforeAll(async () => {
  place = await folder()
  server = await Server.prepare(join(place.path, 'server'), await freePort())
  await server.start()
  preview = await startPreview(join(place.path, 'phone'), server, '33.4800,117.8800,8')
  browser = await openBrowser()
})

afterAll(async () => {
  await browser.close()
  await server.stop()
  await endAll()
  await place.remove()
})

test('a finding goes from the browser preview to the console', async () => {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'zh-CN' })
  const page = await context.newPage()
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(error.message))
  await page.goto(preview)
  expect(await accessibilityFindings(page)).toEqual([])
  await page.getByTestId('account').fill(server.inspector.account)
  await page.getByTestId('password').fill('not the password')
  await page.getByTestId('sign-in').click()
  await page.locator('[data-testid="error-message"][data-code="wrong_password"]').waitFor()
  await page.getByTestId('password').fill(server.inspector.password)
  await page.getByTestId('sign-in').click()
  await page.getByTestId('point-row').first().waitFor()
  expect(await accessibilityFindings(page)).toEqual([])

  await page.getByTestId('point-row').first().click()
  await page.getByTestId('ring').waitFor()
  expect(await accessibilityFindings(page)).toEqual([])
  await page.getByTestId('record').click()

  // What is no photo is refused in words, and the work goes on.
  await page.getByTestId('camera-input').setInputFiles(await notAPhoto(join(place.path, 'letter.jpg')))
  await page.locator('[data-testid="error-message"][data-code="photo_unreadable"]').waitFor()
  await keepScreenshot('phone-not-a-photo', await page.screenshot())
  await page.getByTestId('camera-input').setInputFiles(await generated(join(place.path, 'a.jpg'), 1200, 900))
  await page.getByTestId('photo-thumb').waitFor()
  expect(await accessibilityFindings(page)).toEqual([])

  // What was begun is there again after the page was lost.
  await page.locator('[data-testid="criterion"][data-code="cables-tidy"]').click()
  await page.getByTestId('note').fill('写到一半')
  await until('the draft is kept', async () => {
    const other = await context.newPage()
    await other.goto(page.url())
    await other.reload()
    const note = await other.getByTestId('note').inputValue()
    const photos = await other.getByTestId('photo-thumb').count()
    await other.close()
    return note === '写到一半' && photos === 1
  })
  await page.getByTestId('save').click()
  await page.getByTestId('saved-toast').waitFor()

  const supervisor = await Supervisor.signIn(browser, server)
  await until('the finding is in the queue', async () => (await supervisor.queue.count()) === 1)
  await supervisor.queue.first().click()
  await supervisor.page.getByTestId('photo-main').waitFor()
  expect(await supervisor.page.getByText('写到一半').count()).toBeGreaterThan(0)
  expect(await accessibilityFindings(supervisor.page)).toEqual([])

  // A decision reaches the phone without anybody reloading it.
  await supervisor.page.getByTestId('accept').click()
  await until('nothing waits', async () => (await supervisor.queue.count()) === 0)
  await page.goto(`${preview}/#/mine`)
  await page.getByTestId('sync-now').click()
  await page.locator('[data-testid="finding-stage"][data-stage="accepted"]').waitFor()
  expect(await accessibilityFindings(page)).toEqual([])
  expect(problems).toEqual([])
})

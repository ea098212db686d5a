/**
 * What `make run` serves on a machine without a display: the same phone app in a browser, over
 * the same core, and the console. Both also pass the accessibility rules of axe.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'

import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { accessibilityFindings } from './support/axe'
import { openBrowser } from './support/browser'
import { Supervisor } from './support/console'
import { generated, notAPhoto, phonePhoto } from './support/photos'
import { type Preview, cameraFolder, startPreview } from './support/preview'
import { endAll, folder, freePort, until } from './support/processes'
import { keepScreenshot } from './support/screenshots'
import { Server } from './support/server'

let place: Awaited<ReturnType<typeof folder>>
let server: Server
let browser: Browser
let running: Preview
let preview: string

beforeAll(async () => {
  place = await folder()
  server = await Server.prepare(join(place.path, 'server'), await freePort())
  await server.start()
  await openPhone()
  browser = await openBrowser()
})

/** Opens the phone, or opens it again after it was ended. */
async function openPhone(): Promise<void> {
  running = await startPreview(join(place.path, 'phone'), server, '33.4800,117.8800,8')
  preview = running.address
}

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
  await keepScreenshot('phone-not-a-photo', page)
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

test('what is drawn on a photo reaches the console, beside the photo without it', async () => {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'zh-CN' })
  const page = await context.newPage()
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(error.message))
  await page.goto(preview)
  await page.getByTestId('point-row').nth(1).click()
  await page.getByTestId('record').click()
  await page.getByTestId('camera-input').setInputFiles(await phonePhoto('phone-12mp.jpg', place.path))
  await page.getByTestId('photo-show').click()
  await page.getByTestId('viewer-act').click()
  const stage = page.getByTestId('annotate-stage')
  await until('the photo is there', async () => stage.locator('img').evaluate((image: HTMLImageElement) => image.naturalWidth > 0))

  const drag = async (from: [number, number], to: [number, number]): Promise<void> => {
    const box = await stage.boundingBox()
    if (box === null) throw new Error('the photo is shown')
    const at = ([x, y]: [number, number]): [number, number] => [box.x + x * box.width, box.y + y * box.height]
    await page.mouse.move(...at(from))
    await page.mouse.down()
    await page.mouse.move(...at(to), { steps: 6 })
    await page.mouse.up()
  }
  await drag([0.15, 0.9], [0.42, 0.62])
  await page.getByTestId('tool-ellipse').click()
  await page.getByTestId('colour-yellow').click()
  await drag([0.4, 0.35], [0.75, 0.65])
  await page.getByTestId('tool-line').click()
  await drag([0.1, 0.2], [0.3, 0.25])
  await page.getByTestId('annotate-undo').click()
  await page.getByTestId('tool-mosaic').click()
  await drag([0.05, 0.05], [0.35, 0.3])
  await page.getByTestId('tool-label').click()
  const box = await stage.boundingBox()
  await stage.click({ position: { x: (box?.width ?? 0) * 0.4, y: (box?.height ?? 0) * 0.2 } })
  await page.getByTestId('annotate-text').fill('线缆垂落')
  expect(await accessibilityFindings(page)).toEqual([])
  await page.getByTestId('annotate-write').click()
  await page.getByTestId('drawn-label').waitFor()
  await keepScreenshot('phone-annotate', page)
  expect(await accessibilityFindings(page)).toEqual([])
  // Leaving asks first, also by the way back; whoever goes on finds everything as it was.
  for (const leave of [() => page.getByTestId('annotate-close').click(), () => page.goBack()]) {
    await leave()
    await page.getByRole('button', { name: '继续标注' }).click()
    await page.getByRole('button', { name: '继续标注' }).waitFor({ state: 'hidden' })
  }
  await page.getByTestId('drawn-label').waitFor()
  await page.getByTestId('annotate-done').click()
  await page.getByTestId('photo-annotated').waitFor()
  await page.getByTestId('photo-show').click()
  const large = page.getByTestId('photo-viewer').locator('img').first()
  await until('the copy is shown', async () => large.evaluate((image: HTMLImageElement) => image.naturalWidth > 1_000))
  expect(await large.getAttribute('src')).toContain('/annotated')
  await keepScreenshot('phone-annotated', page)
  await page.keyboard.press('Escape')
  await page.locator('[data-testid="criterion"][data-code="cables-tidy"]').click()
  await page.getByTestId('save').click()
  await page.getByTestId('saved-toast').waitFor()

  const supervisor = await Supervisor.signIn(browser, server)
  await until('the finding is in the queue', async () => (await supervisor.queue.count()) === 1)
  await supervisor.queue.first().click()
  await supervisor.page.getByTestId('photo-drawn').waitFor()
  const main = supervisor.page.getByTestId('photo-main')
  const drawn = await main.getAttribute('src')
  await until('the drawing is shown', async () => main.evaluate((image: HTMLImageElement) => image.naturalWidth > 1_000))
  await supervisor.page.locator('[data-check="annotation"][data-outcome="passed"]').first().waitFor({ state: 'attached' })
  await keepScreenshot('console-annotated', supervisor.page)
  expect(await accessibilityFindings(supervisor.page)).toEqual([])
  await supervisor.page.getByTestId('photo-drawn').click()
  await until('the photo without it is shown', async () => (await main.getAttribute('src')) !== drawn)
  expect(problems).toEqual([])
})

test('an app that the system ends while the camera is open comes back to the form, with the photo', async () => {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'zh-CN' })
  const page = await context.newPage()
  await page.goto(preview)
  await page.getByTestId('point-row').nth(2).click()
  await page.getByTestId('record').click()
  await page.getByTestId('camera-input').waitFor()
  const form = new URL(page.url()).hash
  // The real tap opens a dialog for files here. A browser that is driven by a test closes it at once
  // and says so, which no camera does.
  await page.route('**/bridge/command', async (route) => {
    if (route.request().postData()?.includes('end_capture') === true) await route.abort()
    else await route.continue()
  })
  const camera = page.waitForEvent('filechooser')
  await page.getByTestId('camera-input').click()
  await camera
  await running.kill()
  await page.close()
  const folder = cameraFolder(join(place.path, 'phone'))
  await mkdir(folder, { recursive: true })
  await generated(join(folder, 'JPEG_20261122_091500_1.jpg'), 1600, 1200)

  await openPhone()
  const again = await context.newPage()
  await again.goto(preview)
  await again.getByTestId('photo-thumb').waitFor()
  expect(new URL(again.url()).hash).toBe(form)
  await again.getByTestId('saved-toast').waitFor()
  await until('the photo is shown', async () =>
    again.getByTestId('photo-thumb').locator('img').evaluate((image: HTMLImageElement) => image.naturalWidth > 0))
  await keepScreenshot('phone-came-back', again)
  expect(await accessibilityFindings(again)).toEqual([])
  // It has come back once; the next page is the one that is asked for.
  await again.reload()
  await again.getByTestId('photo-thumb').waitFor()
  await again.goto(`${preview}/#/mine`)
  await again.getByTestId('sync-card').waitFor()
})

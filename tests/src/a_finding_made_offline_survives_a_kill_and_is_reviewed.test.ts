/**
 * The main job from end to end, in the real window, against the real server, in a real browser.
 *
 * An inspector signs in, loses the server, records findings, loses the app to a kill, goes on,
 * gets the server back; a supervisor finds all of it in the console and returns one finding.
 */
import { join } from 'node:path'

import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { accessibilityFindings } from './support/axe'
import { openBrowser } from './support/browser'
import { Supervisor } from './support/console'
import { Inspector } from './support/inspector'
import { generated, phonePhoto, sha256 } from './support/photos'
import { endAll, folder, freePort, until } from './support/processes'
import { keepScreenshot } from './support/screenshots'
import { Server } from './support/server'
import { PhoneWindow } from './support/window'

const REASON = '照片看不清井盖编号，请靠近补拍一张。'
/** Contract of the main job: a server that returns is noticed within this time. */
const NOTICED_WITHIN_MS = 5_000

let place: Awaited<ReturnType<typeof folder>>
let server: Server
let phone: PhoneWindow
let browser: Browser

beforeAll(async () => {
  place = await folder()
  server = await Server.prepare(join(place.path, 'server'), await freePort())
  await server.start()
  phone = await PhoneWindow.prepare({
    data: join(place.path, 'phone'),
    server: server.address,
    position: '33.4800,117.8800,8',
  })
  browser = await openBrowser()
})

afterAll(async () => {
  await browser.close()
  await phone.close()
  await server.stop()
  await endAll()
  await place.remove()
})

test('a finding made offline survives a kill and is reviewed', async () => {
  const inspector = new Inspector(phone)
  const photos = [
    await phonePhoto('phone-12mp.jpg', place.path),
    await phonePhoto('phone-8mp.jpg', place.path),
    await generated(join(place.path, 'generated.jpg'), 1600, 1200),
  ] as const
  const hashes = await Promise.all(photos.map(sha256))

  // The inspector signs in once, with the server there, and sees the nearest point first.
  await phone.open()
  await inspector.signIn(server)
  const points = await inspector.points(12)
  const distances = points.flatMap(({ text }) => {
    const found = /(\d+(?:\.\d+)?) (m|km)\b/.exec(text)
    return found === null ? [] : [Number(found[1]) * (found[2] === 'km' ? 1000 : 1)]
  })
  expect(distances).toEqual(distances.toSorted((a, b) => a - b))
  await keepScreenshot('phone-points', phone)
  const [near, next] = points
  if (near === undefined || next === undefined) throw new Error('two points are needed')

  // The server goes away. Everything works.
  await server.stop()
  await inspector.openPoint(near.id)
  const standing = await phone.find('point-standing')
  expect(await standing.getAttribute('data-side')).toBe('inside')
  await phone.find('ring')
  await keepScreenshot('phone-point', phone)
  await inspector.record(near.id, photos[0], 'road-surface-intact', '东侧路面有坑')
  await inspector.record(next.id, photos[1], 'cables-tidy', '线缆下垂')
  await until('the chip counts two', async () => (await inspector.chip()).text.includes('2'))

  // The app is killed, and nothing is gone.
  await phone.kill()
  await phone.open()
  await inspector.points(12)
  // P4: the page came with its first answers, so that the list waited for no round trip.
  expect(await phone.openingAnswers()).toEqual(['start', 'points'])
  expect(await inspector.findings()).toHaveLength(2)
  await until('the thumbnails are shown', async () => (await inspector.shownPhotos()) === 2)
  expect((await inspector.chip()).text).toContain('2')
  await inspector.record(near.id, photos[2], 'parking-lines-complete', '车位线缺失')
  await until('three are waiting', async () => (await inspector.findings()).length === 3)
  const chip = await until('the app has seen that the server is away', async () => {
    const now = await inspector.chip()
    return now.link === 'offline' ? now : null
  })
  expect(chip.text).toContain('3')
  await until('the toast has gone', async () => (await phone.findAll('[data-testid="saved-toast"]')).length === 0)
  await keepScreenshot('phone-offline', phone)

  // The server returns, and the app notices by itself.
  await server.start()
  const returned = Date.now()
  await until(
    'the app begins to send',
    async () => ['syncing', 'online'].includes((await inspector.chip()).link),
    NOTICED_WITHIN_MS,
  )
  expect(Date.now() - returned).toBeLessThanOrEqual(NOTICED_WITHIN_MS)
  await until('everything has been sent', async () => {
    const sent = await inspector.findings()
    return sent.length === 3 && sent.every(({ stage }) => stage === 'applied')
  })
  await until('the originals have followed', async () => (await phone.findAll('[data-testid="originals"]')).length === 0)
  const sent = await inspector.findings()

  // The supervisor finds all three, with the very bytes that the phone took.
  const supervisor = await Supervisor.signIn(browser, server)
  await until('three findings wait', async () => (await supervisor.queue.count()) === 3)
  const shown: string[] = []
  for (const { id } of sent) {
    await supervisor.open(id)
    for (const hash of await supervisor.shownHashes()) {
      expect(await supervisor.originalSha256(hash)).toBe(hash)
      shown.push(hash)
    }
    // What the phone signed holds, kill or no kill.
    for (const check of ['original', 'signature', 'facts', 'clock']) {
      const outcome = supervisor.page.locator(`[data-check="${check}"]`).first()
      expect(await outcome.getAttribute('data-outcome'), check).toBe('passed')
    }
  }
  expect(shown.toSorted()).toEqual([...hashes].toSorted())
  // Each original with its two small copies, and each under its own hash.
  const stored = await server.stored()
  expect(stored).toHaveLength(9)
  for (const { name, hash } of stored) expect(hash).toBe(name)
  expect(stored.map(({ name }) => name)).toEqual(expect.arrayContaining(hashes))

  // Anybody with the code of a watermark, or the photo, can ask what it is worth; without a session.
  const code = await supervisor.page.getByTestId('photo-code').first().innerText()
  const visitor = await (await browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'zh-CN' })).newPage()
  await visitor.goto(`${server.address}/V/${code.replaceAll('-', '')}`)
  await visitor.locator('[data-testid="verify-report"][data-verdict="known"]').waitFor()
  await keepScreenshot('verify-code', visitor, { fullPage: true })
  expect(await accessibilityFindings(visitor)).toEqual([])
  await visitor.getByTestId('verify-photo').setInputFiles(photos[0])
  await visitor.locator('[data-testid="verify-report"][data-verdict="original"]').waitFor()
  await keepScreenshot('verify-photo', visitor, { fullPage: true })
  expect(await accessibilityFindings(visitor)).toEqual([])
  await visitor.context().close()

  // One goes back with a reason, and the phone shows it.
  const road = sent.find(({ text }) => text.includes('路面'))
  if (road === undefined) throw new Error('the finding about the road is missing')
  await supervisor.open(road.id)
  await supervisor.page.getByTestId('photo-main').evaluate((photo) => (photo as HTMLImageElement).decode())
  await keepScreenshot('console-review', supervisor.page)
  await supervisor.page.getByTestId('photo-checks').first().scrollIntoViewIfNeeded()
  await supervisor.page.getByTestId('photo-verdict').first().click()
  await keepScreenshot('console-evidence', supervisor.page)
  await supervisor.returnWith(REASON)
  await until('two findings still wait', async () => (await supervisor.queue.count()) === 2)
  await supervisor.page.getByTestId('nav-map').click()
  await supervisor.page.locator('[data-testid="map"][data-state="ready"]').waitFor()
  await keepScreenshot('console-map', supervisor.page)

  await inspector.go('/mine')
  await phone.click('[data-testid="sync-now"]')
  const reason = await phone.find('finding-reason')
  await until('the reason is on the phone', async () => (await reason.getText()).includes(REASON))
  await keepScreenshot('phone-returned', phone)

  // A finding that arrives while the console is open appears there without reloading.
  await supervisor.page.getByTestId('nav-review').click()
  await until('two findings wait', async () => (await supervisor.queue.count()) === 2)
  const another = await generated(join(place.path, 'another.jpg'), 1200, 1600)
  await inspector.record(next.id, another, 'green-belt-intact', '')
  await until('the new finding appears by itself', async () => (await supervisor.queue.count()) === 3)
})

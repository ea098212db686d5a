/**
 * A supervisor returns a finding, its author revises it, and it is looked at again. The second time
 * the supervisor changes their mind while the phone has no network, and the author chooses.
 */
import { join } from 'node:path'

import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { Api } from './support/api'
import { accessibilityFindings } from './support/axe'
import { openBrowser } from './support/browser'
import { Supervisor } from './support/console'
import { Inspector } from './support/inspector'
import { generated, phonePhoto, sha256 } from './support/photos'
import { endAll, folder, freePort, until } from './support/processes'
import { keepScreenshot } from './support/screenshots'
import { Server } from './support/server'
import { Tap } from './support/tap'
import { PhoneWindow } from './support/window'

const REASON = '照片看不清坑洞有多大，请靠近补拍一张。'
const FIRST = '东侧路面有坑'
const SECOND = '东侧路面有坑，约 40 厘米，已补拍近照'
const THIRD = '东侧路面有坑，约 40 厘米，已放锥桶提醒'

interface Detail {
  row: { record: { note: string; photos: { sha256: string }[] }; review: { state: string; rev: number } }
  earlier: { record: { note: string } }[]
}

let place: Awaited<ReturnType<typeof folder>>
let server: Server
let tap: Tap
let phone: PhoneWindow
let browser: Browser

beforeAll(async () => {
  place = await folder()
  server = await Server.prepare(join(place.path, 'server'), await freePort())
  await server.start()
  tap = await Tap.open(server)
  phone = await PhoneWindow.prepare({
    data: join(place.path, 'phone'),
    server: tap.address,
    position: '33.4800,117.8800,8',
  })
  browser = await openBrowser()
}, 60_000)

afterAll(async () => {
  await browser.close()
  await phone.close()
  await tap.close()
  await server.stop()
  await endAll()
  await place.remove()
})

/** Opens the only finding on the phone. */
async function openFinding(inspector: Inspector, point: string, id: string): Promise<void> {
  await inspector.go(`/point/${point}/finding/${id}`)
}

/** Asks the server at once, until the finding under 我的 has come to a stage. */
async function waitForStage(inspector: Inspector, stage: string): Promise<void> {
  await until(`the finding is ${stage}`, async () => {
    const [row] = await inspector.findings()
    if (row?.stage === stage) return true
    await phone.click('[data-testid="sync-now"]')
    return false
  })
}

/** Revises the finding that is open: other words and one photo more. */
async function revise(inspector: Inspector, photo: string, note: string): Promise<void> {
  await phone.click('[data-testid="revise"]')
  await phone.find('revises')
  await phone.driver.executeScript('window.scrollTo(0, 0)')
  await keepScreenshot('phone-revising', phone)
  await inspector.photograph(photo)
  await phone.type('note', note)
}

async function save(): Promise<void> {
  await phone.click('[data-testid="save"]')
  await phone.find('saved-toast')
  await until('the form is left', async () => (await phone.findAll('[data-testid="save"]')).length === 0)
}

test('a returned finding comes again, and where the supervisor was faster its author chooses', async () => {
  const inspector = new Inspector(phone)
  const photos = [
    await phonePhoto('phone-8mp.jpg', place.path),
    await phonePhoto('phone-12mp.jpg', place.path),
    await generated(join(place.path, 'third.jpg'), 1600, 1200),
  ] as const
  const hashes = await Promise.all(photos.map(sha256))
  await phone.open()
  await inspector.signIn(server)
  const [near] = await inspector.points(1)
  if (near === undefined) throw new Error('a point is needed')
  await inspector.record(near.id, photos[0], 'road-surface-intact', FIRST)
  await waitForStage(inspector, 'applied')
  const [row] = await inspector.findings()
  if (row === undefined) throw new Error('the finding is missing')
  const api = await Api.signIn(server, server.supervisor.account)
  const detail = async (): Promise<Detail> => (await api.json(`findings/${row.id}`)) as Detail

  // It goes back, and comes again with a photo more.
  const supervisor = await Supervisor.signIn(browser, server)
  const { page } = supervisor
  await supervisor.open(row.id)
  await supervisor.returnWith(REASON)
  await waitForStage(inspector, 'returned')
  await openFinding(inspector, near.id, row.id)
  await phone.find('revise')
  await keepScreenshot('phone-finding-returned', phone)
  await revise(inspector, photos[1], SECOND)
  expect(await (await phone.find('revises-reason')).getText()).toContain(REASON)
  await save()
  await waitForStage(inspector, 'applied')
  await keepScreenshot('phone-revised', phone)

  await page.getByTestId('revised-mark').waitFor()
  await supervisor.open(row.id)
  await page.getByTestId('round-reason').waitFor()
  expect(await page.getByTestId('round-reason').innerText()).toContain(REASON)
  expect(await page.getByTestId('round-note').innerText()).toContain(FIRST)
  expect(await page.getByTestId('thumb-new').count()).toBe(1)
  await page.getByTestId('photo-main').evaluate((photo) => (photo as HTMLImageElement).decode())
  await keepScreenshot('console-revised', page)
  expect(await accessibilityFindings(page)).toEqual([])

  // Once more; but now somebody accepts it while the phone cannot hear of it.
  await supervisor.returnWith(REASON)
  await waitForStage(inspector, 'returned')
  await tap.refuse()
  await openFinding(inspector, near.id, row.id)
  await revise(inspector, photos[2], THIRD)
  await save()
  expect((await inspector.findings()).map(({ stage }) => stage)).toEqual(['saved'])
  await api.decide(row.id, { rev: 3, decision: 'accept' })
  await tap.pass()
  await waitForStage(inspector, 'conflict')
  await openFinding(inspector, near.id, row.id)
  await phone.find('conflict')
  expect(await (await phone.find('conflict-mine')).getText()).toContain(THIRD)
  expect(await (await phone.find('conflict-theirs')).getText()).toContain(SECOND)
  await keepScreenshot('phone-conflict', phone)
  await phone.driver.executeScript('window.scrollTo(0, document.body.scrollHeight)')
  await keepScreenshot('phone-conflict-end', phone)

  await phone.click('[data-testid="keep-mine"]')
  await waitForStage(inspector, 'applied')
  const now = await detail()
  expect(now.row.record.note).toBe(THIRD)
  expect(now.row.record.photos.map((photo) => photo.sha256)).toEqual(hashes)
  expect([now.row.review.state, now.row.review.rev]).toEqual(['pending', 5])
  expect(now.earlier.map(({ record }) => record.note)).toEqual([FIRST, SECOND])
  await until('the originals have followed', async () => {
    const held = await Promise.all(hashes.map((hash) => api.originalSha256(hash).catch(() => '')))
    return held.join() === hashes.join()
  })
}, 120_000)

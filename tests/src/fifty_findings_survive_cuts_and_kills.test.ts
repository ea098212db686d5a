/**
 * The worst day: an inspector works without a connection for fifty findings, and what then comes
 * is none to speak of. It is cut ten times in the middle of a photo, and the app is killed three
 * times while one is on its way. The server ends up with each finding and each photo once and whole.
 */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { zhCN } from '../../ui/phone/src/messages/zh-CN'
import { Api } from './support/api'
import { Inspector } from './support/inspector'
import { generated, sha256 } from './support/photos'
import { endAll, folder, freePort, until } from './support/processes'
import { keepScreenshot } from './support/screenshots'
import { Server } from './support/server'
import { Tap } from './support/tap'
import { PhoneWindow } from './support/window'

const FINDINGS = 50
const CUTS = 10
/** The app is killed once so many stretches from cut to cut have passed: between two cuts. */
const KILLED_AFTER = [1.5, 4.5, 7.5] as const
const CRITERION = 'cables-tidy'
/** Both together stay below three minutes. */
const PREPARATION_MS = 30_000
const TEST_MS = 145_000

interface ServersFindings {
  rows: { record: { id: string; photos: { sha256: string }[] } }[]
  next_before: number | null
  tally: { pending: number; accepted: number; returned: number }
}

let place: Awaited<ReturnType<typeof folder>>
let photos: string[]
let server: Server
let tap: Tap
let phone: PhoneWindow

beforeAll(async () => {
  place = await folder()
  // Another width is another picture.
  photos = await Promise.all(
    Array.from({ length: FINDINGS }, (_, index) => generated(join(place.path, `${index}.jpg`), 1200 + index, 900)),
  )
  server = await Server.prepare(join(place.path, 'server'), await freePort())
  await server.start()
  tap = await Tap.open(server)
  phone = await PhoneWindow.prepare({
    data: join(place.path, 'phone'),
    server: tap.address,
    position: '33.4800,117.8800,8',
  })
}, PREPARATION_MS)

afterAll(async () => {
  await phone.close()
  await tap.close()
  await server.stop()
  await endAll()
  await place.remove()
})

/** What the server has, by finding the one photo of each. */
async function received(api: Api): Promise<Map<string, string>> {
  const page = (await api.json('findings?limit=200')) as ServersFindings
  expect(page.next_before).toBeNull()
  expect(page.tally).toEqual({ pending: page.rows.length, accepted: 0, returned: 0 })
  return new Map(
    page.rows.map(({ record }) => {
      expect(record.photos).toHaveLength(1)
      return [record.id, record.photos[0]?.sha256 ?? '']
    }),
  )
}

test('fifty findings made offline arrive once and whole over ten cuts and three kills', async () => {
  const inspector = new Inspector(phone)
  const api = await Api.signIn(server, server.supervisor.account)
  const hashes = await Promise.all(photos.map(sha256))
  expect(new Set(hashes).size).toBe(FINDINGS)

  await phone.open()
  await inspector.signIn(server)
  const [near, next] = await inspector.points(12)
  if (near === undefined || next === undefined) throw new Error('two points are needed')

  // Without a connection each finding is recorded by hand, on the form that stays open for the next.
  await tap.refuse()
  for (const [point, taken] of [
    [near, photos.slice(0, FINDINGS / 2)],
    [next, photos.slice(FINDINGS / 2)],
  ] as const) {
    await inspector.openForm(point.id)
    for (const photo of taken) await inspector.recordAndGoOn(photo, CRITERION)
  }
  await until('the chip tells of all of them', async () => {
    const { link, text } = await inspector.chip()
    return link === 'offline' && text.includes(String(FINDINGS))
  })
  expect(await received(api)).toEqual(new Map())

  // The originals alone are eleven stretches long, so that every cut has a photo to fall into.
  const bytes = await Promise.all(photos.map(async (photo) => (await stat(photo)).size))
  const stretch = Math.floor(bytes.reduce((sum, one) => sum + one) / (CUTS + 1))
  await tap.cutAfter(stretch, CUTS)
  for (const stretches of KILLED_AFTER) await tap.holdAfter(Math.round(stretches * stretch))
  await tap.pass()
  const killed: number[][] = []
  for (const index of KILLED_AFTER.keys()) {
    // Part of a photo has gone up, and the app waits to get rid of the rest.
    await tap.held(index + 1)
    killed.push(await phone.kill())
    // Its connections end with it. The next one sends as soon as it starts, so the way is free by then.
    await tap.refuse()
    await tap.pass()
    await phone.open()
    await inspector.points(1)
  }

  await inspector.go('/mine')
  await phone.find('sync-card')
  await until(
    'nothing is left to send',
    async () =>
      (await phone.text()).includes(zhCN['mine.unsentNone']) &&
      (await phone.findAll('[data-testid="originals"]')).length === 0,
    60_000,
  )
  expect(tap.cuts).toBe(CUTS)
  expect(killed).toHaveLength(KILLED_AFTER.length)
  expect(new Set(killed.flat()).size).toBe(killed.flat().length)

  // Each is shown as applied, with its own photo.
  const listed = await inspector.allFindings(zhCN['app.listEnd'].replace('{count}', String(FINDINGS)))
  expect(listed).toHaveLength(FINDINGS)
  for (const { id, stage, words } of listed) {
    expect({ id, stage, words }).toEqual({ id, stage: 'applied', words: zhCN['stage.applied'] })
  }
  expect(listed.map((finding) => finding.sha256).toSorted()).toEqual(hashes.toSorted())
  await until('the pictures in sight are shown', async () => (await inspector.shownPhotos()) > 5)
  await keepScreenshot('phone-fifty-applied', phone)

  // The server has the same findings with the same photos, and of each photo the very bytes.
  expect(await received(api)).toEqual(new Map(listed.map((finding) => [finding.id, finding.sha256])))
  for (const hash of hashes) expect(await api.originalSha256(hash)).toBe(hash)
  // Each original with its two small copies, and each under its own hash.
  const stored = await server.stored()
  for (const { name, hash } of stored) expect(hash).toBe(name)
  expect(stored).toHaveLength(3 * FINDINGS)
  expect(stored.map(({ name }) => name)).toEqual(expect.arrayContaining(hashes))
}, TEST_MS)

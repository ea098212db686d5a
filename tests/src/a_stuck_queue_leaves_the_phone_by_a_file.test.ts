/**
 * A week without a network: what waits on the phone is saved as a rescue file, an administrator
 * imports it in the console, and when the phone is back everything is on the server once.
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { zhCN } from '../../ui/phone/src/messages/zh-CN'
import { Api } from './support/api'
import { accessibilityFindings } from './support/axe'
import { openBrowser } from './support/browser'
import { Supervisor } from './support/console'
import { Inspector } from './support/inspector'
import { generated, sha256 } from './support/photos'
import { endAll, folder, freePort, until } from './support/processes'
import { keepScreenshot } from './support/screenshots'
import { Server } from './support/server'
import { PhoneWindow } from './support/window'

const FINDINGS = 2

let place: Awaited<ReturnType<typeof folder>>
let photos: string[]
let server: Server
let phone: PhoneWindow
let browser: Browser

beforeAll(async () => {
  place = await folder()
  photos = await Promise.all(
    Array.from({ length: FINDINGS }, (_, index) => generated(join(place.path, `${index}.jpg`), 1200 + index, 900)),
  )
  server = await Server.prepare(join(place.path, 'server'), await freePort())
  await server.start()
  browser = await openBrowser()
  phone = await PhoneWindow.prepare({
    data: join(place.path, 'phone'),
    server: server.address,
    position: '33.4800,117.8800,8',
    rescue: place.path,
  })
}, 60_000)

afterAll(async () => {
  await browser.close()
  await phone.close()
  await server.stop()
  await endAll()
  await place.remove()
})

test('what waits is saved as a file, imported in the console, and there once when the phone is back', async () => {
  const inspector = new Inspector(phone)
  await phone.open()
  await inspector.signIn(server)
  const [near] = await inspector.points(1)
  if (near === undefined) throw new Error('a point is needed')
  await server.stop()
  await inspector.openForm(near.id)
  for (const photo of photos) await inspector.recordAndGoOn(photo, 'cables-tidy')

  await inspector.go('/mine')
  await phone.click('[data-testid="rescue"]')
  await phone.find('rescue-figures')
  await keepScreenshot('phone-rescue', phone)
  await phone.click('[data-testid="rescue-save"]')
  const outcome = await until('the file is saved', async () => {
    const [shown] = await phone.findAll('[data-testid="rescue-outcome"][data-status="saved"]')
    return shown?.getText()
  })
  await keepScreenshot('phone-rescue-saved', phone)
  const files = (await readdir(place.path)).filter((name) => name.endsWith('.xfrescue'))
  expect(files).toHaveLength(1)
  const [file] = files
  if (file === undefined) throw new Error('there is no rescue file')
  expect(outcome).toContain(file)
  // Everything is still here, and the phone is off before the server is back.
  await inspector.go('/mine')
  expect((await inspector.findings()).map(({ stage }) => stage)).toEqual(['saved', 'saved'])
  await phone.kill()

  await server.start()
  const { page } = await Supervisor.signIn(browser, server, server.administrator)
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(error.message))
  await page.getByTestId('user-menu').click()
  await page.getByTestId('to-rescue').click()
  await page.getByTestId('rescue-input').setInputFiles(join(place.path, file))
  await page.getByTestId('rescue-whole').waitFor()
  const told = async (row: string): Promise<string[]> =>
    await page.getByTestId(row).locator('td').allInnerTexts()
  expect(await told('rescue-records')).toEqual(['2', '2', '0', '0'])
  expect(await told('rescue-files')).toEqual(['6', '6', '0', '0'])
  await keepScreenshot('console-rescue', page)
  expect(await accessibilityFindings(page)).toEqual([])
  // Again by mistake, and then something that is no rescue file.
  await page.getByTestId('rescue-input').setInputFiles(join(place.path, file))
  await until('it is told that it was here', async () => (await told('rescue-records')).join() === '2,0,2,0')
  await page.getByTestId('rescue-input').setInputFiles(photos[0] ?? '')
  await page.getByTestId('rescue-fault').waitFor()
  await keepScreenshot('console-rescue-refused', page)
  expect(problems).toEqual([])

  await phone.open()
  await inspector.go('/mine')
  await phone.find('sync-card')
  await until('nothing is left to send', async () => (await phone.text()).includes(zhCN['mine.unsentNone']))
  expect((await inspector.findings()).map(({ stage }) => stage)).toEqual(['applied', 'applied'])
  const api = await Api.signIn(server, server.supervisor.account)
  const { rows } = (await api.json('findings?limit=10')) as { rows: { record: { photos: { sha256: string }[] } }[] }
  const received = rows.flatMap(({ record }) => record.photos.map((photo) => photo.sha256))
  expect(received.toSorted()).toEqual((await Promise.all(photos.map(sha256))).toSorted())
}, 120_000)

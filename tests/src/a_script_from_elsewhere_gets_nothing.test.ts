/**
 * X2: a script that got into the window, and a page from elsewhere, are denied every command.
 *
 * WebDriver runs its scripts inside the app's own page, as one would run that slipped in there. What
 * it may then ask for is the app's closed list and nothing of the shell, the system or the disk; and
 * a page of another origin, or a script that the page did not bring along, gets to ask nothing.
 */
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { endAll, folder, freePort } from './support/processes'
import { Server } from './support/server'
import { PhoneWindow } from './support/window'

/** What the window may ask of the shell itself: to be told of changes. */
const GRANTED = ['plugin:event|listen', 'plugin:event|unlisten']

interface Manifest {
  permissions: Record<string, { commands: { allow: string[] } }>
}

let place: Awaited<ReturnType<typeof folder>>
let server: Server
let phone: PhoneWindow

beforeAll(async () => {
  place = await folder()
  server = await Server.prepare(join(place.path, 'server'), await freePort())
  await server.start()
  phone = await PhoneWindow.prepare({
    data: join(place.path, 'phone'),
    server: server.address,
    position: '33.4800,117.8800,8',
  })
  await phone.open()
  await phone.find('sign-in')
}, 60_000)

afterAll(async () => {
  await phone.close()
  await server.stop()
  await endAll()
  await place.remove()
})

/** Every command that the shell and its plugins know, as the build lists them. */
async function shellCommands(): Promise<string[]> {
  const path = join(import.meta.dirname, '../../src-tauri/gen/schemas/acl-manifests.json')
  const manifests = JSON.parse(await readFile(path, 'utf8')) as Record<string, Manifest>
  const commands = Object.entries(manifests)
    .filter(([plugin]) => plugin !== '__app-acl__')
    .flatMap(([plugin, { permissions }]) =>
      Object.values(permissions)
        .flatMap(({ commands: { allow } }) => allow)
        .map((command) => `plugin:${plugin.replace('core:', '')}|${command}`),
    )
  return [...new Set(commands)]
}

/** Asks the shell for something, from inside the page; answers what came of it. */
async function ask(command: string, args: unknown): Promise<string> {
  return await phone.driver.executeAsyncScript<string>(
    `const [command, args, done] = arguments
     window.__TAURI_INTERNALS__.invoke(command, args).then(
       (answer) => done('answered ' + JSON.stringify(answer)),
       (error) => done('refused ' + (typeof error === 'string' ? error : JSON.stringify(error))))`,
    command,
    args,
  )
}

test('a script inside the page gets no command of the shell, the system or the disk', async () => {
  const commands = await shellCommands()
  expect(commands.length).toBeGreaterThan(100)
  for (const granted of GRANTED) expect(commands).toContain(granted)
  for (const command of commands.filter((one) => !GRANTED.includes(one))) {
    const came = await ask(command, {})
    expect(came, command).toMatch(/^refused .*not allowed/)
  }
})

test('what does not parse as one of the app’s commands is refused before anything runs', async () => {
  for (const command of [
    null,
    'start',
    {},
    { cmd: 'none_such' },
    { cmd: 'points', query: '', kind: null, offset: -1, limit: 10 },
    { cmd: 'point', id: '../../etc/passwd' },
    { cmd: 'finding', id: "1' OR '1'='1" },
    { cmd: 'sign_in', server: 'file:///etc/passwd', account: 'a' },
  ]) {
    const came = await ask('command', { command })
    expect(came, JSON.stringify(command)).toMatch(/^refused /)
  }
})

test('no answer carries a token or a key', async () => {
  const start = await ask('command', { command: { cmd: 'start' } })
  expect(start).toMatch(/^answered /)
  expect(start).not.toMatch(/token|secret|password|[0-9a-f]{64}/i)
})

test('a script that the page did not bring along does not run, and nothing leaves for elsewhere', async () => {
  let asked = 0
  const elsewhere = createServer((_, response) => {
    asked += 1
    response.setHeader('access-control-allow-origin', '*')
    response.end('window.gotIn = true')
  })
  const port = await freePort()
  await new Promise<void>((listens) => elsewhere.listen(port, '127.0.0.1', listens))
  try {
    const came = await phone.driver.executeAsyncScript<Record<string, unknown>>(
      `const [origin, expected, done] = arguments
       const missing = new Set(expected)
       const allBlocked = new Promise((told) =>
         document.addEventListener('securitypolicyviolation', (event) => {
           missing.delete(event.effectiveDirective)
           if (missing.size === 0) told()
         }))
       const add = (name, set) => {
         const element = document.createElement(name)
         set(element)
         document.body.append(element)
         return element
       }
       add('script', (one) => { one.textContent = 'window.gotIn = true' })
       add('script', (one) => { one.src = origin + '/x.js' })
       add('img', (one) => { one.src = origin + '/x.png' })
       add('iframe', (one) => { one.src = origin + '/' })
       add('object', (one) => { one.data = origin + '/' })
       add('form', (one) => { one.action = origin + '/'; one.submit() })
       let evaluated = false
       try { evaluated = (0, eval)('true') } catch { evaluated = false }
       const fetched = fetch(origin + '/').then(() => 'fetched', () => 'blocked')
       allBlocked.then(() => fetched).then((fetched) =>
         done({ gotIn: window.gotIn === true, evaluated, fetched }))`,
      `http://127.0.0.1:${port}`,
      // One that is let through keeps this waiting until WebDriver gives up.
      // Of a form WebKit tells nothing; that nobody was asked tells of it.
      ['connect-src', 'frame-src', 'img-src', 'object-src', 'script-src-elem'],
    )
    expect(came).toEqual({ gotIn: false, evaluated: false, fetched: 'blocked' })
    expect(asked).toBe(0)
  } finally {
    elsewhere.close()
  }
})

test('the window does not go to another page', async () => {
  const before = await phone.driver.getCurrentUrl()
  await phone.driver.executeScript('window.location.href = "http://127.0.0.1:9/"')
  // It is asked something that takes a moment, and is still itself.
  expect(await ask('command', { command: { cmd: 'start' } })).toMatch(/^answered /)
  expect(await phone.driver.getCurrentUrl()).toBe(before)
})

import axe from 'axe-core'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { BackendError } from '../backend/backend'
import { MemoryBackend } from '../backend/memory'
import { mountAt, settle, type Mounted } from '../testing/mount'
import { memoryData, startView } from '../testing/samples'

let page: Mounted

beforeEach(() => {
  // axe looks for icon fonts on a canvas, which jsdom has not.
  HTMLCanvasElement.prototype.getContext = () => null
  window.scrollTo = () => undefined
})
afterEach(() => {
  page.wrapper.unmount()
})

const NOTICE = { id: 7, code: 'database_set_aside', detail: '/data/old.db', at: 0 }

const SIGNED_OUT = memoryData({ start: startView({ session: null }) })

describe('accessibility', () => {
  it.each([
    ['/', memoryData()],
    ['/', memoryData({ position: { kind: 'missing', why: 'denied' }, points: [] })],
    ['/mine', memoryData({ start: startView({ developer: true, notices: [NOTICE] }) })],
    ['/sign-in', SIGNED_OUT],
    ['/point/a', memoryData()],
    ['/point/a/record', memoryData()],
    ['/point/a/finding/f1', memoryData()],
  ])('axe finds nothing at %s', async (path, data) => {
    page = await mountAt(path, new MemoryBackend(data))
    expect(page.router.currentRoute.value.path).toBe(path)
    const result = await axe.run(document.body, {
      // Colours need a real layout, which jsdom has not.
      rules: { 'color-contrast': { enabled: false } },
    })
    expect(result.violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([])
  })
})

describe('today', () => {
  it('lists the points and says once that it is usable', async () => {
    const backend = new MemoryBackend(memoryData())
    page = await mountAt('/', backend)
    expect(page.byTestId('point-row').map((row) => row.attributes('data-point'))).toEqual(['a', 'b', 'c'])
    await vi.waitFor(() => {
      expect(backend.asked.filter(({ cmd }) => cmd === 'usable')).toHaveLength(1)
    })
    backend.tell('position')
    await settle()
    expect(backend.asked.filter(({ cmd }) => cmd === 'usable')).toHaveLength(1)
    expect(backend.asked.filter(({ cmd }) => cmd === 'points').length).toBe(2)
  })

  it('searches', async () => {
    page = await mountAt('/', new MemoryBackend(memoryData()))
    await page.byTestId('search')[0]?.setValue('Point b')
    await settle()
    expect(page.byTestId('point-row')).toHaveLength(1)
  })

  it('says why the list is by name', async () => {
    const missing = memoryData({ position: { kind: 'missing', why: 'denied' } })
    page = await mountAt('/', new MemoryBackend(missing))
    expect(page.wrapper.text()).toContain('没有定位权限，所以按名称排列')
  })

  it('keeps a notice until it is dismissed', async () => {
    const noticed = memoryData({ start: startView({ notices: [NOTICE] }) })
    page = await mountAt('/', new MemoryBackend(noticed))
    expect(page.byTestId('notice')[0]?.text()).toContain('/data/old.db')
    await page.byTestId('notice')[0]?.find('button').trigger('click')
    await settle()
    expect(page.byTestId('notice')).toHaveLength(0)
  })
})

describe('sign-in', () => {
  it('comes first and says by code what is wrong', async () => {
    const backend = new MemoryBackend(SIGNED_OUT)
    backend.before = ({ cmd }) => {
      if (cmd === 'sign_in') throw new BackendError('wrong_password', 'no')
    }
    page = await mountAt('/', backend)
    expect(page.router.currentRoute.value.name).toBe('sign-in')
    await page.byTestId('account')[0]?.setValue('lin')
    await page.byTestId('password')[0]?.setValue('bad')
    await page.wrapper.find('form').trigger('submit')
    await settle()
    expect(page.byTestId('error-message')[0]?.attributes('data-code')).toBe('wrong_password')
  })
})

describe('originals that wait', () => {
  it('are told, and sent at once when somebody wants that', async () => {
    const { sync } = startView()
    const backend = new MemoryBackend(memoryData({ start: startView({ sync: { ...sync, originals: 3, originals_wait: true } }) }))
    page = await mountAt('/mine', backend)
    const told = page.byTestId('originals')[0]
    expect(told?.text()).toContain('3 张原图等 Wi-Fi')
    await page.byTestId('send-originals')[0]?.trigger('click')
    await settle()
    expect(backend.asked.at(-1)).toEqual({ cmd: 'send_originals' })
  })
})

describe('mine', () => {
  it('shows each finding with its stage and reason', async () => {
    page = await mountAt('/mine', new MemoryBackend(memoryData()))
    expect(page.byTestId('finding-row')).toHaveLength(2)
    expect(page.byTestId('finding-reason')[0]?.text()).toBe('too dark')
    expect(page.byTestId('finding-reason')[1]?.text()).toContain('连不上服务器')
    await page.byTestId('filter-returned')[0]?.trigger('click')
    await settle()
    expect(page.byTestId('finding-row').map((row) => row.attributes('data-finding'))).toEqual(['f1'])
  })

  it('changes the language at once', async () => {
    page = await mountAt('/mine', new MemoryBackend(memoryData()))
    await page.byTestId('language-en')[0]?.trigger('click')
    await settle()
    expect(document.documentElement.lang).toBe('en')
    expect(page.wrapper.find('h1').text()).toBe('Me')
  })
})

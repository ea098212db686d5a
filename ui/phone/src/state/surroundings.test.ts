import { describe, expect, it } from 'vitest'

import { MemoryBackend } from '../backend/memory'
import { startView } from '../testing/samples'
import { isMetered, tellSurroundings, type Around, type Battery, type Connection } from './surroundings'

class FakeConnection extends EventTarget implements Connection {
  readonly type?: string

  constructor(type?: string, readonly saveData = false) {
    super()
    if (type !== undefined) this.type = type
  }
}

class FakeBattery extends EventTarget implements Battery {
  constructor(public level: number, public charging: boolean) {
    super()
  }
}

class FakePage extends EventTarget {
  visibilityState: DocumentVisibilityState = 'visible'
}

function backend(): MemoryBackend {
  return new MemoryBackend({ start: startView(), points: [], position: { kind: 'missing', why: 'no_fix' }, inspections: [] })
}

describe('the network', () => {
  it.each([
    [new FakeConnection('cellular'), true],
    [new FakeConnection('wifi'), false],
    [new FakeConnection('ethernet'), false],
    [new FakeConnection('wifi', true), true],
    [new FakeConnection('unknown'), null],
    [new FakeConnection(), null],
    [undefined, null],
  ])('is metered or not, or cannot be told (%#)', (connection, metered) => {
    expect(isMetered(connection)).toBe(metered)
  })
})

describe('what is around the phone', () => {
  it('is told at the start and with every change that makes a difference', async () => {
    const core = backend()
    const connection = new FakeConnection('cellular')
    const battery = new FakeBattery(0.5, false)
    const page = new FakePage()
    const window = new EventTarget()
    const browser = { onLine: true, connection, getBattery: () => Promise.resolve(battery) }
    const around = { browser, page, window } as unknown as Around
    await tellSurroundings(core, around)
    const first = { metered: true, connected: true, visible: true }
    const told = [
      { ...first, saving: null },
      { ...first, saving: false },
    ]
    expect(core.asked).toEqual(told.map((now) => ({ cmd: 'surroundings', now })))

    battery.level = 0.49
    battery.dispatchEvent(new Event('levelchange'))
    expect(core.asked).toHaveLength(2)
    battery.level = 0.1
    battery.dispatchEvent(new Event('levelchange'))
    Object.assign(connection, { type: 'wifi' })
    connection.dispatchEvent(new Event('change'))
    browser.onLine = false
    window.dispatchEvent(new Event('offline'))
    page.visibilityState = 'hidden'
    page.dispatchEvent(new Event('visibilitychange'))
    battery.charging = true
    battery.dispatchEvent(new Event('chargingchange'))
    told.push(
      { ...first, saving: true },
      { ...first, metered: false, saving: true },
      { metered: false, connected: false, visible: true, saving: true },
      { metered: false, connected: false, visible: false, saving: true },
      { metered: false, connected: false, visible: false, saving: false },
    )
    expect(core.asked).toEqual(told.map((now) => ({ cmd: 'surroundings', now })))
  })

  it('is told as far as the window knows', async () => {
    const core = backend()
    const browser = { onLine: true, getBattery: () => Promise.reject(new Error('not allowed')) }
    await tellSurroundings(core, { browser, page: new FakePage(), window: new EventTarget() } as unknown as Around)
    expect(core.asked).toEqual([
      { cmd: 'surroundings', now: { metered: null, connected: true, visible: true, saving: null } },
    ])
  })
})

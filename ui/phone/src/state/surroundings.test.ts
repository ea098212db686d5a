import { describe, expect, it } from 'vitest'

import { MemoryBackend } from '../backend/memory'
import { startView } from '../testing/samples'
import { isMetered, tellNetwork, type Connection } from './network'

class FakeConnection extends EventTarget implements Connection {
  readonly type?: string

  constructor(type?: string, readonly saveData = false) {
    super()
    if (type !== undefined) this.type = type
  }
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

  it('is told at the start and with every change', () => {
    const backend = new MemoryBackend({ start: startView(), points: [], position: { kind: 'missing', why: 'no_fix' }, inspections: [] })
    const connection = new FakeConnection('cellular')
    tellNetwork(backend, connection)
    Object.assign(connection, { type: 'wifi' })
    connection.dispatchEvent(new Event('change'))
    expect(backend.asked).toEqual([
      { cmd: 'network', metered: true },
      { cmd: 'network', metered: false },
    ])
  })
})

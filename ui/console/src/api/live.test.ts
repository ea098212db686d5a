import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { listen } from './live'

/** An `EventSource` whose fate the test decides. */
class FakeSource extends EventTarget {
  static readonly CLOSED = 2
  static made: FakeSource[] = []
  readyState = 0

  constructor(readonly url: string) {
    super()
    FakeSource.made.push(this)
  }

  close(): void {
    this.readyState = FakeSource.CLOSED
  }

  say(data: string, kind = 'notice'): void {
    this.dispatchEvent(new MessageEvent(kind, { data }))
  }
}

function last(): FakeSource {
  const source = FakeSource.made.at(-1)
  if (!source) throw new Error('nothing was opened')
  return source
}

const listener = { opened: vi.fn(), lost: vi.fn(), notice: vi.fn() }

beforeEach(() => {
  FakeSource.made = []
  vi.useFakeTimers()
  vi.stubGlobal('EventSource', FakeSource)
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
  vi.clearAllMocks()
})

it('passes notices on and drops what it cannot read', () => {
  listen('/live', listener)
  last().say('{"kind":"finding","id":"a","state":"pending"}')
  last().say('{"kind":"from_the_future"}')
  last().say('not json')
  expect(listener.notice.mock.calls).toEqual([[{ kind: 'finding', id: 'a', state: 'pending' }]])
})

it('leaves a cut connection to the browser', () => {
  listen('/live', listener)
  last().dispatchEvent(new Event('error'))
  vi.advanceTimersByTime(60_000)
  expect(listener.lost).toHaveBeenCalledOnce()
  expect(FakeSource.made).toHaveLength(1)
})

it('opens a new one, later each time, where the browser gave up', () => {
  listen('/live', listener)
  const fail = (): void => {
    last().close()
    last().dispatchEvent(new Event('error'))
  }
  fail()
  vi.advanceTimersByTime(2_000)
  expect(FakeSource.made).toHaveLength(2)
  fail()
  vi.advanceTimersByTime(2_000)
  expect(FakeSource.made).toHaveLength(2)
  vi.advanceTimersByTime(2_000)
  expect(FakeSource.made).toHaveLength(3)
  last().say('{"resumed":false}', 'begun')
  expect(listener.opened.mock.calls).toEqual([[false]])
})

it('says whether it goes on where it was cut', () => {
  listen('/live', listener)
  for (const data of ['{"resumed":false}', '{"resumed":true}', '{}', 'not json']) {
    last().say(data, 'begun')
  }
  expect(listener.opened.mock.calls).toEqual([[false], [true], [false], [false]])
})

it('stays closed once it was closed', () => {
  const close = listen('/live', listener)
  last().close()
  last().dispatchEvent(new Event('error'))
  close()
  vi.advanceTimersByTime(60_000)
  expect(FakeSource.made).toHaveLength(1)
})

import type { Command } from '@xunfang/shared'
import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { MemoryBackend } from '../backend/memory'
import { captureView, memoryData, startView } from '../testing/samples'
import { mountAt } from '../testing/mount'
import { makeCamera } from './camera'

function input(): HTMLInputElement {
  const made = document.createElement('input')
  made.type = 'file'
  document.body.append(made)
  return made
}

beforeEach(() => {
  window.scrollTo = vi.fn() as typeof window.scrollTo
})
afterEach(() => {
  document.body.innerHTML = ''
  vi.useRealTimers()
})

describe('the camera', () => {
  it('opens after it was noted what for, and only once', async () => {
    const backend = new MemoryBackend(memoryData())
    const camera = makeCamera(backend)
    const field = input()
    const opened: number[] = []
    field.addEventListener('click', (event) => {
      void camera.open(event, 'point-1', 'cables-tidy')
      if (!event.defaultPrevented) opened.push(backend.asked.length)
    })
    field.click()
    expect(opened).toEqual([])
    await flushPromises()
    expect(opened).toEqual([1])
    expect(backend.asked[0]).toEqual({ cmd: 'expect_photo', point: 'point-1', item: 'cables-tidy' } satisfies Command)
    camera.closed()
    expect(backend.asked[1]).toEqual({ cmd: 'end_capture' })
  })

  it('opens by the tap that was made, where the web view knows how', async () => {
    const backend = new MemoryBackend(memoryData())
    const camera = makeCamera(backend)
    const field = input()
    const asked: number[] = []
    field.showPicker = () => { asked.push(backend.asked.length) }
    let clicks = 0
    field.addEventListener('click', (event) => {
      clicks += 1
      void camera.open(event, 'point-1', null)
    })
    for (let tap = 1; tap <= 2; tap += 1) {
      field.click()
      await flushPromises()
      expect([clicks, asked]).toEqual([tap, Array.from({ length: tap }, (_, index) => index + 1)])
    }
  })

  it.each([
    ['the note fails', () => { throw new Error('full') }],
    ['the note takes too long', () => new Promise<void>(() => undefined)],
  ])('opens all the same where %s', async (_, before) => {
    vi.useFakeTimers()
    const backend = new MemoryBackend(memoryData())
    backend.before = before
    const camera = makeCamera(backend)
    const field = input()
    let opened = 0
    field.addEventListener('click', (event) => {
      void camera.open(event, 'point-1', null)
      if (!event.defaultPrevented) opened += 1
    })
    field.click()
    await vi.advanceTimersByTimeAsync(1_000)
    expect(opened).toBe(1)
  })
})

describe('an app that was ended while the camera was open', () => {
  it('comes back to the form and says what was found', async () => {
    const data = memoryData({ start: startView({ interrupted: true }) })
    const [point] = data.points
    if (point === undefined) throw new Error('there is a point')
    const backend = new MemoryBackend({ ...data, captured: captureView({ point: point.point.id }) })
    const { router, byTestId } = await mountAt('/', backend)
    expect(router.currentRoute.value.path).toBe(`/point/${point.point.id}/record`)
    expect(byTestId('saved-toast')).toHaveLength(1)
    // Only once: going elsewhere is going elsewhere.
    await router.push('/')
    expect(router.currentRoute.value.path).toBe('/')
  })

  it('opens as always where there is no form to go back to', async () => {
    const backend = new MemoryBackend(memoryData({ start: startView({ interrupted: true }) }))
    const { router, byTestId } = await mountAt('/', backend)
    expect(router.currentRoute.value.path).toBe('/')
    expect(byTestId('saved-toast')).toHaveLength(0)
  })
})

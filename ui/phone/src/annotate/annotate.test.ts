import type { DrawnShape, PhotoView } from '@xunfang/shared'
import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { matchedRouteKey } from 'vue-router'

import { BackendError } from '../backend/backend'
import { createMessages, i18nKey } from '../messages'
import AnnotateSheet from './AnnotateSheet.vue'
import { Drawing } from './drawing'

const ARROW: DrawnShape = { shape: 'arrow', from: { x: 0, y: 0 }, to: { x: 5_000, y: 5_000 }, colour: 'red' }

describe('a drawing', () => {
  it('places a finger by the longer side, and the edge is as far as it goes', () => {
    const wide = new Drawing([], 4_000, 3_000)
    expect(wide.spot(0.5, 0.5)).toEqual({ x: 5_000, y: 3_750 })
    expect(wide.spot(-1, 7)).toEqual({ x: 0, y: 7_500 })
    expect(new Drawing([], 3_000, 4_000).spot(1, 1)).toEqual({ x: 7_500, y: 10_000 })
  })

  it('keeps what was meant and drops a tap by mistake', () => {
    const drawing = new Drawing([], 100, 100)
    drawing.begin({ x: 100, y: 100 })
    drawing.move({ x: 120, y: 120 })
    drawing.end()
    expect(drawing.data.shapes).toEqual([])
    drawing.data.tool = 'ellipse'
    drawing.data.colour = 'blue'
    drawing.begin({ x: 100, y: 100 })
    drawing.move({ x: 900, y: 700 })
    drawing.end()
    expect(drawing.data.shapes).toEqual([{ shape: 'ellipse', from: { x: 100, y: 100 }, to: { x: 900, y: 700 }, colour: 'blue' }])
  })

  it('takes a spot for each step of a freehand line, and no more than a photo takes', () => {
    const drawing = new Drawing([], 100, 100)
    drawing.data.tool = 'line'
    drawing.begin({ x: 0, y: 0 })
    for (let x = 0; x <= 10_000; x += 5) drawing.move({ x, y: x % 100 })
    for (let x = 10_000; x >= 0; x -= 5) drawing.move({ x, y: 5_000 })
    drawing.end()
    const [line] = drawing.data.shapes
    if (line?.shape !== 'line') throw new Error('a line was drawn')
    expect(line.path.length).toBe(200)
    expect(line.path[1]?.x).toBeLessThanOrEqual(50)
    // Three such lines are all that a photo takes.
    for (let more = 0; more < 4; more += 1) {
      drawing.begin({ x: 0, y: 0 })
      for (let x = 0; x <= 10_000; x += 50) drawing.move({ x, y: (x / 50) % 2 === 0 ? 0 : 100 })
      drawing.end()
    }
    const spots = drawing.data.shapes.reduce((sum, shape) => sum + (shape.shape === 'line' ? shape.path.length : 0), 0)
    expect(spots).toBe(600)
    expect(drawing.full.value).toBe(true)
  })

  it('undoes one after the other, also what was drawn last time, and what was cleared', () => {
    const drawing = new Drawing([ARROW], 100, 100)
    drawing.write({ x: 10, y: 10 }, '  broken \n cover ')
    expect(drawing.data.shapes.at(-1)).toEqual({ shape: 'label', at: { x: 10, y: 10 }, text: 'broken cover', colour: 'red' })
    drawing.clear()
    expect(drawing.data.shapes).toEqual([])
    drawing.undo()
    expect(drawing.data.shapes).toHaveLength(2)
    drawing.undo()
    expect(drawing.data.shapes).toEqual([ARROW])
    expect(drawing.changed.value).toBe(false)
    drawing.undo()
    expect(drawing.data.shapes).toEqual([])
    drawing.undo()
    expect(drawing.changed.value).toBe(true)
  })

  it('cuts a text to what a photo takes, by characters', () => {
    const drawing = new Drawing([], 100, 100)
    drawing.write({ x: 0, y: 0 }, '\u{20bb7}'.repeat(30))
    drawing.write({ x: 0, y: 0 }, '   ')
    expect(drawing.data.shapes).toHaveLength(1)
    const [label] = drawing.data.shapes
    expect(label?.shape === 'label' && Array.from(label.text).length).toBe(20)
  })

  it('is full at sixty', () => {
    const drawing = new Drawing(Array.from({ length: 60 }, () => ARROW), 100, 100)
    drawing.begin({ x: 0, y: 0 })
    expect(drawing.data.current).toBeNull()
    drawing.write({ x: 0, y: 0 }, 'more')
    expect(drawing.data.shapes).toHaveLength(60)
  })
})

const PHOTO: PhotoView = {
  sha256: 'a'.repeat(64), bytes: 1, width: 4_000, height: 3_000, source: 'camera', taken_at: 0,
  state: 'draft', code: '7KQ2-M0XA-93ZC-VH4N', marks: [], shapes: [], annotated: null,
}

describe('the sheet', () => {
  beforeEach(() => {
    // The stage has no size in a test's document.
    vi.spyOn(HTMLImageElement.prototype, 'getBoundingClientRect').mockReturnValue(new DOMRect(0, 0, 400, 300))
  })
  afterEach(() => {
    vi.restoreAllMocks()
    document.body.innerHTML = ''
  })

  function open(save: (shapes: DrawnShape[]) => Promise<void>, photo: PhotoView = PHOTO) {
    const i18n = createMessages()
    const wrapper = mount(AnnotateSheet, {
      props: { photo, url: 'memory:a/working', save },
      global: {
        plugins: [i18n],
        // The page that the sheet lies over.
        provide: { [i18nKey as symbol]: i18n, [matchedRouteKey as symbol]: { value: { leaveGuards: new Set() } } },
      },
      attachTo: document.body,
    })
    const find = (id: string) => wrapper.find(`[data-testid="${id}"]`)
    const drag = async (from: [number, number], to: [number, number]): Promise<void> => {
      const at = ([clientX, clientY]: [number, number]) => ({ clientX, clientY, pointerId: 1, button: 0 })
      await find('annotate-stage').trigger('pointerdown', at(from))
      await find('annotate-stage').trigger('pointermove', at(to))
      await find('annotate-stage').trigger('pointerup', at(to))
    }
    return { wrapper, find, drag }
  }

  it('keeps an arrow, a mosaic and a text with one tap', async () => {
    const save = vi.fn(() => Promise.resolve())
    const { wrapper, find, drag } = open(save)
    await drag([40, 30], [200, 150])
    await find('tool-mosaic').trigger('click')
    await drag([200, 150], [400, 300])
    await find('tool-label').trigger('click')
    await find('colour-yellow').trigger('click')
    await find('annotate-stage').trigger('pointerdown', { clientX: 100, clientY: 75, pointerId: 1, button: 0 })
    await find('annotate-text').setValue('broken')
    await wrapper.find('form').trigger('submit')
    await find('annotate-done').trigger('click')
    await flushPromises()
    expect(save).toHaveBeenCalledWith([
      { shape: 'arrow', from: { x: 1_000, y: 750 }, to: { x: 5_000, y: 3_750 }, colour: 'red' },
      { shape: 'mosaic', from: { x: 5_000, y: 3_750 }, to: { x: 10_000, y: 7_500 } },
      { shape: 'label', at: { x: 2_500, y: 1_875 }, text: 'broken', colour: 'yellow' },
    ])
    expect(wrapper.emitted('close')).toHaveLength(1)
  })

  it('keeps the drawing on the screen where it could not be kept, and says why', async () => {
    const { wrapper, find, drag } = open(() => Promise.reject(new BackendError('disk_full', 'full')))
    await drag([40, 30], [200, 150])
    await find('annotate-done').trigger('click')
    await flushPromises()
    expect(wrapper.emitted('close')).toBeUndefined()
    expect(wrapper.find('[role="alert"]').exists()).toBe(true)
    expect(wrapper.findAll('path.rim').length).toBeGreaterThan(0)
  })

  it('writes nothing where nothing was changed', async () => {
    const save = vi.fn(() => Promise.resolve())
    const { wrapper, find } = open(save, { ...PHOTO, shapes: [ARROW], annotated: 'b'.repeat(64) })
    await find('annotate-done').trigger('click')
    expect(save).not.toHaveBeenCalled()
    expect(wrapper.emitted('close')).toHaveLength(1)
  })

  it('forgets what one finger drew when a second one comes', async () => {
    const { find, wrapper } = open(() => Promise.resolve())
    await find('annotate-stage').trigger('pointerdown', { clientX: 10, clientY: 10, pointerId: 1, button: 0 })
    await find('annotate-stage').trigger('pointermove', { clientX: 200, clientY: 200, pointerId: 1, button: 0 })
    await find('annotate-stage').trigger('pointerdown', { clientX: 300, clientY: 10, pointerId: 2, button: 0 })
    expect(wrapper.findAll('path.rim')).toHaveLength(0)
  })
})

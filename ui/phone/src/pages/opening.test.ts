import { afterEach, describe, expect, it, vi } from 'vitest'

import { MemoryBackend } from '../backend/memory'
import { OpeningBackend } from '../backend/opening'
import { FIRST_QUESTIONS } from '../state/first'
import { mountAt, type Mounted } from '../testing/mount'
import { memoryData, startView } from '../testing/samples'

let page: Mounted

afterEach(() => {
  page.wrapper.unmount()
})

describe('a page that came with its answers', () => {
  it('shows the list in the chosen language without asking, and says that it is usable', async () => {
    window.scrollTo = () => undefined
    const settings = { language: 'en', large_text: true, high_contrast: false }
    const memory = new MemoryBackend(memoryData({ start: startView({ settings }) }))
    const [start, points] = FIRST_QUESTIONS
    const answers = [
      { command: start, answer: memory.data.start },
      { command: points, answer: await memory.run(points) },
    ]
    memory.asked.length = 0

    page = await mountAt('/', new OpeningBackend(memory, answers))
    expect(page.byTestId('point-row')).toHaveLength(memory.data.points.length)
    expect(document.documentElement.lang).toBe('en')
    expect(document.documentElement.dataset['text']).toBe('large')
    expect(page.wrapper.find('h1').text()).toBe('Today')
    await vi.waitFor(() => {
      expect(memory.asked).toEqual([{ cmd: 'usable' }])
    })
  })
})

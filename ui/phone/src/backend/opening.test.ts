import { describe, expect, it } from 'vitest'

import { FIRST_QUESTIONS } from '../state/first'
import { memoryData } from '../testing/samples'
import { MemoryBackend } from './memory'
import { OpeningBackend, openingAnswers } from './opening'

function page(text: string): Document {
  const made = document.implementation.createHTMLDocument()
  const script = made.createElement('script')
  script.type = 'application/json'
  script.id = 'opening'
  script.textContent = text
  made.body.append(script)
  return made
}

describe('openingAnswers', () => {
  it('reads what the host wrote beside the questions', () => {
    const answered = [{ command: { cmd: 'usable' }, answer: null }]
    expect(openingAnswers(page(JSON.stringify(answered)))).toEqual(answered)
  })

  it('finds none where nobody answered', () => {
    expect(openingAnswers(page(JSON.stringify(FIRST_QUESTIONS)))).toEqual([])
    expect(openingAnswers(page(''))).toEqual([])
    expect(openingAnswers(document.implementation.createHTMLDocument())).toEqual([])
  })
})

describe('OpeningBackend', () => {
  const start = { cmd: 'start' } as const
  const points = { cmd: 'points', query: '', kind: null, offset: 0, limit: 12 } as const

  it('knows the answers of the page once, whatever the order of the fields', () => {
    const memory = new MemoryBackend(memoryData())
    const early = { rows: [], total: 7, types: [], position: memory.data.position }
    const asked = { limit: 12, offset: 0, kind: null, query: '', cmd: 'points' } as const
    const backend = new OpeningBackend(memory, [{ command: asked, answer: early }])
    expect(backend.known({ ...points, query: '东' })).toBeUndefined()
    expect(backend.known(points)).toBe(early)
    expect(backend.known(points)).toBeUndefined()
    expect(memory.asked).toEqual([])
  })

  it('asks whenever it is told to', async () => {
    const memory = new MemoryBackend(memoryData())
    const backend = new OpeningBackend(memory, [{ command: start, answer: {} }])
    expect(await backend.run(start)).toBe(memory.data.start)
    expect(memory.asked).toEqual([start])
  })

  it('forgets them once a change was told', () => {
    const memory = new MemoryBackend(memoryData())
    const backend = new OpeningBackend(memory, [{ command: start, answer: {} }])
    memory.tell('reference')
    expect(backend.known(start)).toBeUndefined()
  })
})

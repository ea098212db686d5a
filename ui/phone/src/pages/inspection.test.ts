import { flushPromises, type DOMWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { BackendError } from '../backend/backend'
import { MemoryBackend } from '../backend/memory'
import { mountAt, settle, type Mounted } from '../testing/mount'
import { memoryData } from '../testing/samples'

let backend: MemoryBackend
let page: Mounted

beforeEach(async () => {
  window.scrollTo = () => undefined
  Element.prototype.scrollIntoView = () => undefined
  backend = new MemoryBackend(memoryData())
  page = await mountAt('/point/b', backend)
  await one(page.byTestId('inspect')).trigger('click')
  await settle()
})
afterEach(() => {
  page.wrapper.unmount()
})

function one(found: DOMWrapper<Element>[]): DOMWrapper<Element> {
  const [first] = found
  if (first === undefined) throw new Error('nothing found')
  return first
}

const item = (code: string): DOMWrapper<Element> =>
  one(page.wrapper.findAll(`[data-testid="item"][data-code="${code}"]`))

async function tap(within: DOMWrapper<Element>, testid: string): Promise<void> {
  await one(within.findAll(`[data-testid="${testid}"]`)).trigger('click')
  await settle()
}

async function type(within: DOMWrapper<Element>, testid: string, text: string): Promise<void> {
  await one(within.findAll(`[data-testid="${testid}"]`)).setValue(text)
}

const saved = (): unknown[] => backend.asked.filter(({ cmd }) => cmd === 'save_answer')

describe('an inspection', () => {
  it('is begun at its point and shows a control for each kind of item', () => {
    expect(page.router.currentRoute.value.path).toBe('/point/b/inspection/i1')
    expect(item('litter').find('[data-testid="holds-yes"]').exists()).toBe(true)
    expect(item('manhole-intact-rate').find('[data-testid="rate-good"]').exists()).toBe(true)
    expect(item('cables').find('[data-testid="count"]').exists()).toBe(true)
    expect(item('order').findAll('[data-testid="part"]')).toHaveLength(2)
    expect(item('adverts').find('[data-testid="line-start"]').exists()).toBe(true)
    expect(item('cables').text()).toContain('推断值')
    expect(one(item('manhole-intact-rate').findAll('[data-testid="item-limit"]')).text()).toBe('≥ 98%')
  })

  it('keeps every key, one change at a time, and the newest last', async () => {
    let release = (): void => undefined
    backend.before = (command) =>
      command.cmd === 'save_answer' && saved().length === 1
        ? new Promise((resolve) => { release = resolve })
        : undefined
    const rate = item('manhole-intact-rate')
    for (const typed of ['9', '97']) await type(rate, 'rate-good', typed)
    for (const typed of ['2']) await type(rate, 'rate-bad', typed)
    await flushPromises()
    expect(saved()).toHaveLength(1)
    release()
    await settle()
    expect(saved()).toHaveLength(2)
    expect(saved().at(-1)).toMatchObject({
      value: { form: 'rate', good: 97, counted: 99, counting: { how: 'sample', total: null } },
    })
    const shown = rate.find<HTMLInputElement>('[data-testid="rate-good"]')
    expect(shown.element.value).toBe('97')
  })

  it('reads full-width digits and takes no letters', async () => {
    await type(item('cables'), 'count', '１２')
    await settle()
    expect(saved().at(-1)).toMatchObject({ value: { form: 'count', count: 12 } })
    for (const [typed, fault] of [['many', '这不是数字'], ['-3', '不能小于 0'], ['1.5', '这不是数字']] as const) {
      await type(item('cables'), 'count', typed)
      await settle()
      expect(saved().at(-1)).toMatchObject({ value: null })
      expect(one(item('cables').findAll('[data-testid="field-fault"]')).text()).toBe(fault)
    }
    await type(item('cables'), 'count', '3')
    expect(item('cables').findAll('[data-testid="field-fault"]')).toHaveLength(0)
  })

  it('asks for photos where an item fails, and leads to the finding with the item filled in', async () => {
    await tap(item('litter'), 'holds-no')
    expect(one(item('litter').findAll('[data-testid="item-photos"]')).text()).toContain('0/1')
    await tap(item('litter'), 'raise')
    expect(page.router.currentRoute.value.fullPath).toBe('/point/b/record?item=litter')
    const chosen = page.wrapper.find<HTMLInputElement>('[data-testid="criterion"][data-code="litter"] input')
    expect(chosen.element.checked).toBe(true)
  })

  it('says at once what is wrong with a photo of an item, and shows it large', async () => {
    backend.data.marks = [{ mark: 'blurred' }]
    await tap(item('litter'), 'holds-no')
    const camera = one(item('litter').findAll('[data-testid="item-camera"]'))
    Object.defineProperty(camera.element, 'files', { value: [new File(['x'], 'x.jpg', { type: 'image/jpeg' })] })
    Object.defineProperty(camera.element, 'value', { value: '', writable: true })
    await camera.trigger('change')
    await settle()
    expect(one(item('litter').findAll('[data-testid="photo-hints"]')).text()).toContain('建议重拍')
    await tap(item('litter'), 'item-photo-show')
    expect(document.querySelector('[data-testid="photo-viewer"]')).not.toBeNull()
  })

  it('says what is missing instead of submitting, and submits when nothing is', async () => {
    const submit = one(page.byTestId('submit-inspection'))
    await submit.trigger('click')
    expect(page.byTestId('lack')).toHaveLength(5)
    await one(page.byTestId('lack')).trigger('click')
    await flushPromises()
    expect(document.activeElement?.id).toBe('item-litter')
    await tap(item('litter'), 'holds-yes')
    await type(item('manhole-intact-rate'), 'rate-good', '40')
    await tap(item('cables'), 'count-more')
    for (const part of item('order').findAll('[data-testid="part"]')) await tap(part, 'holds-yes')
    for (const step of ['line-start', 'line-mark', 'line-end']) await tap(item('adverts'), step)
    await settle()
    expect(page.byTestId('lack')).toHaveLength(0)
    await submit.trigger('click')
    await settle()
    expect(one(page.byTestId('inspection-stage')).attributes('data-stage')).toBe('saved')
    expect(page.byTestId('holds-yes')).toHaveLength(0)
    expect(page.byTestId('saved-toast')).toHaveLength(1)
  })

  it('takes a reason where there is nothing to look at', async () => {
    await tap(item('litter'), 'ask-excuse')
    await type(item('litter'), 'nothing-here', 'indoor')
    await settle()
    expect(saved().at(-1)).toMatchObject({ value: { form: 'not-applicable', reason: 'indoor' } })
  })

  it('shows why an answer was not kept', async () => {
    backend.before = ({ cmd }) => {
      if (cmd === 'save_answer') throw new BackendError('disk_full', 'full')
    }
    await tap(item('litter'), 'holds-yes')
    expect(one(page.byTestId('error-message')).attributes('data-code')).toBe('disk_full')
    expect(one(page.byTestId('inspection-state')).text()).toContain('1 处没有存下')
  })

  it('keeps what could not be saved, tries it again, and submits nothing else meanwhile', async () => {
    for (const part of item('order').findAll('[data-testid="part"]')) await tap(part, 'holds-yes')
    for (const step of ['line-start', 'line-mark', 'line-end']) await tap(item('adverts'), step)
    await type(item('manhole-intact-rate'), 'rate-good', '40')
    await tap(item('cables'), 'count-more')
    await tap(item('litter'), 'holds-yes')
    let full = true
    backend.before = ({ cmd }) => {
      if (full && cmd.startsWith('save_answer')) throw new BackendError('disk_full', 'full')
    }
    await tap(item('litter'), 'holds-no')
    await type(item('litter'), 'item-note', 'by the gate')
    await settle()
    // What is read again takes nothing of it away.
    backend.tell('position')
    await settle()
    expect(one(item('litter').findAll('[data-testid="holds-no"]')).attributes('aria-pressed')).toBe('true')
    await one(page.byTestId('submit-inspection')).trigger('click')
    await settle()
    expect(one(page.byTestId('inspection-stage')).attributes('data-stage')).toBe('open')
    full = false
    await one(page.wrapper.findAll('[data-testid="error-message"] button')).trigger('click')
    await settle()
    expect(page.byTestId('error-message')).toHaveLength(0)
    expect(saved().at(-1)).toMatchObject({ value: { form: 'holds', holds: false } })
    const notes = backend.asked.filter(({ cmd }) => cmd === 'save_answer_note')
    expect(notes.at(-1)).toMatchObject({ note: 'by the gate' })
    expect(one(page.byTestId('inspection-state')).text()).toContain('已存到手机')
  })

  it('keeps a photo that could not be made durable', async () => {
    await tap(item('litter'), 'holds-no')
    let full = true
    backend.stage = () => {
      if (!full) return
      full = false
      throw new BackendError('disk_full', 'full')
    }
    const files = [new File(['a'], 'a.jpg'), new File(['b'], 'b.jpg')]
    const input = item('litter').find<HTMLInputElement>('input[type="file"]')
    Object.defineProperty(input.element, 'files', { value: files, configurable: true })
    await input.trigger('change')
    await settle()
    // The first failed and was tried again after the second.
    expect(item('litter').findAll('.thumb')).toHaveLength(2)
    expect(page.byTestId('error-message')).toHaveLength(0)
  })
})

import { flushPromises, type DOMWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { BackendError } from '../backend/backend'
import { MemoryBackend } from '../backend/memory'
import { AUTOSAVE_MS } from '../state/record'
import { mountAt, settle, type Mounted } from '../testing/mount'
import { memoryData } from '../testing/samples'

let backend: MemoryBackend
let page: Mounted

beforeEach(async () => {
  window.scrollTo = () => undefined
  backend = new MemoryBackend(memoryData())
  page = await mountAt('/point/b/record', backend)
})
afterEach(() => {
  page.wrapper.unmount()
})

function only(id: string): DOMWrapper<Element> {
  const found = page.byTestId(id)[0]
  if (found === undefined) throw new Error(`no ${id} on the page`)
  return found
}

async function choose(input: string, ...files: File[]): Promise<void> {
  const control = only(input)
  Object.defineProperty(control.element, 'files', { value: files, configurable: true })
  Object.defineProperty(control.element, 'value', { value: '', configurable: true, writable: true })
  await control.trigger('change')
  await flushPromises()
}

const PHOTO = new File(['bytes'], 'photo.jpg', { type: 'image/jpeg' })
const BROKEN = new File(['x'], 'broken.jpg', { type: 'image/jpeg' })

async function pick(code: string): Promise<void> {
  await page.wrapper.find(`[data-testid="criterion"][data-code="${code}"] input`).trigger('change')
}

const saveDisabled = (): boolean => only('save').attributes('disabled') !== undefined

describe('the finding form', () => {
  it('can be saved once there is a photo and a criterion', async () => {
    expect(saveDisabled()).toBe(true)
    await choose('camera-input', PHOTO)
    expect(saveDisabled()).toBe(true)
    await pick('litter')
    expect(saveDisabled()).toBe(false)
  })

  it('says by code why a photo was not kept, and keeps the others', async () => {
    backend.stage = (file) => {
      if (file === BROKEN) throw new BackendError('photo_damaged', 'breaks off')
    }
    await choose('file-input', PHOTO, BROKEN, PHOTO)
    expect(page.byTestId('photo-thumb')).toHaveLength(2)
    expect(only('error-message').attributes('data-code')).toBe('photo_damaged')
    expect(only('error-message').text()).toContain('broken.jpg')
    expect(only('error-message').text()).toContain('其他照片')
  })

  it('takes in a burst one by one, says how far it is, keeps what is typed meanwhile, and can be cut short', async () => {
    const begun: (() => void)[] = []
    backend.before = (command) => {
      // Nothing typed waits for photos.
      if (command.cmd === 'save_draft') expect(begun).toHaveLength(1)
    }
    const stage = backend.stagePhoto.bind(backend)
    let underWay = 0
    backend.stagePhoto = async (...of) => {
      underWay += 1
      expect(underWay).toBe(1)
      await new Promise<void>((resolve) => { begun.push(resolve) })
      underWay -= 1
      return stage(...of)
    }
    const burst = Array.from({ length: 20 }, (_, n) => new File([`${n}`], `${n}.jpg`, { type: 'image/jpeg' }))
    await choose('file-input', ...burst)
    expect(only('photo-progress').text()).toContain('第 1 张，共 20 张')
    expect(begun).toHaveLength(1)
    vi.useFakeTimers()
    try {
      await only('note').setValue('typed meanwhile')
      await vi.advanceTimersByTimeAsync(AUTOSAVE_MS)
    } finally {
      vi.useRealTimers()
    }
    expect(backend.asked.at(-1)).toMatchObject({ cmd: 'save_draft', note: 'typed meanwhile' })

    begun[0]?.()
    await settle()
    expect(page.byTestId('photo-thumb')).toHaveLength(1)
    expect(only('photo-progress').text()).toContain('第 2 张，共 20 张')
    expect(only('photo-cancel').text()).toContain('18 张')
    await only('photo-cancel').trigger('click')
    begun[1]?.()
    await settle()
    // The one that was under way is kept, the others are not begun.
    expect(begun).toHaveLength(2)
    expect(page.byTestId('photo-thumb')).toHaveLength(2)
    expect(page.byTestId('photo-progress')).toHaveLength(0)
    await pick('litter')
    expect(saveDisabled()).toBe(false)
  })

  it('says what is wrong with a photo at once, and shows it as it will be passed on', async () => {
    backend.data.marks = [{ mark: 'mock_position' }, { mark: 'dark' }]
    await choose('camera-input', PHOTO)
    const hint = only('photo-hints').text()
    expect(hint).toContain('画面太暗')
    expect(hint).toContain('建议重拍')
    expect(hint).not.toContain('模拟定位')
    await only('photo-show').trigger('click')
    await settle()
    expect(document.querySelector('[data-testid="photo-viewer"]')).not.toBeNull()
  })

  it('says saved only when it is durable', async () => {
    await choose('camera-input', PHOTO)
    await pick('litter')
    let release: () => void = () => undefined
    backend.before = (command) =>
      command.cmd === 'save_finding'
        ? new Promise<void>((resolve) => {
            release = resolve
          })
        : undefined

    await only('save').trigger('click')
    await flushPromises()
    expect(page.byTestId('saved-toast')).toHaveLength(0)

    release()
    await settle()
    expect(only('saved-toast').text()).toContain('1 条待传')
    expect(page.router.currentRoute.value.name).toBe('point')
  })

  it('keeps everything and says why when saving fails', async () => {
    await choose('camera-input', PHOTO)
    await pick('cables')
    await only('note').setValue('three and more')
    backend.before = (command) => {
      if (command.cmd === 'save_finding') throw new BackendError('disk_full', 'no space')
    }
    await only('save').trigger('click')
    await settle()
    expect(page.byTestId('saved-toast')).toHaveLength(0)
    expect(only('error-message').attributes('data-code')).toBe('disk_full')
    expect(page.byTestId('photo-thumb')).toHaveLength(1)
    expect((only('note').element as HTMLTextAreaElement).value).toBe('three and more')
    expect(saveDisabled()).toBe(false)
  })

  it('starts over after save and next', async () => {
    await choose('camera-input', PHOTO)
    await pick('litter')
    await only('save-next').trigger('click')
    await settle()
    expect(page.byTestId('saved-toast')).toHaveLength(1)
    expect(page.router.currentRoute.value.name).toBe('record')
    expect(page.byTestId('photo-thumb')).toHaveLength(0)
    expect(saveDisabled()).toBe(true)
    expect(document.activeElement).toBe(only('camera-input').element)
  })

  it('writes the draft shortly after the last key, and at once when hidden', async () => {
    vi.useFakeTimers()
    try {
      await only('note').setValue('a')
      await only('note').setValue('ab')
      await vi.advanceTimersByTimeAsync(AUTOSAVE_MS)
      const drafts = backend.asked.filter(({ cmd }) => cmd === 'save_draft')
      expect(drafts).toEqual([{ cmd: 'save_draft', point: 'b', criterion: '', note: 'ab' }])

      await only('note').setValue('abc')
      window.dispatchEvent(new Event('pagehide'))
      await vi.advanceTimersByTimeAsync(0)
      expect(backend.data.points[1]?.draft.note).toBe('abc')
    } finally {
      vi.useRealTimers()
    }
  })

  it('goes on with what was begun', async () => {
    await choose('camera-input', PHOTO)
    await pick('cables')
    await page.router.push('/point/b')
    await settle()
    expect(only('record').text()).toContain('继续未保存的问题')
    await only('record').trigger('click')
    await settle()
    expect(page.byTestId('photo-thumb')).toHaveLength(1)
    expect(saveDisabled()).toBe(false)
  })
})

import type { FindingView, PointDetail, Review } from '@xunfang/shared'
import { flushPromises, type DOMWrapper } from '@vue/test-utils'
import axe from 'axe-core'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { BackendError } from '../backend/backend'
import { MemoryBackend } from '../backend/memory'
import { mountAt, settle, type Mounted } from '../testing/mount'
import { conflict, finding, memoryData, pointDetail, startView } from '../testing/samples'

let backend: MemoryBackend
let page: Mounted

beforeEach(() => {
  // axe looks for icon fonts on a canvas, which jsdom has not.
  HTMLCanvasElement.prototype.getContext = () => null
  window.scrollTo = () => undefined
})
afterEach(() => {
  page.wrapper.unmount()
})

/** The point of these tests, as the core has it. */
function point(): PointDetail {
  const [detail] = backend.data.points
  if (detail === undefined) throw new Error('no point')
  return detail
}

async function open(path: string, ...findings: FindingView[]): Promise<void> {
  backend = new MemoryBackend(memoryData({ points: [pointDetail('a', 'school', null, findings)] }))
  page = await mountAt(path, backend)
}

function only(id: string): DOMWrapper<Element> {
  const found = page.byTestId(id)[0]
  if (found === undefined) throw new Error(`no ${id} on the page`)
  return found
}

async function tap(id: string): Promise<void> {
  await only(id).trigger('click')
  await settle()
}

/** The question on the screen; there is one dialog, which hides between questions. */
function question(): HTMLElement | null {
  const dialog = document.querySelector<HTMLElement>('.van-dialog')
  return dialog === null || dialog.style.display === 'none' ? null : dialog
}

async function answer(which: 'confirm' | 'cancel'): Promise<void> {
  const button = question()?.querySelector<HTMLElement>(`.van-dialog__${which}`)
  if (button === null || button === undefined) throw new Error('nothing is asked')
  button.click()
  await vi.waitFor(() => { expect(question()).toBeNull() })
  await settle()
}

async function photograph(): Promise<void> {
  const control = only('camera-input')
  const photo = new File(['bytes'], 'photo.jpg', { type: 'image/jpeg' })
  Object.defineProperty(control.element, 'files', { value: [photo], configurable: true })
  Object.defineProperty(control.element, 'value', { value: '', configurable: true, writable: true })
  await control.trigger('change')
  await flushPromises()
}

const note = (): string => (only('note').element as HTMLTextAreaElement).value
const asked = (cmd: string): unknown[] => backend.asked.filter((one) => one.cmd === cmd)
const at = (): string => page.router.currentRoute.value.path
const title = (): string => page.wrapper.find('h1').text()

const RETURNED = finding('f1', 'a', 'returned')

describe('a finding that was sent back', () => {
  it('is revised in the form of its point', async () => {
    await open('/point/a/finding/f1', RETURNED)
    expect(only('revise').text()).toBe('补充后重新提交')
    await tap('revise')
    expect(asked('revise_finding')).toEqual([{ cmd: 'revise_finding', id: 'f1' }])
    expect(at()).toBe('/point/a/record')
    expect(title()).toBe('补充问题')
    expect(only('revises-reason').text()).toBe('too dark')
    expect(only('revises').text()).toContain('Wang 退回')
    expect(note()).toBe('by the gate')
    expect(document.activeElement?.textContent).toBe('这条问题被退回，请补充')
  })

  it('says that another finding is begun there, and leads to it', async () => {
    await open('/point/a/finding/f1', RETURNED)
    point().draft.note = 'something else'
    await tap('revise')
    expect(at()).toBe('/point/a/finding/f1')
    expect(only('error-message').attributes('data-code')).toBe('draft_in_use')
    expect(only('error-message').text()).toContain('还没保存')
    await tap('open-draft')
    expect(at()).toBe('/point/a/record')
    expect(title()).toBe('记录问题')
    expect(note()).toBe('something else')
  })

  it('is shown as it stands where somebody has decided meanwhile', async () => {
    await open('/point/a/finding/f1', RETURNED)
    point().findings = [finding('f1', 'a', 'accepted')]
    await tap('revise')
    expect(only('error-message').attributes('data-code')).toBe('finding_moved_on')
    expect(only('finding-stage').attributes('data-stage')).toBe('accepted')
    expect(page.byTestId('revise')).toHaveLength(0)
  })

  it('leaves what was refused for good to be recorded again', async () => {
    await open('/point/a/finding/f1', finding('f1', 'a', 'rejected'))
    expect(page.byTestId('revise')).toHaveLength(0)
    await tap('record-again')
    expect(at()).toBe('/point/a/record')
    expect(title()).toBe('记录问题')
  })

  it('is revised again where its revision was refused', async () => {
    await open('/point/a/finding/f1', { ...RETURNED, stage: 'rejected', stuck: 'forbidden', revises: true })
    expect(page.byTestId('record-again')).toHaveLength(0)
    await tap('revise')
    expect(at()).toBe('/point/a/record')
    expect(title()).toBe('补充问题')
    expect(note()).toBe('by the gate')
  })
})

describe('the form of a revision', () => {
  async function revise(): Promise<void> {
    await open('/point/a/finding/f1', RETURNED)
    await tap('revise')
  }

  it('keeps the photos that were submitted, and asks for no new one', async () => {
    await revise()
    const kept = only('kept-photos')
    expect(kept.text()).toContain('已提交的照片（保留）')
    expect(kept.findAll('[data-testid="finding-photo"]').map((one) => one.attributes('data-sha256')))
      .toEqual(['a'.repeat(64)])
    expect(kept.find('[data-testid="photo-remove"]').exists()).toBe(false)
    expect(page.byTestId('save-next')).toHaveLength(0)
    expect(only('save').text()).toBe('重新提交')
    expect(only('save').attributes('disabled')).toBeUndefined()

    await only('note').setValue('from nearer')
    await tap('save')
    expect(asked('save_finding')).toEqual([
      { cmd: 'save_finding', point: 'a', criterion: 'litter', note: 'from nearer' },
    ])
    expect(only('saved-toast').text()).toContain('补充已保存')
    expect(only('saved-toast').text()).toContain('1 条待传')
    expect(at()).toBe('/point/a/finding/f1')
    expect(only('finding-stage').attributes('data-stage')).toBe('saved')
  })

  it('says so where a kept photo is on another phone', async () => {
    await revise()
    await only('kept-photos').find('img').trigger('error')
    expect(only('photo-elsewhere').text()).toContain('不在这台手机')
  })

  it('still needs a photo where none is kept', async () => {
    await open('/point/a', RETURNED)
    const revises = { finding: 'f1', review: RETURNED.review, photos: [] }
    point().draft = { criterion: 'litter', note: '', photos: [], revises }
    await page.router.push('/point/a/record')
    await settle()
    expect(only('save').attributes('disabled')).toBeDefined()
  })

  it('takes new photos as usual', async () => {
    await revise()
    await photograph()
    expect(page.byTestId('photo-thumb')).toHaveLength(1)
    expect(only('photo-thumb').find('[data-testid="photo-remove"]').exists()).toBe(true)
  })

  it('is what comes up at its point, and stays about what it was about', async () => {
    await revise()
    await page.router.push('/point/a')
    await settle()
    expect(page.wrapper.text()).toContain('退回的问题正在补充')
    expect(only('record').text()).toContain('继续补充问题')
    await page.router.push('/point/a/record?item=cables')
    await settle()
    expect(only('revises-reason').text()).toBe('too dark')
    const chosen = page.wrapper.findAll('[data-testid="criterion"].chosen')
    expect(chosen.map((one) => one.attributes('data-code'))).toEqual(['litter'])
    expect(asked('save_draft')).toEqual([])
  })

  it('says so where another review has come meanwhile', async () => {
    await open('/point/a', RETURNED)
    const revises = { finding: 'f1', review: null, photos: ['a'.repeat(64)] }
    point().draft = { criterion: 'litter', note: '', photos: [], revises }
    await page.router.push('/point/a/record')
    await settle()
    expect(only('revises').text()).toContain('审核结果刚有变动')
    expect(page.byTestId('revises-reason')).toHaveLength(0)
  })

  it('is given up at once where nothing was changed', async () => {
    await revise()
    expect(only('give-up-revision').text()).toBe('不改了')
    await tap('give-up-revision')
    expect(question()).toBeNull()
    expect(asked('give_up_revision')).toEqual([{ cmd: 'give_up_revision', point: 'a' }])
    expect(at()).toBe('/point/a/finding/f1')
    expect(page.byTestId('revise')).toHaveLength(1)
  })

  it.each([
    ['the note', async () => { await only('note').setValue('other words') }],
    ['the criterion', async () => {
      await page.wrapper.find('[data-testid="criterion"][data-code="cables"] input').trigger('change')
    }],
    ['the photos', photograph],
  ])('is given up only after a question where %s changed', async (_what, change) => {
    await revise()
    await change()
    await tap('give-up-revision')
    await answer('cancel')
    expect(asked('give_up_revision')).toEqual([])
    expect(at()).toBe('/point/a/record')
    await tap('give-up-revision')
    await answer('confirm')
    expect(asked('give_up_revision')).toHaveLength(1)
    expect(at()).toBe('/point/a/finding/f1')
    // What is written when the page is left would begin a new finding with the words given up.
    const after = backend.asked.slice(backend.asked.findIndex(({ cmd }) => cmd === 'give_up_revision'))
    expect(after.map(({ cmd }) => cmd)).not.toContain('save_draft')
    expect(point().draft).toMatchObject({ note: '', photos: [], revises: null })
  })

  it('stays with all that was entered where giving up fails', async () => {
    await revise()
    backend.before = ({ cmd }) => {
      if (cmd === 'give_up_revision') throw new BackendError('disk_failed', 'no')
    }
    await tap('give-up-revision')
    expect(at()).toBe('/point/a/record')
    expect(only('error-message').attributes('data-code')).toBe('disk_failed')
    expect(note()).toBe('by the gate')
  })
})

describe('a conflict', () => {
  const CONFLICT = '/point/a/finding/f1'

  it('shows both versions and what differs', async () => {
    await open(CONFLICT, conflict('f1', 'a'))
    expect(only('finding-stage').text()).toBe('需要你选择')
    const [mine, theirs] = [only('conflict-mine'), only('conflict-theirs')]
    expect(mine.text()).toContain('我的修改')
    expect(mine.text()).toContain('zh-cables')
    expect(mine.text()).toContain('taken again from nearer')
    expect(theirs.text()).toContain('服务器上的')
    expect(theirs.text()).toContain('zh-litter')
    expect(theirs.text()).toContain('by the gate')
    const photos = (of: DOMWrapper<Element>): number => of.findAll('[data-testid="finding-photo"]').length
    expect([photos(mine), photos(theirs)]).toEqual([2, 1])
    const marked = (of: DOMWrapper<Element>): number => of.findAll('[data-testid="conflict-photo-only"]').length
    expect([marked(mine), marked(theirs)]).toEqual([1, 0])
    expect(mine.findAll('.differs')).toHaveLength(2)
  })

  it('marks nothing that is the same', async () => {
    const view = conflict('f1', 'a')
    const note = view.theirs?.record.note ?? ''
    await open(CONFLICT, { ...view, record: { ...view.record, note } })
    expect(page.byTestId('conflict-criterion').every((one) => one.classes('differs'))).toBe(true)
    expect(page.byTestId('conflict-note').some((one) => one.classes('differs'))).toBe(false)
  })

  it.each<[Partial<Review>, string]>([
    [{ state: 'accepted' }, 'Wang 已经审核通过'],
    [{ state: 'returned', reason: 'still dark' }, 'Wang 又退回'],
    [{ state: 'pending', decided_at: null, decided_by: null }, '另一台手机'],
  ])('says what happened: %o', async (review, words) => {
    await open(CONFLICT, conflict('f1', 'a', review))
    expect(only('conflict-what').text()).toContain(words)
    expect(page.byTestId('finding-reason').map((one) => one.text()))
      .toEqual(review.reason === undefined ? [] : ['退回原因：still dark'])
  })

  it('submits the own version once more, without a question', async () => {
    await open(CONFLICT, conflict('f1', 'a'))
    expect(page.wrapper.text()).toContain('两份的照片都保留')
    await tap('keep-mine')
    expect(question()).toBeNull()
    expect(asked('settle_conflict')).toEqual([{ cmd: 'settle_conflict', id: 'f1', keep: 'mine', rev: 2 }])
    expect(page.byTestId('conflict')).toHaveLength(0)
    expect(only('finding-stage').attributes('data-stage')).toBe('saved')
    expect(page.wrapper.text()).toContain('taken again from nearer')
    expect(only('saved-toast').text()).toContain('1 条待传')
  })

  it('gives up the own version only after a question', async () => {
    await open(CONFLICT, conflict('f1', 'a'))
    await tap('keep-theirs')
    await answer('cancel')
    expect(asked('settle_conflict')).toEqual([])
    expect(page.byTestId('conflict')).toHaveLength(1)
    await tap('keep-theirs')
    await answer('confirm')
    expect(asked('settle_conflict')).toEqual([{ cmd: 'settle_conflict', id: 'f1', keep: 'theirs', rev: 2 }])
    expect(only('finding-stage').attributes('data-stage')).toBe('accepted')
    expect(page.wrapper.text()).toContain('by the gate')
  })

  it('stays with both where settling fails', async () => {
    await open(CONFLICT, conflict('f1', 'a'))
    backend.before = ({ cmd }) => {
      if (cmd === 'settle_conflict') throw new BackendError('disk_full', 'no')
    }
    await tap('keep-mine')
    expect(only('error-message').attributes('data-code')).toBe('disk_full')
    expect(page.byTestId('conflict')).toHaveLength(1)
    expect(only('keep-mine').attributes('disabled')).toBeUndefined()
  })

  it('is told in the lists, without an alarm', async () => {
    await open('/mine', conflict('f1', 'a'))
    const reason = only('finding-reason')
    expect(reason.text()).toContain('请你选一份')
    expect(reason.attributes('data-tone')).toBe('warn')
    expect(page.byTestId('sync-conflicts')).toHaveLength(0)
  })

  it('is counted, with a notice as soon as it comes', async () => {
    await open('/mine', RETURNED)
    const { sync } = backend.data.start
    const notice = { id: 3, code: 'finding_conflict', detail: '2', at: 0 }
    backend.data.start = startView({ sync: { ...sync, conflicts: 2 }, notices: [notice] })
    backend.tell('sync')
    await settle()
    expect(only('sync-conflicts').text()).toContain('2 条问题在别处也有了改动')
    expect(only('sync-chip').text()).toContain('待选择 2')
    expect(only('notice').attributes('data-tone')).toBe('warn')
    expect(only('notice').text()).toContain('需要你选择')
    expect(only('notice').text()).toContain('共 2 条')
    expect(page.byTestId('rescue')).toHaveLength(1)
  })
})

describe('the way of a revision', () => {
  const steps = (): string[] => page.wrapper.findAll('.step').map((one) =>
    `${one.attributes('data-state') ?? ''} ${one.find('.step-text > span').text()}`)

  it('goes on from what was sent back', async () => {
    await open('/point/a/finding/f1', { ...RETURNED, stage: 'saved', revises: true })
    expect(steps()).toEqual([
      'done 已存到手机', 'done 服务器已收到并存好', 'stopped Wang 退回',
      'done 补充已存到手机', 'open 照片已传 1/1', 'open 补充送达服务器', 'open 等待复核',
    ])
    expect(page.byTestId('revise')).toHaveLength(0)
  })

  it('waits for a second look once it has arrived', async () => {
    const review = { finding: 'f1', state: 'pending' as const, reason: '', rev: 2, decided_at: null, decided_by: null }
    await open('/point/a/finding/f1', { ...finding('f1', 'a', 'applied'), review })
    expect(only('finding-stage').text()).toBe('等待复核')
    expect(steps()).toEqual([
      'done 已存到手机', 'done 照片已传 1/1', 'done 服务器已收到并存好', 'open 补充已送达，等待复核',
    ])
  })

  it('stops where the person has to choose', async () => {
    await open('/point/a/finding/f1', conflict('f1', 'a'))
    expect(steps()).toEqual([
      'done 已存到手机', 'done 服务器已收到并存好', 'done Wang 审核通过',
      'done 补充已存到手机', 'open 照片已传 1/2', 'stopped 需要你选择',
    ])
  })
})

describe('accessibility', () => {
  it.each(['conflict', 'form'])('axe finds nothing at the %s', async (which) => {
    await open('/point/a/finding/f1', which === 'conflict' ? conflict('f1', 'a') : RETURNED)
    if (which === 'form') await tap('revise')
    const result = await axe.run(document.body, {
      // Colours need a real layout, which jsdom has not.
      rules: { 'color-contrast': { enabled: false } },
    })
    expect(result.violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([])
  })
})

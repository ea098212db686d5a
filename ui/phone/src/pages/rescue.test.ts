import type { ErrorCode, RescueView, SyncView } from '@xunfang/shared'
import axe from 'axe-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { BackendError, type RescueSaved } from '../backend/backend'
import { MemoryBackend } from '../backend/memory'
import { ERRORS } from '../errors/presentation'
import { zhCN } from '../messages/zh-CN'
import { mountAt, settle, type Mounted } from '../testing/mount'
import { memoryData, startView } from '../testing/samples'

let page: Mounted

beforeEach(() => {
  // axe looks for icon fonts on a canvas, which jsdom has not.
  HTMLCanvasElement.prototype.getContext = () => null
  window.scrollTo = () => undefined
})
afterEach(() => {
  page.wrapper.unmount()
})

const NAME = 'xunfang-20261123-0652.xfrescue'
const WAITING: RescueView = {
  records: 3, photos: 7, bytes: 24_600_000, can_be_made: true, file_name: NAME,
}

function withRescue(changes: Partial<RescueView> = {}): MemoryBackend {
  return new MemoryBackend(memoryData({ rescue: { ...WAITING, ...changes } }))
}

function withSync(changes: Partial<SyncView>): MemoryBackend {
  const { sync } = startView()
  return new MemoryBackend(memoryData({ start: startView({ sync: { ...sync, ...changes } }), rescue: WAITING }))
}

async function save(): Promise<void> {
  await page.byTestId('rescue-save')[0]?.trigger('click')
  await settle()
}

const outcome = (): [string | undefined, string | undefined] => {
  const told = page.byTestId('rescue-outcome')[0]
  return [told?.attributes('data-status'), told?.text()]
}

/** A dialog that stays open until the test closes it. */
function openDialog(backend: MemoryBackend): { asked: () => number; close: (saved: RescueSaved) => void } {
  let close: (saved: RescueSaved) => void = () => undefined
  let asked = 0
  backend.saveRescue = () => {
    asked += 1
    return new Promise((resolve) => {
      close = resolve
    })
  }
  return { asked: () => asked, close: (saved) => { close(saved) } }
}

describe('the way to the rescue file', () => {
  it.each([{ unsent: 1 }, { rejected: 1 }, { originals: 1 }])('is shown while something waits: %o', async (waiting) => {
    page = await mountAt('/mine', withSync(waiting))
    await page.byTestId('rescue')[0]?.trigger('click')
    await settle()
    expect(page.router.currentRoute.value.path).toBe('/mine/rescue')
    expect(page.wrapper.find('h1').text()).toBe('救援包')
  })

  it('is not shown while nothing waits', async () => {
    page = await mountAt('/mine', withSync({}))
    expect(page.byTestId('sync-card')).toHaveLength(1)
    expect(page.byTestId('rescue')).toHaveLength(0)
  })

  it('is not shown where nothing can be saved', async () => {
    const backend = withSync({ unsent: 1 })
    backend.saveRescue = null
    page = await mountAt('/mine', backend)
    expect(page.byTestId('rescue')).toHaveLength(0)
    await page.router.push('/mine/rescue')
    await settle()
    expect(page.byTestId('rescue-figures')).toHaveLength(1)
    expect(page.byTestId('rescue-save')).toHaveLength(0)
  })
})

describe('the rescue file', () => {
  it('says what it would hold and that nothing is deleted', async () => {
    page = await mountAt('/mine/rescue', withRescue())
    const figures = page.byTestId('rescue-figures')[0]?.text()
    expect(figures).toContain('3 条')
    expect(figures).toContain('7 张')
    expect(figures).toContain('约 25 MB')
    expect(page.wrapper.text()).toContain(zhCN['rescue.safe'])
  })

  it('is saved, with the name that it has got', async () => {
    const backend = withRescue()
    const dialog = openDialog(backend)
    page = await mountAt('/mine/rescue', backend)
    await save()
    expect(outcome()).toEqual(['working', expect.stringContaining('写完之前不要关掉应用')])
    await save()
    expect(dialog.asked()).toBe(1)
    dialog.close({ saved: true, file_name: 'for-wang.xfrescue' })
    await settle()
    expect(outcome()).toEqual(['saved', expect.stringContaining('救援包已存好：for-wang.xfrescue')])
  })

  it('is told by the name that it was to have where the system does not tell', async () => {
    const backend = withRescue()
    backend.saveRescue = () => Promise.resolve({ saved: true, file_name: null })
    page = await mountAt('/mine/rescue', backend)
    await save()
    expect(outcome()).toEqual(['saved', expect.stringContaining(`文件名一般是 ${NAME}`)])
  })

  it('says so when no place was chosen, and can be saved all the same', async () => {
    const backend = withRescue()
    backend.saveRescue = () => Promise.resolve({ saved: false, file_name: null })
    page = await mountAt('/mine/rescue', backend)
    await save()
    expect(outcome()).toEqual(['unsaved', expect.stringContaining('什么也没有写')])
    backend.saveRescue = () => Promise.resolve({ saved: true, file_name: NAME })
    await save()
    expect(outcome()[0]).toBe('saved')
  })

  it.each<ErrorCode>(['rescue_empty', 'rescue_address_unknown', 'rescue_not_written', 'disk_full', 'internal'])(
    'says that nothing is lost when it fails by %s',
    async (code) => {
      const backend = withRescue()
      backend.saveRescue = () => Promise.reject(new BackendError(code, 'no'))
      page = await mountAt('/mine/rescue', backend)
      await save()
      const shown = page.byTestId('error-message')[0]
      expect(shown?.attributes('data-code')).toBe(code)
      expect(shown?.text()).toContain('一样不少')
      expect(shown?.text()).toContain(zhCN[ERRORS[code].what])
      expect(outcome()).toEqual([undefined, undefined])
    },
  )

  it('waits for the first sync, and says so at the button', async () => {
    page = await mountAt('/mine/rescue', withRescue({ can_be_made: false }))
    const button = page.byTestId('rescue-save')[0]
    const why = page.byTestId('rescue-why')[0]
    expect(button?.attributes('disabled')).toBeDefined()
    expect(button?.attributes('aria-describedby')).toBe(why?.attributes('id'))
    expect(why?.text()).toContain('请先联网同步一次')
  })

  it('has nothing to save when everything is sent meanwhile', async () => {
    const backend = withRescue()
    page = await mountAt('/mine/rescue', backend)
    backend.data.rescue = { ...WAITING, records: 0, photos: 0, bytes: 0 }
    backend.tell('sync')
    await settle()
    expect(page.byTestId('rescue-save')).toHaveLength(0)
    expect(page.wrapper.text()).toContain(zhCN['rescue.emptyTitle'])
  })

  it('goes on while another page is shown, and is told once', async () => {
    const backend = withRescue()
    const dialog = openDialog(backend)
    page = await mountAt('/mine/rescue', backend)
    await save()
    await page.router.push('/')
    await settle()
    dialog.close({ saved: true, file_name: NAME })
    await settle()
    await page.router.push('/mine/rescue')
    await settle()
    expect(outcome()[0]).toBe('saved')
    await page.router.push('/')
    await settle()
    await page.router.push('/mine/rescue')
    await settle()
    expect(outcome()[0]).toBeUndefined()
  })

  it('says why it cannot be counted, and counts again', async () => {
    const backend = withRescue()
    backend.before = ({ cmd }) => {
      if (cmd === 'rescue') throw new BackendError('disk_failed', 'no')
    }
    page = await mountAt('/mine/rescue', backend)
    expect(page.byTestId('error-message')[0]?.attributes('data-code')).toBe('disk_failed')
    backend.before = () => undefined
    await page.byTestId('error-message')[0]?.find('button').trigger('click')
    await settle()
    expect(page.byTestId('rescue-figures')).toHaveLength(1)
  })

  it.each([
    ['ready', withRescue()],
    ['without the key', withRescue({ can_be_made: false })],
    ['empty', withRescue({ records: 0, photos: 0 })],
  ])('axe finds nothing: %s', async (_state, backend) => {
    page = await mountAt('/mine/rescue', backend)
    if (backend.data.rescue?.can_be_made === true) await save()
    const result = await axe.run(document.body, {
      // Colours need a real layout, which jsdom has not.
      rules: { 'color-contrast': { enabled: false } },
    })
    expect(result.violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([])
  })
})

import type { ImportPreviewRow, Point } from '@xunfang/shared'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { FakeApi } from '../api/fake'
import { axeFindings, mountConsole, settle } from '../testing/mountConsole'
import { ADMINISTRATOR, POINT, SESSION_VIEW, STANDARD } from '../testing/samples'
import { readCorners, usePointForm } from './draft'

vi.mock('./ZoneSketch.vue', () => ({ __esModule: true, default: { render: () => null } }))

const SCHOOL: Point = { ...POINT, id: 'point-2', name: 'First school', kind: 'school', unit: 'Education', number: 'S-1' }
const MARKET: Point = { ...POINT, unit: 'Markets' }

let api: FakeApi
let page: Awaited<ReturnType<typeof mountConsole>>

async function start(address = '/points', person = ADMINISTRATOR, points: Point[] = [MARKET, SCHOOL]): Promise<void> {
  api = new FakeApi(person, [], points)
  api.versions = [STANDARD]
  page = await mountConsole(api, address)
  await vi.dynamicImportSettled()
  await settle()
}

function names(): string[] {
  return page.wrapper.findAll('[data-testid="point"] .name button').map((name) => name.text())
}

beforeEach(() => { vi.stubGlobal('confirm', () => true) })
afterEach(() => {
  page.wrapper.unmount()
  vi.unstubAllGlobals()
})

describe('the table', () => {
  it('is filtered and ordered by the address', async () => {
    await start('/points?kind=school', SESSION_VIEW)
    expect(names()).toEqual(['First school'])
    await page.find('filter-kind').setValue('')
    await settle()
    expect(names()).toEqual(['North market', 'First school'])
    await page.find('order-kind').trigger('click')
    await settle()
    expect(page.router.currentRoute.value.query).toEqual({ order: 'kind' })
    await page.find('order-kind').trigger('click')
    await settle()
    expect(page.router.currentRoute.value.query).toEqual({ order: 'kind', desc: '1' })
    expect(await axeFindings(document.body)).toEqual([])
  })

  it('takes a kind that there is not for none', async () => {
    await start('/points?kind=castle', SESSION_VIEW)
    expect(names()).toHaveLength(2)
    expect((page.find('filter-kind').element as HTMLSelectElement).value).toBe('')
  })

  it('says why it is empty', async () => {
    await start('/points', SESSION_VIEW, [])
    expect(page.wrapper.text()).toContain('No points yet')
    page.wrapper.unmount()
    await start('/points?q=nowhere', SESSION_VIEW)
    expect(page.wrapper.text()).toContain('No point matches')
  })
})

describe('a point', () => {
  it('is shown to supervisors, who cannot change it', async () => {
    await start('/points?point=point-2', SESSION_VIEW)
    expect(page.find('point-panel').text()).toContain('Education')
    expect(page.find('point-edit').exists()).toBe(false)
    expect(page.find('new-point').exists()).toBe(false)
  })

  it('gets a polygon by its coordinates, and its place stays', async () => {
    await start('/points?point=point-2')
    await page.find('point-edit').trigger('click')
    await page.find('point-zone').setValue('polygon')
    await page.find('point-corners').setValue('30.59, 114.30\n30.60 114.30')
    await page.find('point-save').trigger('click')
    expect(page.wrapper.text()).toContain('at least 3 corners')
    expect(api.pointSaves).toEqual([])
    await page.find('point-corners').setValue('30.59, 114.30\n30.60 114.30\n30.60\uff0c114.31')
    expect(await axeFindings(document.body)).toEqual([])
    await page.find('point-save').trigger('click')
    await settle()
    const corners = [{ lat: 30.59, lng: 114.3 }, { lat: 30.6, lng: 114.3 }, { lat: 30.6, lng: 114.31 }]
    expect(api.pointSaves).toEqual([{
      id: 'point-2',
      save: {
        seen: SCHOOL,
        point: { number: 'S-1', name: 'First school', kind: 'school', unit: 'Education', unit_id: null, retired: false, place: null, zone: { mode: 'polygon', corners } },
      },
    }])
    expect(page.find('point-told').exists()).toBe(true)
  })

  it('is made with a place in another coordinate system', async () => {
    await start()
    await page.find('new-point').trigger('click')
    await settle()
    await page.find('point-save').trigger('click')
    await page.find('point-name').setValue('South market')
    await page.find('point-unit').setValue('Markets')
    await page.find('point-lat').setValue('30.5')
    await page.find('point-lng').setValue('east')
    await page.find('point-save').trigger('click')
    expect(page.wrapper.text()).toContain('Latitude and longitude are numbers')
    await page.find('point-lng').setValue('114.2')
    await page.find('point-datum').setValue('gcj02')
    await page.find('point-save').trigger('click')
    await settle()
    expect(api.pointSaves[0]?.id).toBeNull()
    expect(api.pointSaves[0]?.save.seen).toBeNull()
    expect(api.pointSaves[0]?.save.point.place).toEqual({ datum: 'gcj02', lat: 30.5, lng: 114.2 })
    expect(names()).toContain('South market')
  })

  it('keeps what was typed when somebody else saved first, and saves over the latest once it was seen', async () => {
    await start('/points?point=point-2')
    await page.find('point-edit').trigger('click')
    await page.find('point-name').setValue('Mine')
    api.allPoints = [MARKET, { ...SCHOOL, unit: 'Theirs', number: 'S-9' }]
    await page.find('point-save').trigger('click')
    await settle()
    expect(page.find('point-moved').exists()).toBe(true)
    await page.find('point-moved').get('button').trigger('click')
    await settle()
    expect(page.find('point-merged').text()).toContain('taken in')
    expect((page.find('point-name').element as HTMLInputElement).value).toBe('Mine')
    await page.find('point-save').trigger('click')
    await settle()
    const { seen, point } = api.pointSaves.at(-1)?.save ?? {}
    expect(seen).toEqual({ ...SCHOOL, unit: 'Theirs', number: 'S-9' })
    expect(point).toMatchObject({ name: 'Mine', unit: 'Theirs', number: 'S-9' })
    expect(page.find('point-told').exists()).toBe(true)
  })

  it('says in words why the server does not take it', async () => {
    await start('/points?point=point-2')
    await page.find('point-edit').trigger('click')
    await page.find('point-name').setValue('Elsewhere')
    api.failNext('savePoint', 'point_invalid', {
      reasons: [
        { reason: 'out_of_district', km: 231.4 },
        { reason: 'zone', error: { fault: 'crossing', first: 0, second: 2 } },
        { reason: 'duplicate', name: 'North market', line: null, distance_m: 12 },
      ],
    })
    await page.find('point-save').trigger('click')
    await settle()
    const said = page.find('point-refusals').text()
    expect(said).toContain('231 km')
    expect(said).toContain('corners 1 and 3 cross')
    expect(said).toContain('12 m from “North market”')
  })

  it('asks before a form with changes is left, and stays when told to', async () => {
    await start('/points?point=point-2')
    await page.find('point-edit').trigger('click')
    await page.find('point-name').setValue('Half done')
    vi.stubGlobal('confirm', () => false)
    await page.wrapper.get('[data-point="point-1"]').trigger('click')
    await settle()
    expect(page.find('point-panel').attributes('data-point')).toBe('point-2')
    expect((page.find('point-name').element as HTMLInputElement).value).toBe('Half done')
  })
})

it('names what two people changed differently', () => {
  const draft = usePointForm()
  draft.begin(SCHOOL)
  draft.set({ name: 'Mine', unit: 'Same', zone: 'circle', radius: 300 })
  const clashes = draft.rebase({ ...SCHOOL, name: 'Theirs', unit: 'Same', number: 'S-9' })
  expect(clashes).toEqual([{ field: 'name' }])
  expect(draft.form.value).toMatchObject({ name: 'Mine', unit: 'Same', number: 'S-9', zone: 'circle', radius: 300 })
})

it('refuses figures of a zone and swapped places before anything is sent', () => {
  const draft = usePointForm()
  draft.begin(SCHOOL)
  draft.set({ zone: 'circle', radius: Number.NaN })
  expect(draft.fault.value).toBe('zone')
  draft.set({ zone: 'walk-visible', walk: 400, sight: 501 })
  expect(draft.fault.value).toBe('zone')
  draft.set({ zone: 'follow', moves: true, lat: '114.2', lng: '30.5' })
  expect(draft.fault.value).toBe('swapped')
  draft.set({ lat: '\uff13\uff10\uff0e\uff15', lng: '114.2' })
  expect(draft.edit.value?.place).toEqual({ datum: 'wgs84', lat: 30.5, lng: 114.2 })
})

describe('corners that are typed', () => {
  it('are read with commas, spaces and empty lines, or the line that is none is named', () => {
    expect(readCorners('30.5, 114.2\n\n 30.6 114.3 ')).toEqual([{ lat: 30.5, lng: 114.2 }, { lat: 30.6, lng: 114.3 }])
    expect(readCorners('30.5, 114.2\n114.2')).toEqual({ line: 2 })
    expect(readCorners('30.5, 214.2')).toEqual({ line: 1 })
    expect(readCorners('30.5, 114.2, 7')).toEqual({ line: 1 })
  })

  it('move and go one by one', () => {
    const draft = usePointForm()
    draft.begin(SCHOOL)
    draft.set({ zone: 'polygon' })
    for (const lat of [30.1, 30.2, 30.3]) draft.addCorner({ lat, lng: 114 })
    draft.moveCorner(1, { lat: 30.25, lng: 114.5 })
    expect(draft.corners.value).toEqual([{ lat: 30.1, lng: 114 }, { lat: 30.25, lng: 114.5 }, { lat: 30.3, lng: 114 }])
    // The second click of two, and a line that is half typed, leave the shape as it is.
    draft.addCorner({ lat: 30.300001, lng: 114.000001 })
    expect(draft.drawn.value).toHaveLength(3)
    draft.set({ corners: `${draft.form.value.corners}\n30.4,` })
    expect(draft.drawn.value).toHaveLength(3)
    draft.undoCorner()
    draft.undoCorner()
    expect(draft.fault.value).toBe('few_corners')
  })
})

describe('an import', () => {
  const REFUSED: ImportPreviewRow = { line: 3, name: '', point: null, fate: 'refused', reasons: [{ reason: 'missing', field: 'name' }, { reason: 'swapped' }] }
  const TAKEN: ImportPreviewRow = {
    line: 2,
    name: 'South market',
    point: { number: 'M-7', kind: 'farmers-market', unit: 'Markets', place: { lat: 30.5, lng: 114.2 }, radius_m: null },
    fate: 'new',
  }

  async function choose(name: string): Promise<void> {
    const input = page.find('import-input')
    const file = new File(['x'], name)
    // jsdom's files have no bytes to give.
    file.arrayBuffer = () => Promise.resolve(new ArrayBuffer(1))
    Object.defineProperty(input.element, 'files', { value: [file], configurable: true })
    await input.trigger('change')
    await settle()
  }

  it('shows every row’s fate and takes nothing while one is refused', async () => {
    await start('/points/import')
    api.preview = { digest: 'd', tally: { new: 1, changed: 0, unchanged: 0, refused: 1 }, rows: [TAKEN, REFUSED] }
    await choose('register.csv')
    const rows = page.wrapper.findAll('[data-testid="import-row"]')
    expect(rows.map((one) => one.attributes('data-fate'))).toEqual(['refused'])
    expect(rows[0]?.text()).toContain('name is missing; latitude and longitude are swapped')
    expect(page.find('import-commit').attributes('disabled')).toBeDefined()
    await page.find('fate-all').trigger('click')
    expect(page.wrapper.findAll('[data-testid="import-row"]')).toHaveLength(2)
    expect(await axeFindings(document.body)).toEqual([])
  })

  it('previews the file that was chosen last, however slow the first one reads', async () => {
    await start('/points/import')
    const slow = new File(['x'], 'slow.csv')
    let finish: (bytes: ArrayBuffer) => void = () => undefined
    slow.arrayBuffer = () => new Promise((resolve) => { finish = resolve })
    const input = page.find('import-input')
    Object.defineProperty(input.element, 'files', { value: [slow], configurable: true })
    await input.trigger('change')
    await choose('wanted.csv')
    finish(new ArrayBuffer(1))
    await settle()
    expect(page.find('import-file').text()).toBe('wanted.csv')
  })

  it('is taken by the digest of what was looked through', async () => {
    await start('/points/import')
    api.preview = { digest: 'd', tally: { new: 1, changed: 0, unchanged: 0, refused: 0 }, rows: [TAKEN] }
    await choose('register.xlsx')
    await page.find('import-commit').trigger('click')
    await settle()
    expect(api.imported).toEqual(['d'])
    expect(page.find('import-done').text()).toContain('1 new')
  })

  it('says that the points changed after the preview, and that nothing was written', async () => {
    await start('/points/import')
    api.preview = { digest: 'd', tally: { new: 1, changed: 0, unchanged: 0, refused: 0 }, rows: [TAKEN] }
    await choose('register.xlsx')
    api.preview = { ...api.preview, digest: 'other' }
    await page.find('import-commit').trigger('click')
    await settle()
    expect(api.imported).toEqual([])
    expect(page.find('error-message').text()).toContain('changed after the preview')
  })

  it('says that it does not know whether it was written when the answer is lost', async () => {
    await start('/points/import')
    api.preview = { digest: 'd', tally: { new: 1, changed: 0, unchanged: 0, refused: 0 }, rows: [TAKEN] }
    await choose('register.xlsx')
    expect(page.find('import-row').text()).toContain('M-7')
    expect(page.wrapper.text()).toContain('Nothing is written yet')
    api.failNext('commit', 'unreachable')
    await page.find('import-commit').trigger('click')
    await settle()
    expect(page.find('import-unsure').exists()).toBe(true)
    expect(page.wrapper.text()).not.toContain('Nothing is written yet')
    expect(page.find('import-commit').attributes('disabled')).toBeDefined()
    await page.find('import-unsure').get('button').trigger('click')
    await settle()
    expect(page.find('import-unsure').exists()).toBe(false)
  })

  it('names the columns that a file lacks', async () => {
    await start('/points/import')
    api.failNext('preview', 'file_unreadable', { fault: 'titles', missing: ['place', 'unit'] })
    await choose('register.csv')
    expect(page.find('import-fault').text()).toContain('latitude and longitude, unit')
  })

  it('refuses a file of another form before it is sent', async () => {
    await start('/points/import')
    await choose('register.pdf')
    expect(page.find('import-fault').text()).toContain('register.pdf')
    expect(page.find('import-row').exists()).toBe(false)
  })

  it('is for administrators alone', async () => {
    await start('/points/import', SESSION_VIEW)
    expect(page.find('import-input').exists()).toBe(false)
    expect(page.find('import-forbidden').exists()).toBe(true)
  })
})

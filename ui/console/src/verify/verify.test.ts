import type { VerifyVerdict } from '@xunfang/shared'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { FakeApi } from '../api/fake'
import { axeFindings, mountConsole, settle } from '../testing/mountConsole'
import { POINT, publicRecord, SESSION_VIEW } from '../testing/samples'
import { clockTime } from './clockTime'

vi.mock('../map/FindingMap.vue', () => ({ __esModule: true, default: { render: () => null } }))

let api: FakeApi
let page: Awaited<ReturnType<typeof mountConsole>>

beforeEach(() => {
  localStorage.clear()
  api = new FakeApi(SESSION_VIEW, [], [POINT], false)
  api.verified = { verdict: 'known', record: publicRecord() }
})
afterEach(() => { page.wrapper.unmount() })

async function open(address: string): Promise<void> {
  page = await mountConsole(api, address)
  await vi.dynamicImportSettled()
  await settle()
}

describe('the page of a watermark', () => {
  it('tells what its code is of, without a session', async () => {
    await open('/V/7KQ2M0XA93ZCVH4N')
    expect(api.verifying).toEqual(['7KQ2M0XA93ZCVH4N'])
    const told = page.find('verify-report').text()
    for (const part of ['This code is valid', '2026-03-01 08:30:05 UTC+08:00', 'East market', '33.480000, 117.880000', 'Valid, unchanged']) {
      expect(told).toContain(part)
    }
    expect(await axeFindings(document.body)).toEqual([])
  })

  it('takes a code as people type it, and says when it is mistyped', async () => {
    await open('/V')
    await page.find('verify-code').setValue(' 7kq2-m0xa-93zc-vh4n ')
    await page.find('verify-submit').trigger('submit')
    await settle()
    expect(page.router.currentRoute.value.fullPath).toBe('/V/7KQ2M0XA93ZCVH4N')
    expect(api.verifying).toEqual(['7KQ2M0XA93ZCVH4N'])
    api.failNext('verify', 'bad_request')
    await page.find('verify-submit').trigger('submit')
    await settle()
    expect(page.find('verify-hint').text()).toContain('typing mistake')
    expect(await axeFindings(document.body)).toEqual([])
  })

  it.each<[VerifyVerdict, string]>([
    ['original', 'Identical to the recorded original'],
    ['copy', 'Identical to a copy'],
    ['similar', 'not the recorded file'],
    ['different', 'Altered'],
    ['unclear', 'cannot be compared'],
  ])('says of a photo that it is %s', async (verdict, words) => {
    api.verified = { verdict, record: publicRecord() }
    await open('/V')
    const input = page.wrapper.find<HTMLInputElement>('[data-testid="verify-photo"]')
    const photo = new File(['x'], 'a.jpg', { type: 'image/jpeg' })
    Object.defineProperty(input.element, 'files', { value: [photo] })
    Object.defineProperty(input.element, 'value', { value: '', writable: true })
    await input.trigger('change')
    await settle()
    expect(api.verifying).toEqual([photo])
    expect(page.find('verify-report').attributes('data-verdict')).toBe(verdict)
    expect(page.find('verify-report').text()).toContain(words)
    expect(await axeFindings(document.body)).toEqual([])
  })

  it('says what to do when there is no record, and when the server does not answer', async () => {
    api.verified = { verdict: 'unknown', record: null }
    await open('/V/7KQ2M0XA93ZCVH4N')
    expect(page.find('verify-report').text()).toContain('type the code')
    api.failNext('verify', 'unreachable')
    await page.find('verify-submit').trigger('submit')
    await settle()
    expect(page.find('error-message').text()).toContain('server')
  })
})

it('shows a time as the phone showed it', () => {
  expect(clockTime(Date.UTC(2026, 0, 1, 0, 0, 0), -210)).toBe('2025-12-31 20:30:00 UTC-03:30')
})

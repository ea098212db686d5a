import type { LinkState, SyncView } from '@xunfang/shared'
import { describe, expect, it } from 'vitest'

import type { Text } from './messages'
import { zhCN } from './messages/zh-CN'
import { conflict, finding } from './testing/samples'
import { stageMark, stuckWords, syncMark, syncWords } from './words'

const t: Text = (key, named = {}) =>
  zhCN[key].replace(/\{(\w+)\}/g, (_all, name: string) => String(named[name]))

function sync(link: LinkState, unsent: number, rejected = 0, conflicts = 0): SyncView {
  return { link, unsent, rejected, conflicts, originals: 0, originals_wait: false, last_error: null, last_success_at: null }
}

describe('syncWords', () => {
  it.each([
    [sync('online', 0), '已同步'],
    [sync('online', 2), '待传 2'],
    [sync('syncing', 0), '正在同步'],
    [sync('syncing', 2), '正在传 2'],
    [sync('offline', 0), '离线'],
    [sync('offline', 3), '离线 · 待传 3'],
    [sync('signed_out', 1), '未登录 · 待传 1'],
    [sync('online', 0, 1), '已同步 · 拒收 1'],
    [sync('online', 0, 0, 2), '已同步 · 待选择 2'],
    [sync('offline', 1, 1, 2), '离线 · 待传 1 · 拒收 1 · 待选择 2'],
  ])('%o', (view, words) => {
    expect(syncWords(view, t)).toBe(words)
  })
})

describe('syncMark', () => {
  it('puts a refusal before everything else', () => {
    expect(syncMark(sync('online', 0, 1)).tone).toBe('bad')
    expect(syncMark(sync('online', 0)).tone).toBe('good')
    expect(syncMark(sync('online', 2)).icon).toBe('phone')
  })

  it('asks for a choice without an alarm, after a refusal and before the link', () => {
    expect(syncMark(sync('online', 2, 0, 1))).toMatchObject({ icon: 'question', tone: 'warn' })
    expect(syncMark(sync('online', 2, 1, 1)).tone).toBe('bad')
  })
})

describe('stageMark', () => {
  const sent = finding('f', 'a', 'applied')
  const review = { finding: 'f', state: 'pending' as const, reason: '', decided_at: null, decided_by: null }

  it('asks for a choice where the server has moved on', () => {
    expect(stageMark(conflict('f', 'a'))).toMatchObject({ label: 'stage.conflict', tone: 'warn' })
    expect(zhCN['stage.conflict']).toBe('需要你选择')
  })

  it('does not take a review that nobody has decided on for a decision', () => {
    expect(stageMark({ ...sent, review: { ...review, rev: 2 } }).label).toBe('stage.secondLook')
    expect(stageMark({ ...sent, review: { ...review, rev: 0 } }).label).toBe('stage.applied')
    expect(stageMark(sent).label).toBe('stage.applied')
  })
})

describe('stuckWords', () => {
  it('does not promise another attempt after a refusal', () => {
    const refused = { ...finding('f', 'a', 'rejected'), stuck: 'new_code' }
    expect(stuckWords(refused, t)).toContain('告诉管理员')
    expect(stuckWords({ ...refused, stage: 'saved' }, t)).toContain('自动再试')
  })
})

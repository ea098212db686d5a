import type { LinkState, SyncView } from '@xunfang/shared'
import { describe, expect, it } from 'vitest'

import type { Text } from './messages'
import { zhCN } from './messages/zh-CN'
import { finding } from './testing/samples'
import { stuckWords, syncMark, syncWords } from './words'

const t: Text = (key, named = {}) =>
  zhCN[key].replace(/\{(\w+)\}/g, (_all, name: string) => String(named[name]))

function sync(link: LinkState, unsent: number, rejected = 0): SyncView {
  return { link, unsent, rejected, originals: 0, originals_wait: false, last_error: null, last_success_at: null }
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
})

describe('stuckWords', () => {
  it('does not promise another attempt after a refusal', () => {
    const refused = { ...finding('f', 'a', 'rejected'), stuck: 'new_code' }
    expect(stuckWords(refused, t)).toContain('告诉管理员')
    expect(stuckWords({ ...refused, stage: 'saved' }, t)).toContain('自动再试')
  })
})

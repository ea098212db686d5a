import { describe, expect, it } from 'vitest'

import { BackendError, toBackendError } from '../backend/backend'
import { zhCN } from '../messages/zh-CN'
import { ERRORS, stuckKey } from './presentation'

describe('ERRORS', () => {
  it.each(Object.entries(ERRORS))('says of %s what happened and what to do', (_code, shown) => {
    expect(zhCN[shown.what]).not.toBe('')
    expect(zhCN[shown.next]).not.toBe('')
  })

  it('says what is safe wherever the storage failed', () => {
    for (const code of ['disk_full', 'disk_read_only', 'disk_failed', 'database_damaged'] as const) {
      expect(ERRORS[code].safe, code).not.toBeNull()
      expect(ERRORS[code].severity, code).toBe('danger')
    }
  })
})

describe('stuckKey', () => {
  it('has words for a code it does not know', () => {
    expect(stuckKey('photos_missing')).toBe('stuck.photoAgain')
    expect(stuckKey('from_a_newer_server')).toBe('stuck.other')
    expect(stuckKey('toString')).toBe('stuck.other')
  })
})

describe('toBackendError', () => {
  it('keeps the code of a command error', () => {
    const error = toBackendError({ code: 'disk_full', message: 'no space' })
    expect(error).toBeInstanceOf(BackendError)
    expect(error.code).toBe('disk_full')
  })

  it.each(['gone', new Error('gone'), { code: 'unheard_of', message: 'gone' }, null])(
    'makes anything else internal',
    (thrown) => {
      expect(toBackendError(thrown).code).toBe('internal')
    },
  )
})

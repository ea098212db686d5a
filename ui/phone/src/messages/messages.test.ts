import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { en } from './en'
import { zhCN } from './zh-CN'

const SRC = join(import.meta.dirname, '..')

/** Every source file that may show words: no tests, no message files. */
const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(vue|ts)$/.test(name))
  .filter((name) => !name.endsWith('.test.ts') && !/messages\/(zh-CN|en)\.ts$/.test(name))
  .map((name) => ({ name, text: readFileSync(join(SRC, name), 'utf8') }))

const names = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort()

describe('messages', () => {
  it('has the same keys in both languages', () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(zhCN).sort())
  })

  it('fills in the same figures in both languages', () => {
    for (const [key, text] of Object.entries(zhCN)) {
      expect(names(en[key as keyof typeof zhCN]), key).toEqual(names(text))
    }
  })

  it('has no key that nothing shows', () => {
    const all = sources.map(({ text }) => text).join('\n')
    const unused = Object.keys(zhCN).filter((key) => !all.includes(`'${key}'`))
    expect(unused).toEqual([])
  })

  it('is the only place with Chinese words', () => {
    const found = sources.filter(({ text }) => /[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]/.test(text))
    expect(found.map(({ name }) => name)).toEqual([])
  })
})

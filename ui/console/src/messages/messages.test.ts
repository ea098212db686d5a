import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

import { expect, it } from 'vitest'

import en from './en'
import zhCN from './zh-CN'

type Tree = { readonly [key: string]: string | Tree }

function flatten(tree: Tree, prefix = ''): Map<string, string> {
  const flat = new Map<string, string>()
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') flat.set(prefix + key, value)
    else for (const [name, text] of flatten(value, `${prefix}${key}.`)) flat.set(name, text)
  }
  return flat
}

function placeholders(text: string): string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '').sort()
}

const zh = flatten(zhCN)
const english = flatten(en)

it('has the same texts in both languages, with the same places to fill', () => {
  expect([...english.keys()].sort()).toEqual([...zh.keys()].sort())
  for (const [key, text] of zh) {
    expect(placeholders(english.get(key) ?? ''), key).toEqual(placeholders(text))
  }
})

it('leaves no text empty and uses no character that the message format would act on', () => {
  for (const [key, text] of [...zh, ...english]) {
    expect(text.trim(), key).not.toBe('')
    expect(text, key).not.toMatch(/[@|]/)
  }
})

it('keeps every Chinese word in the message files', () => {
  const root = path.resolve(import.meta.dirname, '..')
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (file) => /\.(vue|ts|css)$/.test(file) && !file.startsWith('messages'),
  )
  expect(files.length).toBeGreaterThan(30)
  const offending = files.filter((file) => /\p{Script=Han}/u.test(readFileSync(path.join(root, file), 'utf8')))
  expect(offending).toEqual([])
})

it('says every text somewhere', () => {
  const root = path.resolve(import.meta.dirname, '..')
  const source = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(vue|ts)$/.test(file) && !file.startsWith('messages') && !file.includes('.test.'))
    .map((file) => readFileSync(path.join(root, file), 'utf8'))
    .join('\n')
  const unsaid = [...zh.keys()].filter((key) => {
    const section = key.slice(0, key.indexOf('.'))
    // A key that is put together names its section and what the rest comes from.
    return !source.includes(`'${key}'`) && !source.includes(`\`${section}.\${`)
  })
  expect(unsaid).toEqual([])
})

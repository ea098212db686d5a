import { readFileSync } from 'node:fs'
import path from 'node:path'

import { expect, it } from 'vitest'

import { ERROR_MESSAGES, errorMessage } from './errors'

const SOURCE = path.resolve(import.meta.dirname, '../../../../crates/protocol/src/error.rs')

it('has words for every code of the server, and none that the server does not know', () => {
  const source = readFileSync(SOURCE, 'utf8')
  const served = [...source.matchAll(/pub const [A-Z_]+: &str = "([a-z_]+)";/g)].map((match) => match[1])
  expect(served.length).toBeGreaterThan(10)
  expect(Object.keys(ERROR_MESSAGES).sort()).toEqual([...served, 'unreachable', 'broken_answer'].sort())
})

it('gives a code of a newer server the general words', () => {
  expect(errorMessage('from_the_future')).toBe('error.unknown')
  expect(errorMessage('toString')).toBe('error.unknown')
})

import { expect, it } from 'vitest'

import { coalesce } from './coalesce'

it('runs one at a time and lets one wait, however often it is asked', async () => {
  const releases: (() => void)[] = []
  const refresh = coalesce(() => new Promise<void>((resolve) => releases.push(resolve)))

  const first = refresh()
  const second = refresh()
  const third = refresh()
  expect(releases).toHaveLength(1)

  releases[0]?.()
  await first
  await Promise.resolve()
  expect(second).toBe(third)
  await expect.poll(() => releases.length).toBe(2)

  releases[1]?.()
  await third
  expect(releases).toHaveLength(2)
})

it('goes on after a failure', async () => {
  let runs = 0
  const refresh = coalesce(() => {
    runs += 1
    return runs === 1 ? Promise.reject(new Error('once')) : Promise.resolve()
  })
  const failing = refresh()
  const waiting = refresh()
  await expect(failing).rejects.toThrow('once')
  await waiting
  expect(runs).toBe(2)
})

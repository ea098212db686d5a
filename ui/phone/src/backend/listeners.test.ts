import { describe, expect, it } from 'vitest'

import { Listeners, asChange } from './listeners'

describe('Listeners', () => {
  it('tells each listener until it is taken away', () => {
    const listeners = new Listeners()
    const heard: string[] = []
    const stop = listeners.add((change) => heard.push(`a ${change}`))
    listeners.add((change) => heard.push(`b ${change}`))
    listeners.tell('sync')
    stop()
    listeners.tell('findings')
    expect(heard).toEqual(['a sync', 'b sync', 'b findings'])
  })

  it('names every change after a gap', () => {
    const listeners = new Listeners()
    const heard = new Set<string>()
    listeners.add((change) => heard.add(change))
    listeners.tellAll()
    expect([...heard].sort()).toEqual(['findings', 'position', 'reference', 'sync'])
  })
})

describe('asChange', () => {
  it('knows the names of the wire and nothing else', () => {
    expect(asChange('reference')).toBe('reference')
    expect(asChange('toString')).toBeNull()
    expect(asChange('')).toBeNull()
  })
})

import { onScopeDispose, ref, watch } from 'vue'

export type ShortcutName = 'accept' | 'return' | 'next' | 'previous' | 'zoom' | 'help' | 'escape'

const KEYS: Readonly<Record<string, ShortcutName>> = {
  a: 'accept',
  r: 'return',
  j: 'next',
  k: 'previous',
  z: 'zoom',
  '?': 'help',
  Escape: 'escape',
}
const STORED = 'xunfang.console.shortcuts'

/** Whether single keys act; people who speak to their computer switch this off (WCAG 2.1.4). */
export const shortcutsOn = ref(localStorage.getItem(STORED) !== 'off')
watch(shortcutsOn, (on) => { localStorage.setItem(STORED, on ? 'on' : 'off') })

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
  )
}

function isLayerOpen(): boolean {
  return document.querySelector('dialog[open], [role="menu"]:focus-within') !== null
}

/** Listens to the review page's keys while the calling component lives. */
export function useShortcuts(act: (name: ShortcutName) => void): void {
  function onKey(event: KeyboardEvent): void {
    // A key that is held down or part of an input method's composition is no decision.
    if (event.repeat && !['j', 'k'].includes(event.key)) return
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return
    const name = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key]
    if (!name || isTyping(event.target) || isLayerOpen()) return
    if (name !== 'escape' && name !== 'help' && !shortcutsOn.value) return
    event.preventDefault()
    act(name)
  }
  window.addEventListener('keydown', onKey)
  onScopeDispose(() => { window.removeEventListener('keydown', onKey) })
}

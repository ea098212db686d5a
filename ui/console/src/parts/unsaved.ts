import { onScopeDispose } from 'vue'
import { onBeforeRouteLeave } from 'vue-router'

import { useSession } from '../session/session'

const watched = new Set<() => boolean>()

/** Whether something on the screen was typed and not saved. */
export function anythingUnsaved(): boolean {
  return [...watched].some((isUnsaved) => isUnsaved())
}

/** Lets go of everything that was typed: it is not this person's. */
export function forgetUnsaved(): void {
  watched.clear()
}

function stop(event: BeforeUnloadEvent): void {
  if (anythingUnsaved()) event.preventDefault()
}

/** Asks before a page with unsaved work is left, reloaded or closed; for a page's own component. */
export function useUnsaved(isUnsaved: () => boolean, question: () => string): void {
  const session = useSession()
  watched.add(isUnsaved)
  // Safari and Firefox keep pages with this listener out of their cache: only while it is needed.
  window.addEventListener('beforeunload', stop)
  onScopeDispose(() => {
    watched.delete(isUnsaved)
    if (watched.size === 0) window.removeEventListener('beforeunload', stop)
  })
  // Who has signed out has been asked already.
  onBeforeRouteLeave(() => session.status.value === 'out' || !watched.has(isUnsaved) || !isUnsaved() || window.confirm(question()))
}

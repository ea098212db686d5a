import type { Router } from 'vue-router'

/** One step back, or to the page above where the app was opened right here. */
export function goBack(router: Router, above: string): void {
  if (typeof router.options.history.state['back'] === 'string') router.back()
  else void router.replace(above)
}

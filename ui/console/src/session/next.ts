import type { LocationQueryRaw, RouteLocationNormalizedLoaded } from 'vue-router'

/** Where somebody goes on who wanted nothing else. */
export const START = '/review'

/** The query by which a page leads on to another one afterwards. */
export function leadingTo(address: string): LocationQueryRaw {
  return address === START ? {} : { next: address }
}

/** Where a page leads on to: only a path of this console, as the query comes from the address bar. */
export function nextOf(route: RouteLocationNormalizedLoaded): string {
  const wanted = route.query['next']
  return typeof wanted === 'string' && /^\/(?![/\\])/.test(wanted) ? wanted : START
}

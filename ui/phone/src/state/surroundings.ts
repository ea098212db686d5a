/**
 * Tells the core whether somebody pays for each byte, so that originals of photos wait for a
 * network that costs nothing. Where the window cannot tell, it says so and the core decides.
 */
import type { Backend } from '../backend/backend'

/** What browsers of phones say of their network; no standard library describes it yet. */
export interface Connection extends EventTarget {
  /** `wifi`, `cellular`, `ethernet`, `none` and others; absent on desktops. */
  readonly type?: string
  /** The person has asked for less traffic. */
  readonly saveData?: boolean
}

export function connectionOf(browser: Navigator): Connection | undefined {
  return (browser as Navigator & { connection?: Connection }).connection
}

/** Whether the network is metered; null where nothing says so. */
export function isMetered(connection: Connection | undefined): boolean | null {
  if (connection?.saveData === true) return true
  const type = connection?.type
  return type === undefined || type === 'unknown' || type === 'none' ? null : type === 'cellular' || type === 'wimax'
}

/** Says it now and after each change. */
export function tellNetwork(backend: Backend, connection: Connection | undefined): void {
  const tell = (): void => {
    // Not heard, the core keeps to what it knew; the next change says it again.
    void backend.run({ cmd: 'network', metered: isMetered(connection) }).catch(() => undefined)
  }
  connection?.addEventListener('change', tell)
  tell()
}

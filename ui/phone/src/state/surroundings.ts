/**
 * Tells the core what the window knows of the world around the phone: the network and what it costs,
 * whether somebody looks, and how the battery stands. Where the window cannot tell, it says so and
 * the core decides.
 */
import type { Backend } from '../backend/backend'
import type { Surroundings } from '@xunfang/shared'

/** Below this share of its charge a battery that is not being charged is spared. */
const LOW_CHARGE = 0.2

/** What browsers of phones say of their network; no standard library describes it yet. */
export interface Connection extends EventTarget {
  /** `wifi`, `cellular`, `ethernet`, `none` and others; absent on desktops. */
  readonly type?: string
  /** The person has asked for less traffic. */
  readonly saveData?: boolean
}

/** What browsers of phones say of their battery; some say nothing. */
export interface Battery extends EventTarget {
  /** 0 to 1. */
  readonly level: number
  readonly charging: boolean
}

/** Where all of it is asked. */
export interface Around {
  readonly browser: Navigator
  readonly page: Document
  readonly window: EventTarget
}

export function connectionOf(browser: Navigator): Connection | undefined {
  return (browser as Navigator & { connection?: Connection }).connection
}

async function batteryOf(browser: Navigator): Promise<Battery | undefined> {
  // A browser that has the question may still refuse the answer, which then is not known.
  return await (browser as Navigator & { getBattery?: () => Promise<Battery> }).getBattery?.().catch(() => undefined)
}

/** Whether the network is metered; null where nothing says so. */
export function isMetered(connection: Connection | undefined): boolean | null {
  if (connection?.saveData === true) return true
  const type = connection?.type
  return type === undefined || type === 'unknown' || type === 'none' ? null : type === 'cellular' || type === 'wimax'
}

export function surroundingsOf({ browser, page }: Around, battery: Battery | undefined): Surroundings {
  return {
    metered: isMetered(connectionOf(browser)),
    connected: browser.onLine,
    visible: page.visibilityState === 'visible',
    saving: battery === undefined ? null : battery.level < LOW_CHARGE && !battery.charging,
  }
}

/** Says it now and after each change. */
export async function tellSurroundings(backend: Backend, around: Around): Promise<void> {
  const power: { battery: Battery | undefined } = { battery: undefined }
  let told = ''
  const tell = (): void => {
    const now = surroundingsOf(around, power.battery)
    // A battery reports every percent; only what makes a difference is passed on.
    if (JSON.stringify(now) === told) return
    told = JSON.stringify(now)
    // Not heard, the core keeps to what it knew; the next change says it again.
    void backend.run({ cmd: 'surroundings', now }).catch(() => {
      told = ''
    })
  }
  connectionOf(around.browser)?.addEventListener('change', tell)
  around.window.addEventListener('online', tell)
  around.window.addEventListener('offline', tell)
  around.page.addEventListener('visibilitychange', tell)
  tell()
  power.battery = await batteryOf(around.browser)
  power.battery?.addEventListener('levelchange', tell)
  power.battery?.addEventListener('chargingchange', tell)
  tell()
}

/** The phone app in a browser, over the same core as in its window. */
import { join } from 'node:path'

import { PROGRAMS, answers, freePort, start } from './processes'
import type { Server } from './server'

/** Starts it on a free port and returns its address. `position` is latitude,longitude,accuracy. */
export async function startPreview(data: string, server: Server, position: string): Promise<string> {
  const address = `http://127.0.0.1:${await freePort()}`
  const running = start(
    join(PROGRAMS, 'xunfang-preview'),
    ['--data', data, '--listen', address.slice('http://'.length), '--server', server.address],
    { DISPLAY: '', WAYLAND_DISPLAY: '', XUNFANG_POSITION: position },
  )
  await answers('the preview', running, address)
  return address
}

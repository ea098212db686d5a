/** The phone app in a browser, over the same core as in its window. */
import { join } from 'node:path'

import { PROGRAMS, answers, start, until } from './processes'
import type { Server } from './server'

/** A preview that runs. */
export interface Preview {
  readonly address: string
  /** Ends it as a system does that is short of memory. */
  kill: () => Promise<void>
}

/** Starts it on a port of its choice. `position` is latitude,longitude,accuracy. */
export async function startPreview(data: string, server: Server, position: string): Promise<Preview> {
  const running = start(
    join(PROGRAMS, 'xunfang-preview'),
    ['--data', data, '--listen', '127.0.0.1:0', '--server', server.address],
    { DISPLAY: '', WAYLAND_DISPLAY: '', XUNFANG_POSITION: position, XUNFANG_CAMERA: cameraFolder(data) },
  )
  let ended = false
  void running.ended.then(() => (ended = true))
  const told = await until('the preview says where it listens', () =>
    Promise.resolve(ended ? 'ended' : /"address":"(127\.0\.0\.1:\d+)"/.exec(running.output())?.[1]),
  )
  if (told === 'ended') throw new Error(`the preview ended; it printed:\n${running.output()}`)
  const address = `http://${told}`
  await answers('the preview', running, address)
  return {
    address,
    kill: () => running.end('SIGKILL'),
  }
}

/** Where the camera of a preview leaves its photos. */
export function cameraFolder(data: string): string {
  return `${data}-camera`
}

/** A way to the server that breaks: the proxy of the simulator, in front of a real server. */
import { join } from 'node:path'

import { PROGRAMS, converse, until, type Running } from './processes'
import type { Server } from './server'

export class Tap {
  #asked = 0

  private constructor(
    private readonly running: Running,
    /** Where the phone finds the server. */
    readonly address: string,
  ) {}

  /** Opens a way that lets everything through. */
  static async open(server: Server): Promise<Tap> {
    const running = converse(join(PROGRAMS, 'xunfang-sim'), ['tap', '--to', `127.0.0.1:${server.port}`])
    const address = await until(
      'the tap says where it listens',
      () => Promise.resolve(/^listening (\S+)\n/m.exec(running.output())?.[1]),
    ).catch((error: unknown) => {
      throw new Error(`the tap does not listen; it printed:\n${running.output()}`, { cause: error })
    })
    return new Tap(running, address)
  }

  /** Ends every connection, and refuses new ones. */
  refuse(): Promise<void> {
    return this.#ask('refuse')
  }

  /** Takes connections again, and lets go what is held up. */
  pass(): Promise<void> {
    return this.#ask('pass')
  }

  /** Cuts a connection whenever so many more bytes of photos have passed, so many times. */
  cutAfter(bytes: number, times: number): Promise<void> {
    return this.#ask(`cut-after ${bytes} ${times}`)
  }

  /** Holds everything up in the middle of a photo, once so many more bytes of photos have passed. */
  holdAfter(bytes: number): Promise<void> {
    return this.#ask(`hold-after ${bytes}`)
  }

  /** How many connections were cut. */
  get cuts(): number {
    return this.#lines(/^cut \d+\n/gm)
  }

  /** Waits until everything has been held up so many times. */
  async held(times: number): Promise<void> {
    await this.#until(`photos are held up, ${times} in all`, () => this.#lines(/^held \d+\n/gm) >= times)
  }

  close(): Promise<void> {
    return this.running.end()
  }

  async #ask(command: string): Promise<void> {
    this.#asked += 1
    this.running.say(command)
    await this.#until(`the tap has done ${command}`, () => this.#lines(/^(?:done|failed) .*\n/gm) >= this.#asked)
    if (this.running.output().includes(`failed ${command}`)) {
      throw new Error(`the tap printed:\n${this.running.output()}`)
    }
  }

  async #until(what: string, probe: () => boolean): Promise<void> {
    await until(what, () => Promise.resolve(probe())).catch((error: unknown) => {
      throw new Error(`the tap printed:\n${this.running.output()}`, { cause: error })
    })
  }

  /** How many lines are like this; of one that is still being written the end is missing. */
  #lines(pattern: RegExp): number {
    return (this.running.output().match(pattern) ?? []).length
  }
}

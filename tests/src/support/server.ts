/** The real server with the two sample districts, on a free port and in a folder of its own. */
import { readFile, readdir } from 'node:fs/promises'
import { execFile } from 'node:child_process'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'

import { sha256 } from './photos'
import { PROGRAMS, answers, start, type Running } from './processes'

const run = promisify(execFile)
const PROGRAM = join(PROGRAMS, 'xunfang-server')

export interface Account {
  readonly account: string
  readonly password: string
}

export class Server {
  #running: Running | null = null

  private constructor(
    readonly data: string,
    readonly port: number,
    readonly inspector: Account,
    readonly supervisor: Account,
    /** An inspector of the other sample district. */
    readonly elsewhere: Account,
    readonly administrator: Account,
    private readonly accounts: readonly Account[],
  ) {}

  /** Loads the sample districts; the server is not started yet. */
  static async prepare(data: string, port: number): Promise<Server> {
    await run(PROGRAM, ['sample', '--data', data])
    const kept = await readFile(join(data, 'sample-accounts.json'), 'utf8')
    const accounts = JSON.parse(kept) as Account[]
    const find = (name: string): Account => {
      const found = accounts.find(({ account }) => account === name)
      if (found === undefined) throw new Error(`the sample district has no account ${name}`)
      return found
    }
    return new Server(data, port, find('xunfang01'), find('ducha01'), find('xunfang11'), find('guanli01'), accounts)
  }

  passwordOf(name: string): string {
    const found = this.accounts.find(({ account }) => account === name)
    if (found === undefined) throw new Error(`the sample districts have no account ${name}`)
    return found.password
  }

  get address(): string {
    return `http://127.0.0.1:${this.port}`
  }

  /** Every stored photo and copy, read from the folder: its name, and the hash of its bytes. */
  async stored(): Promise<{ name: string; hash: string }[]> {
    const blobs = join(this.data, 'blobs')
    const files = (await readdir(blobs, { recursive: true })).filter((file) => /[0-9a-f]{64}$/.test(file))
    return await Promise.all(
      files.map(async (file) => ({ name: basename(file), hash: await sha256(join(blobs, file)) })),
    )
  }

  async start(): Promise<void> {
    const running = start(PROGRAM, ['serve', '--data', this.data, '--listen', `127.0.0.1:${this.port}`])
    this.#running = running
    await answers('the server', running, `${this.address}/healthz`)
  }

  async stop(): Promise<void> {
    await this.#running?.end()
    this.#running = null
  }
}

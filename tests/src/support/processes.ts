/**
 * Processes that a test starts, and ends by id.
 *
 * Each keeps the tail of what it printed, so that a failing test can say why.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, readdir, readlink, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

export const ROOT = resolve(import.meta.dirname, '../../..')
/** Where `cargo` put the programs under test. */
export const PROGRAMS = process.env['XUNFANG_PROGRAMS'] ?? join(ROOT, 'target/debug')
const OUTPUT_KEPT = 20_000

export interface Running {
  readonly pid: number
  /** Everything printed so far, the newest last. */
  output(): string
  /** Writes a line to its standard input; for what was started by `converse` alone. */
  say(line: string): void
  /** Ends the process and waits until it is gone. */
  end(signal?: NodeJS.Signals): Promise<void>
  /** Resolves with the exit code once the process has ended by itself. */
  readonly ended: Promise<number | null>
}

/** Starts a program; a test that fails to end it leaves nothing behind after `endAll`. */
const running = new Set<Running>()

export function start(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Running {
  return follow(program, spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  }))
}

/** Starts a program that is told what to do line by line. */
export function converse(program: string, args: readonly string[]): Running {
  return follow(program, spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] }))
}

function follow(program: string, child: ChildProcess): Running {
  let output = ''
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-OUTPUT_KEPT)
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  // Whoever asks next waits in vain for an answer, and finds this.
  child.stdin?.on('error', (error) => {
    output += error.message
  })
  const ended = new Promise<number | null>((settle) => {
    child.on('error', (error) => {
      output += error.message
      settle(null)
    })
    child.on('exit', (code) => {
      settle(code)
    })
  })
  const pid = child.pid
  if (pid === undefined) throw new Error(`${program} did not start: is it built and installed?`)
  const handle: Running = {
    pid,
    output: () => output,
    ended,
    say(line) {
      if (child.stdin === null) throw new Error(`${program} takes no lines`)
      child.stdin.write(`${line}\n`)
    },
    async end(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal)
      await ended
      running.delete(handle)
    },
  }
  running.add(handle)
  return handle
}

/** Ends whatever a test left running. */
export async function endAll(): Promise<void> {
  for (const handle of [...running].reverse()) await handle.end('SIGKILL')
}

/** Asks again and again until `probe` gives a value, and fails with `what` after `withinMs`. */
export async function until<T>(
  what: string,
  probe: () => Promise<T | null | undefined | false>,
  withinMs = 30_000,
): Promise<T> {
  const began = Date.now()
  let last: unknown
  for (;;) {
    try {
      const value = await probe()
      if (value !== null && value !== undefined && value !== false) return value
    } catch (error) {
      last = error
    }
    if (Date.now() - began > withinMs) {
      const why = last instanceof Error ? `: ${last.message}` : ''
      throw new Error(`${what}: not within ${withinMs} ms${why}`)
    }
    const tick = AbortSignal.timeout(50)
    await once(tick, 'abort')
  }
}

// Below those that systems hand out by themselves: between the probe and the program that listens,
// and while a server is away, no connection of somebody else can be given the same one.
const FIRST_PORT = 12_000
const PORTS = 4_000

/** A port of the loopback interface that is free now, and asked for by nobody else. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries += 1) {
    const port = FIRST_PORT + randomInt(PORTS)
    const probe = createServer()
    const free = once(probe, 'listening').then(() => true, () => false)
    probe.listen(port, '127.0.0.1')
    if (await free) {
      probe.close()
      await once(probe, 'close')
      return port
    }
  }
  throw new Error('no free port')
}

/** Waits until a program that listens on `address` answers; says what it printed when it does not. */
export async function answers(what: string, running: Running, address: string): Promise<void> {
  let code: number | null | undefined
  void running.ended.then((ended) => (code = ended))
  try {
    await until(`${what} answers`, async () => {
      if (code !== undefined) return 'ended'
      return (await fetch(address)).ok
    })
  } catch (error) {
    throw new Error(`${what} does not answer at ${address}; it printed:\n${running.output()}`, { cause: error })
  }
  if (code !== undefined) throw new Error(`${what} ended with ${code}; it printed:\n${running.output()}`)
}

/** A folder that is removed after the test. */
export async function folder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'xunfang-'))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}

/** The processes that run `program` with `NAME=value` in their environment. */
export async function pidsOf(program: string, name: string, value: string): Promise<number[]> {
  const found: number[] = []
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    try {
      const exe = await readlink(`/proc/${entry}/exe`)
      const environment = await readFile(`/proc/${entry}/environ`, 'utf8')
      if (exe === program && environment.split('\0').includes(`${name}=${value}`)) {
        found.push(Number(entry))
      }
    } catch {
      // The process ended while it was looked at, or belongs to somebody else.
    }
  }
  return found
}

/** The server's interface as its console uses it, without a browser. */
import { createHash } from 'node:crypto'

import type { Server } from './server'

export class Api {
  private constructor(
    private readonly server: Server,
    private readonly cookie: string,
  ) {}

  static async signIn(server: Server, account: string): Promise<Api> {
    const signed = await fetch(`${server.address}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: server.address },
      body: JSON.stringify({ account, password: server.passwordOf(account) }),
    })
    return new Api(server, signed.headers.get('set-cookie')?.split(';')[0] ?? '')
  }

  /** What the server answers to `/api/v1/` and the path. */
  async json(path: string): Promise<unknown> {
    return (await this.#get(path)).json()
  }

  /** Fetches an original, and hashes what arrived. */
  async originalSha256(sha256: string): Promise<string> {
    const answer = await this.#get(`photos/${sha256}/original`)
    return createHash('sha256').update(new Uint8Array(await answer.arrayBuffer())).digest('hex')
  }

  /** Decides on a finding. */
  async decide(finding: string, decision: { rev: number; decision: 'accept' }): Promise<void> {
    const answer = await fetch(`${this.server.address}/api/v1/findings/${finding}/review`, {
      method: 'POST',
      headers: { cookie: this.cookie, 'content-type': 'application/json', origin: this.server.address },
      body: JSON.stringify(decision),
    })
    if (!answer.ok) throw new Error(`the review of ${finding}: ${answer.status} ${await answer.text()}`)
  }

  async #get(path: string): Promise<Response> {
    const answer = await fetch(`${this.server.address}/api/v1/${path}`, { headers: { cookie: this.cookie } })
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`)
    return answer
  }
}

/** A supervisor in front of the web console. */
import { createHash } from 'node:crypto'

import type { Browser, Locator, Page } from 'playwright-core'

import type { Account, Server } from './server'

export class Supervisor {
  private constructor(readonly page: Page) {}

  static async signIn(browser: Browser, server: Server, account: Account = server.supervisor): Promise<Supervisor> {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'zh-CN' })
    const page = await context.newPage()
    await page.goto(server.address)
    await page.getByTestId('account').fill(account.account)
    await page.getByTestId('password').fill(account.password)
    await page.getByTestId('sign-in').click()
    await page.getByTestId('tab-pending').waitFor()
    return new Supervisor(page)
  }

  /** The rows of the queue. */
  get queue(): Locator {
    return this.page.getByTestId('queue-row')
  }

  async open(finding: string): Promise<void> {
    await this.page.locator(`[data-testid="queue-row"][data-finding="${finding}"]`).click()
    await this.page.locator(`[data-testid="detail"][data-finding="${finding}"]`).waitFor()
  }

  /** The hashes that the console shows for the open finding. */
  shownHashes(): Promise<string[]> {
    return this.page
      .getByTestId('photo-hash')
      .evaluateAll((cells) => cells.map((cell) => cell.getAttribute('data-sha256') ?? ''))
  }

  /** Fetches an original as the page may, and hashes what arrived. */
  async originalSha256(sha256: string): Promise<string> {
    const path = `/api/v1/photos/${sha256}/original`
    const answer = await this.page.request.get(new URL(path, this.page.url()).href)
    if (!answer.ok()) throw new Error(`${path}: ${answer.status()}`)
    return createHash('sha256').update(await answer.body()).digest('hex')
  }

  async returnWith(reason: string): Promise<void> {
    await this.page.getByTestId('return').click()
    await this.page.getByTestId('reason').fill(reason)
    await this.page.getByTestId('reason-confirm').click()
  }
}

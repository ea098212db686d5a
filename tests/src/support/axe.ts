/** The accessibility rules of axe. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'

import type { Page } from 'playwright-core'

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

/** What axe finds on the page; empty when all is well. */
export async function accessibilityFindings(page: Page): Promise<string[]> {
  // Evaluated rather than added as a script, which the page's content policy would refuse.
  await page.evaluate(await readFile(AXE, 'utf8'))
  return await page.evaluate(async () => {
    interface Violation { id: string; nodes: { html: string }[] }
    const { axe } = window as unknown as { axe: { run: () => Promise<{ violations: Violation[] }> } }
    const { violations } = await axe.run()
    return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)
  })
}

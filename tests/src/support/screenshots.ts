/** Pictures of what people see; `make screenshots` takes two of them into the README. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { Page } from 'playwright-core'

import { ROOT } from './processes'
import { PhoneWindow } from './window'

const FOLDER = join(ROOT, 'target/screenshots')
/** What Chromium says of a page whose frame it cannot copy, mostly of the first one after its start. */
const NO_FRAME = 'Unable to capture screenshot'
const TRIES = 3

/** Keeps what the app's window or a page of the browser shows; `fullPage` with what is below its edge. */
export async function keepScreenshot(
  name: string,
  shown: PhoneWindow | Page,
  { fullPage = false } = {},
): Promise<void> {
  const png =
    shown instanceof PhoneWindow
      ? Buffer.from(await shown.screenshot(), 'base64')
      : await pictureOf(shown, fullPage)
  await mkdir(FOLDER, { recursive: true })
  await writeFile(join(FOLDER, `${name}.png`), png)
}

/** Asks Chromium again, once it has drawn, where it has no frame to copy; any other failure is one. */
async function pictureOf(page: Page, fullPage: boolean): Promise<Buffer> {
  for (let left = TRIES - 1; ; left -= 1) {
    try {
      return await page.screenshot({ fullPage })
    } catch (error) {
      if (left === 0 || !(error instanceof Error && error.message.includes(NO_FRAME))) throw error
      await page.evaluate(
        () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))),
      )
    }
  }
}

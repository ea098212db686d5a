/** Pictures of what people see; `make screenshots` takes two of them into the README. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { ROOT } from './processes'

const FOLDER = join(ROOT, 'target/screenshots')

export async function keepScreenshot(name: string, png: Buffer | string): Promise<void> {
  await mkdir(FOLDER, { recursive: true })
  await writeFile(join(FOLDER, `${name}.png`), typeof png === 'string' ? Buffer.from(png, 'base64') : png)
}

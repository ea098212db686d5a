/** Photos to record: real ones where the shared folder is there, and generated ones. */
import { createHash } from 'node:crypto'
import { execFile } from 'node:child_process'
import { access, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { PROGRAMS, ROOT } from './processes'

const SHARED = join(ROOT, '../shared/photos')

export async function sha256(path: string): Promise<string> {
  return createHash('sha256').update(await readFile(path)).digest('hex')
}

/** Writes a photo of the given size that no other has the bytes of. */
export async function generated(path: string, width: number, height: number): Promise<string> {
  await promisify(execFile)(join(PROGRAMS, 'examples/generate_photo'), [path, String(width), String(height)])
  return path
}

/** A real photo, or a generated one of the same size where the shared folder is not there. */
export async function phonePhoto(name: 'phone-12mp.jpg' | 'phone-8mp.jpg', folder: string): Promise<string> {
  const real = join(SHARED, name)
  try {
    await access(real)
    return real
  } catch {
    const [width, height] = name === 'phone-12mp.jpg' ? [4032, 3024] : [3264, 2448]
    return await generated(join(folder, name), width, height)
  }
}

/** A file that is no photo. */
export async function notAPhoto(path: string): Promise<string> {
  await writeFile(path, 'This is a letter, not a photo.')
  return path
}

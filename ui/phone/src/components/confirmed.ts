import { showConfirmDialog, type DialogOptions } from 'vant/es/dialog'
import 'vant/es/overlay/index.css'
import 'vant/es/popup/index.css'
import 'vant/es/dialog/index.css'

/** Asks before something that cannot be taken back; false where the person would rather not. */
export async function confirmed(words: DialogOptions): Promise<boolean> {
  try {
    await showConfirmDialog(words)
    return true
  } catch {
    return false
  }
}

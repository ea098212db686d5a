import { ref } from 'vue'

import { useApi } from '../api/api'
import { codeOf } from '../api/errors'
import { useText } from '../i18n'
import { anythingUnsaved } from '../parts/unsaved'
import { useSession } from './session'

/** Signing out, wherever a page offers it; `problem` is the code of why it did not come about. */
export function useSigningOut() {
  const api = useApi()
  const session = useSession()
  const { t } = useText()
  const problem = ref('')

  async function signOut(): Promise<void> {
    if (anythingUnsaved() && !window.confirm(t('app.signOutUnsaved'))) return
    problem.value = ''
    try {
      await session.signOut(api)
    } catch (thrown) {
      problem.value = codeOf(thrown)
    }
  }

  return { problem, signOut }
}

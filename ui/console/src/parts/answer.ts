import { onScopeDispose, ref, shallowRef } from 'vue'

import { codeOf, isAborted } from '../api/errors'

/** One answer of the server that a page shows. Asked again, the latest question wins. */
export function useAnswer<T>(ask: (signal: AbortSignal) => Promise<T>) {
  const value = shallowRef<T | null>(null)
  const status = ref<'loading' | 'ready' | 'failed'>('loading')
  const problem = ref('')
  let running = new AbortController()
  onScopeDispose(() => { running.abort() })

  async function run(keeps: boolean): Promise<void> {
    running.abort()
    running = new AbortController()
    const { signal } = running
    if (status.value === 'failed') status.value = 'loading'
    try {
      const answer = await ask(signal)
      if (signal.aborted) return
      value.value = answer
      status.value = 'ready'
    } catch (thrown) {
      if (isAborted(thrown) || signal.aborted) return
      if (keeps && value.value !== null) return
      problem.value = codeOf(thrown)
      status.value = 'failed'
    }
  }

  return {
    value,
    status,
    problem,
    /** Asks; a failure shows in place of what was there. */
    load: () => run(false),
    /** Asks again for the same; on failure what is on the screen stays. */
    refresh: () => run(true),
    /** Takes an answer that came another way. */
    put(answer: T): void {
      running.abort()
      value.value = answer
      status.value = 'ready'
    },
    /** Forgets the answer, as a question about something else begins. */
    reset(): void {
      running.abort()
      value.value = null
      status.value = 'loading'
    },
  }
}

import { onBeforeUnmount, ref, type Ref } from 'vue'

/** The words for "how long ago" change once a minute; half of that keeps them honest. */
const TICK_MS = 30_000

/** The time now, for relative times on a screen that stays open. */
export function useNow(): Ref<number> {
  const now = ref(Date.now())
  const timer = setInterval(() => {
    now.value = Date.now()
  }, TICK_MS)
  onBeforeUnmount(() => {
    clearInterval(timer)
  })
  return now
}

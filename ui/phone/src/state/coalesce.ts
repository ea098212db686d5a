/**
 * Makes a refresh that can be asked for any number of times: one runs, at most one waits. Whoever
 * asks while one runs gets the next one, so nobody is answered with data from before their request.
 */
export function coalesce(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null
  let waiting: Promise<void> | null = null

  function begin(): Promise<void> {
    const run = work().finally(() => {
      if (running === run) running = null
    })
    running = run
    return run
  }

  return () => {
    if (running === null) return begin()
    waiting ??= running
      .catch(() => undefined)
      .then(() => {
        waiting = null
        return begin()
      })
    return waiting
  }
}

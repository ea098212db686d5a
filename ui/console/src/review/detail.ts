import type { FindingDetail, FindingId, Review, ReviewRequest } from '@xunfang/shared'
import { onScopeDispose, ref, type Ref, shallowRef, watch } from 'vue'

import type { Api } from '../api/api'
import { ApiError, codeOf, isAborted } from '../api/errors'

/** What a supervisor decides, without the revision that the request adds. */
export type Verdict = { decision: 'accept' } | { decision: 'return'; reason: string }

export type DecideOutcome = 'done' | 'moved_on' | 'failed'

/** The finding that is open, and the decision about it. */
export function useDetail(api: Api, id: Ref<FindingId | null>) {
  const detail = shallowRef<FindingDetail | null>(null)
  const status = ref<'none' | 'loading' | 'ready' | 'failed'>('none')
  const problem = ref('')
  const deciding = ref<'idle' | 'accept' | 'return'>('idle')
  const decideProblem = ref('')
  /** The review as it stood when this person's decision came too late: decided, or pending again by a revision. */
  const movedOn = shallowRef<Review | null>(null)
  /** Whether its author revised it while it was open: what it says now may not have been read. */
  const revised = ref(false)

  let running = new AbortController()
  onScopeDispose(() => { running.abort() })

  async function fetchDetail(wanted: FindingId): Promise<void> {
    running.abort()
    running = new AbortController()
    const { signal } = running
    try {
      const answer = await api.finding(wanted, signal)
      if (signal.aborted) return
      if (detail.value?.row.record.id === wanted && answer.earlier.length > detail.value.earlier.length) {
        revised.value = true
        // It was about what the finding said before.
        decideProblem.value = ''
      }
      if (movedOn.value && movedOn.value.rev < answer.row.review.rev) movedOn.value = null
      detail.value = answer
      status.value = 'ready'
    } catch (thrown) {
      if (isAborted(thrown) || signal.aborted) return
      // What is on the screen is better than nothing, as long as it is the right finding.
      if (detail.value?.row.record.id === wanted) return
      problem.value = codeOf(thrown)
      status.value = 'failed'
    }
  }

  async function reload(): Promise<void> {
    if (id.value === null) return
    if (status.value !== 'ready') status.value = 'loading'
    await fetchDetail(id.value)
  }

  watch(
    id,
    (wanted) => {
      running.abort()
      decideProblem.value = ''
      movedOn.value = null
      revised.value = false
      detail.value = null
      status.value = wanted === null ? 'none' : 'loading'
      if (wanted !== null) void fetchDetail(wanted)
    },
    { immediate: true },
  )

  function show(review: Review): void {
    const current = detail.value
    if (current?.row.record.id !== review.finding) return
    detail.value = { ...current, row: { ...current.row, review } }
  }

  /** Sends a decision about the revision on the screen; `settled` gets the new review. */
  async function decide(verdict: Verdict, settled: (review: Review) => void): Promise<DecideOutcome> {
    const current = detail.value
    if (!current || current.row.record.id !== id.value || deciding.value !== 'idle') return 'failed'
    const finding = current.row.record.id
    const request: ReviewRequest = { rev: current.row.review.rev, ...verdict }
    deciding.value = verdict.decision
    decideProblem.value = ''
    movedOn.value = null
    revised.value = false
    try {
      const review = await api.review(finding, request)
      show(review)
      settled(review)
      return 'done'
    } catch (thrown) {
      if (thrown instanceof ApiError && thrown.code === 'review_moved_on') {
        await fetchDetail(finding)
        const now = detail.value
        if (id.value === finding && now?.row.record.id === finding) {
          movedOn.value = now.row.review
          settled(now.row.review)
        }
        return 'moved_on'
      }
      if (id.value === finding) decideProblem.value = codeOf(thrown)
      return 'failed'
    } finally {
      deciding.value = 'idle'
    }
  }

  return { detail, status, problem, deciding, decideProblem, movedOn, revised, reload, decide }
}

/** Words and marks for the core's vocabulary: one table per type, complete by its record type. */
import type {
  Criterion,
  FindingStage,
  FindingView,
  InspectionStage,
  LinkState,
  Outcome,
  PositionMissing,
  Role,
  Side,
  SyncView,
} from '@xunfang/shared'

import { stuckKey } from './errors/presentation'
import type { IconName } from './components/icons'
import type { Locale, MessageKey, Text } from './messages'

/** Colour families of the theme. No mark relies on its tone alone: each has words and an icon. */
export type Tone = 'accent' | 'calm' | 'good' | 'warn' | 'bad'

export const ROLES: Record<Role, MessageKey> = {
  inspector: 'mine.inspector',
  grid_inspector: 'mine.gridInspector',
  duty: 'mine.duty',
  handler: 'mine.handler',
  supervisor: 'mine.supervisor',
  reviewer: 'mine.reviewer',
  administrator: 'mine.administrator',
  observer: 'mine.observer',
}

interface Mark {
  readonly label: MessageKey
  readonly icon: IconName
  readonly tone: Tone
}

export const SIDES: Record<Side | 'missing', Mark> = {
  inside: { label: 'point.inside', icon: 'check-circle', tone: 'good' },
  outside: { label: 'point.outside', icon: 'outside', tone: 'warn' },
  unsure: { label: 'point.unsure', icon: 'question', tone: 'calm' },
  missing: { label: 'point.noFix', icon: 'no-fix', tone: 'calm' },
}

export const OUTCOMES: Record<Outcome, Omit<Mark, 'label'>> = {
  met: { icon: 'check-circle', tone: 'good' },
  not_met: { icon: 'alert', tone: 'bad' },
  undetermined: { icon: 'question', tone: 'warn' },
  not_applicable: { icon: 'minus', tone: 'calm' },
}

export const INSPECTION_STAGES: Record<InspectionStage, Mark> = {
  open: { label: 'inspection.stageOpen', icon: 'pencil', tone: 'warn' },
  saved: { label: 'stage.saved', icon: 'phone', tone: 'calm' },
  applied: { label: 'stage.applied', icon: 'cloud', tone: 'accent' },
  rejected: { label: 'stage.rejected', icon: 'alert', tone: 'bad' },
}

export const STAGES: Record<FindingStage, Mark> = {
  saved: { label: 'stage.saved', icon: 'phone', tone: 'calm' },
  sending: { label: 'stage.sending', icon: 'sync', tone: 'accent' },
  photos_stored: { label: 'stage.photosStored', icon: 'cloud', tone: 'accent' },
  applied: { label: 'stage.applied', icon: 'cloud', tone: 'accent' },
  // Nothing has gone wrong and nothing is lost: no alarm.
  conflict: { label: 'stage.conflict', icon: 'question', tone: 'warn' },
  rejected: { label: 'stage.rejected', icon: 'alert', tone: 'bad' },
  accepted: { label: 'stage.accepted', icon: 'check-circle', tone: 'good' },
  returned: { label: 'stage.returned', icon: 'undo', tone: 'warn' },
}

/** Whether a revision has arrived that nobody has decided on: its review is known and pending. */
export function awaitsSecondLook({ stage, review }: FindingView): boolean {
  return stage === 'applied' && review !== null && review.state === 'pending' && review.rev > 0
}

/** A finding's chip. */
export function stageMark(finding: FindingView): Mark {
  const mark = STAGES[finding.stage]
  return awaitsSecondLook(finding) ? { ...mark, label: 'stage.secondLook' } : mark
}

/** Why the list is by name. */
export const SORTED_BY_NAME: Record<PositionMissing, MessageKey> = {
  denied: 'today.denied',
  no_fix: 'today.noFix',
  unavailable: 'today.unavailable',
}

/** What a missing position means for a record. */
export const POSITION_MISSING: Record<PositionMissing, MessageKey> = {
  denied: 'point.deniedText',
  no_fix: 'point.noFixText',
  unavailable: 'point.unavailableText',
}

export const LINKS: Record<LinkState, Mark> = {
  online: { label: 'sync.online', icon: 'cloud', tone: 'good' },
  syncing: { label: 'sync.syncing', icon: 'sync', tone: 'accent' },
  offline: { label: 'sync.offline', icon: 'cloud-off', tone: 'calm' },
  signed_out: { label: 'sync.signedOut', icon: 'user', tone: 'warn' },
}

/** The chip's icon and tone: what needs the person comes before how the link is. */
export function syncMark(sync: SyncView): Pick<Mark, 'icon' | 'tone'> {
  if (sync.rejected > 0) return { icon: 'alert', tone: 'bad' }
  if (sync.conflicts > 0) return STAGES.conflict
  if (sync.link === 'online' && sync.unsent > 0) return { icon: 'phone', tone: 'calm' }
  return LINKS[sync.link]
}

/** The chip's words: the link, what waits, what needs the person. Nothing is said twice. */
export function syncWords(sync: SyncView, t: Text): string {
  const words: string[] = []
  const waiting = t('sync.waiting', { count: sync.unsent })
  if (sync.link === 'syncing' && sync.unsent > 0) {
    words.push(t('sync.sending', { count: sync.unsent }))
  } else if (sync.link === 'online' && sync.unsent > 0) {
    words.push(waiting)
  } else {
    words.push(t(LINKS[sync.link].label))
    if (sync.unsent > 0) words.push(waiting)
  }
  if (sync.rejected > 0) words.push(t('sync.rejected', { count: sync.rejected }))
  if (sync.conflicts > 0) words.push(t('sync.conflicts', { count: sync.conflicts }))
  return words.join(' · ')
}

/** What a confirmation says below: what was saved is safe here, and may have to be sent. */
export function waitingWords({ unsent }: SyncView, t: Text): string {
  return unsent > 0 ? t('record.savedWaiting', { count: unsent }) : t('record.savedSent')
}

/** Why a finding does not go on; empty where nothing holds it up. */
export function stuckWords({ stage, stuck }: FindingView, t: Text): string {
  if (stuck === null) return ''
  const key = stuckKey(stuck)
  // A refusal is final: an unknown code must not promise another attempt.
  return t(key === 'stuck.other' && stage === 'rejected' ? 'stuck.refused' : key, { code: stuck })
}

export function criterionName(criterion: Criterion, locale: Locale): string {
  return locale === 'en' ? criterion.name_en : criterion.name_zh
}

export function criterionHint(criterion: Criterion, locale: Locale): string {
  return locale === 'en' ? criterion.hint_en : criterion.hint_zh
}

/** Of a finding, or of what the server has of it. */
export function findingName(
  finding: Pick<FindingView, 'criterion_name_zh' | 'criterion_name_en'>,
  locale: Locale,
): string {
  return locale === 'en' ? finding.criterion_name_en : finding.criterion_name_zh
}

/**
 * One table from codes to words: what happened, what is safe, what to do next. The record types
 * make the build fail when the core learns a code that has no words here.
 */
import type { ErrorCode } from '@xunfang/shared'

import type { MessageKey } from '../messages'

export type Severity = 'notice' | 'warning' | 'danger'

export interface ErrorPresentation {
  readonly severity: Severity
  /** What happened. */
  readonly what: MessageKey
  /** What is safe; null where nothing was at stake. */
  readonly safe: MessageKey | null
  /** What to do next. */
  readonly next: MessageKey
  /** Whether the same request can succeed a moment later. */
  readonly retry: boolean
}

type Row = readonly [Severity, MessageKey, MessageKey | null, MessageKey, boolean]

function present([severity, what, safe, next, retry]: Row): ErrorPresentation {
  return { severity, what, safe, next, retry }
}

export const ERRORS: Record<ErrorCode, ErrorPresentation> = {
  bad_command: present(['danger', 'error.app.what', 'error.safe.all', 'error.app.next', false]),
  signed_out: present(['warning', 'error.signedOut.what', 'error.safe.all', 'error.signedOut.next', false]),
  wrong_password: present(['warning', 'error.password.what', null, 'error.password.next', false]),
  locked: present(['warning', 'error.locked.what', null, 'error.locked.next', false]),
  device_revoked: present(['warning', 'error.revoked.what', 'error.safe.all', 'error.revoked.next', false]),
  bad_server_address: present(['warning', 'error.address.what', null, 'error.address.next', false]),
  server_unreachable: present(['warning', 'error.unreachable.what', 'error.safe.all', 'error.unreachable.next', true]),
  server_broken: present(['warning', 'error.broken.what', 'error.safe.all', 'error.broken.next', true]),
  not_for_this_role: present(['notice', 'error.role.what', null, 'error.role.next', false]),
  not_found: present(['warning', 'error.notFound.what', 'error.safe.all', 'error.notFound.next', false]),
  photo_empty: present(['warning', 'error.photoEmpty.what', 'error.safe.photos', 'error.photoEmpty.next', false]),
  photo_unreadable: present(['warning', 'error.photoUnreadable.what', 'error.safe.photos', 'error.photoUnreadable.next', false]),
  photo_heic: present(['warning', 'error.photoHeic.what', 'error.safe.photos', 'error.photoHeic.next', false]),
  photo_unsupported: present(['warning', 'error.photoUnsupported.what', 'error.safe.photos', 'error.photoUnsupported.next', false]),
  photo_damaged: present(['warning', 'error.photoDamaged.what', 'error.safe.photos', 'error.photoDamaged.next', false]),
  photo_too_many_bytes: present(['warning', 'error.photoBytes.what', 'error.safe.photos', 'error.photoBytes.next', false]),
  photo_too_many_pixels: present(['warning', 'error.photoPixels.what', 'error.safe.photos', 'error.photoPixels.next', false]),
  photo_missing: present(['notice', 'error.photoMissing.what', 'error.safe.typed', 'error.photoMissing.next', false]),
  photo_too_many: present(['warning', 'error.photoTooMany.what', 'error.safe.photos', 'error.photoTooMany.next', false]),
  criterion_missing: present(['notice', 'error.criterion.what', 'error.safe.typed', 'error.criterion.next', false]),
  checklist_empty: present(['notice', 'error.checklist.what', null, 'error.checklist.next', false]),
  position_missing: present(['notice', 'error.position.what', 'error.safe.typed', 'error.position.next', true]),
  drawing_invalid: present(['warning', 'error.drawing.what', 'error.safe.photos', 'error.drawing.next', false]),
  inspection_incomplete: present(['notice', 'error.incomplete.what', 'error.safe.typed', 'error.incomplete.next', false]),
  note_too_long: present(['warning', 'error.note.what', 'error.safe.typed', 'error.note.next', false]),
  draft_in_use: present(['warning', 'error.draftInUse.what', 'error.safe.all', 'error.draftInUse.next', false]),
  finding_moved_on: present(['notice', 'error.movedOn.what', 'error.safe.all', 'error.movedOn.next', false]),
  disk_full: present(['danger', 'error.diskFull.what', 'error.safe.before', 'error.diskFull.next', true]),
  disk_read_only: present(['danger', 'error.diskReadOnly.what', 'error.safe.before', 'error.diskReadOnly.next', true]),
  disk_failed: present(['danger', 'error.diskFailed.what', 'error.safe.before', 'error.diskFailed.next', true]),
  keys_unavailable: present(['danger', 'error.keys.what', 'error.safe.all', 'error.keys.next', false]),
  database_damaged: present(['danger', 'error.database.what', 'error.safe.sent', 'error.database.next', false]),
  rescue_empty: present(['notice', 'error.rescueEmpty.what', null, 'error.rescueEmpty.next', false]),
  rescue_address_unknown: present(['warning', 'error.rescueAddress.what', 'error.safe.all', 'error.rescueAddress.next', false]),
  rescue_not_written: present(['warning', 'error.rescueNotWritten.what', 'error.safe.all', 'error.rescueNotWritten.next', true]),
  internal: present(['danger', 'error.app.what', 'error.safe.all', 'error.app.next', true]),
}

// Codes of the server and of the link, which reach the phone as plain strings: a newer server may
// send one that is not here, and then the general sentence is shown.
const STUCK: ReadonlyMap<string, MessageKey> = new Map<string, MessageKey>(
  Object.entries({
    unreachable: 'stuck.unreachable',
    timeout: 'stuck.unreachable',
    cut: 'stuck.unreachable',
    signed_out: 'stuck.signedOut',
    forbidden: 'stuck.forbidden',
    busy: 'stuck.busy',
    too_often: 'stuck.busy',
    not_ready: 'stuck.busy',
    storage_full: 'stuck.serverFull',
    internal: 'stuck.server',
    garbled: 'stuck.server',
    too_old: 'stuck.tooOld',
    offset_mismatch: 'stuck.photoAgain',
    hash_mismatch: 'stuck.photoAgain',
    piece_damaged: 'stuck.photoAgain',
    signature_invalid: 'stuck.signature',
    photos_missing: 'stuck.photoAgain',
    too_large: 'stuck.photoRefused',
    not_a_photo: 'stuck.photoRefused',
    photo_file_missing: 'stuck.photoGone',
    photo_file_short: 'stuck.photoGone',
    photo_file_damaged: 'stuck.photoDamaged',
    record_invalid: 'stuck.record',
    op_id_reused: 'stuck.record',
    kind_unknown: 'stuck.tooOld',
    finding_unknown: 'stuck.findingUnknown',
    point_unknown: 'stuck.point',
    standard_unknown: 'stuck.standard',
    storage: 'stuck.disk',
  } satisfies Record<string, MessageKey>),
)

/** Why something was not sent, in plain words. */
export function stuckKey(code: string): MessageKey {
  return STUCK.get(code) ?? 'stuck.other'
}

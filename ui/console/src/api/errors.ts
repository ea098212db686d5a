import type { ErrorBody } from '@xunfang/shared'

import type { MessageKey } from '../messages/zh-CN'

/** The codes of the server (`crates/protocol/src/error.rs`) and those the client finds by itself. */
export type ErrorCode = keyof typeof ERROR_MESSAGES

/**
 * What a person reads for each code. `errors.test.ts` holds it against the server's list, so a
 * code without words fails a test and not a supervisor.
 */
export const ERROR_MESSAGES = {
  bad_request: 'error.badRequest',
  wrong_password: 'error.wrongPassword',
  locked: 'error.locked',
  password_must_change: 'error.passwordMustChange',
  password_refused: 'error.passwordRefused',
  device_revoked: 'error.deviceRevoked',
  enrolment_refused: 'error.enrolmentRefused',
  account_taken: 'error.accountTaken',
  person_invalid: 'error.personInvalid',
  unit_invalid: 'error.unitInvalid',
  last_administrator: 'error.lastAdministrator',
  signed_out: 'error.signedOut',
  forbidden: 'error.forbidden',
  not_found: 'error.notFound',
  review_moved_on: 'error.reviewMovedOn',
  reason_invalid: 'error.reasonInvalid',
  too_large: 'error.tooLarge',
  offset_mismatch: 'error.unknown',
  hash_mismatch: 'error.unknown',
  piece_damaged: 'error.unknown',
  signature_invalid: 'error.unknown',
  not_a_photo: 'error.unknown',
  storage_full: 'error.storageFull',
  too_old: 'error.tooOld',
  internal: 'error.internal',
  busy: 'error.busy',
  too_often: 'error.tooOften',
  not_ready: 'error.notReady',
  op_id_reused: 'error.unknown',
  record_invalid: 'error.unknown',
  point_unknown: 'error.unknown',
  standard_unknown: 'error.unknown',
  standard_moved_on: 'error.standardMovedOn',
  standard_invalid: 'error.standardInvalid',
  file_unreadable: 'error.fileUnreadable',
  import_refused: 'error.importRefused',
  import_moved_on: 'error.importMovedOn',
  point_moved_on: 'error.pointMovedOn',
  point_invalid: 'error.pointInvalid',
  rescue_refused: 'error.rescueRefused',
  kind_unknown: 'error.unknown',
  finding_moved_on: 'error.unknown',
  finding_unknown: 'error.unknown',
  photos_missing: 'error.unknown',
  unreachable: 'error.unreachable',
  broken_answer: 'error.brokenAnswer',
} as const satisfies Record<string, MessageKey>

function isKnown(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_MESSAGES, code)
}

/** Returns the message for a code; a code of a newer server gets the general one. */
export function errorMessage(code: string): MessageKey {
  return isKnown(code) ? ERROR_MESSAGES[code] : 'error.unknown'
}

/** A request that did not succeed. Screens branch on `code`, never on text. */
export class ApiError extends Error {
  override readonly name = 'ApiError'

  constructor(
    /** Stable name; `unreachable`, `broken_answer` and `aborted` come from the client itself. */
    readonly code: string,
    /** HTTP status; 0 where there was no answer. */
    readonly status: number,
    /** Figures that belong to the code. */
    readonly details: Readonly<Record<string, unknown>> | null = null,
    /** What happened, in English, for whoever looks closer; empty where nobody said. */
    readonly said = '',
  ) {
    super(code)
  }
}

function isErrorBody(value: unknown): value is ErrorBody {
  return (
    typeof value === 'object' && value !== null && 'code' in value && typeof value.code === 'string'
  )
}

/** What an answer says that is not a success; `body` is null where it is not JSON. */
export function refusalOf(status: number, body: unknown): ApiError {
  if (isErrorBody(body)) return new ApiError(body.code, status, body.details ?? null, body.message)
  if (status === 401) return new ApiError('signed_out', 401)
  // A gateway in front of a server that is down answers 502 to 504.
  const gateway = status >= 502 && status <= 504
  return new ApiError(gateway ? 'unreachable' : 'broken_answer', status)
}

/** Returns the code to show for anything that was thrown. */
export function codeOf(thrown: unknown): string {
  return thrown instanceof ApiError ? thrown.code : 'unknown'
}

/** Whether a request was given up by the screen that made it; nothing to tell anybody. */
export function isAborted(thrown: unknown): boolean {
  return thrown instanceof ApiError && thrown.code === 'aborted'
}

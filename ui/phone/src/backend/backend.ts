/**
 * All that the screens know of the phone's core. Whatever lies behind it - the app's window, the
 * developer's preview or a test's memory - a failure arrives as a `BackendError` and nothing else.
 */
import type {
  AnswerView,
  CaptureSource,
  CaptureView,
  Change,
  Command,
  CommandError,
  DraftView,
  ErrorCode,
  FindingPageView,
  FindingView,
  InspectionView,
  Notice,
  PhotoView,
  PointDetail,
  PointId,
  PointPage,
  PositionEvidence,
  RescueView,
  SavedFinding,
  Settings,
  Sha256Hex,
  StartView,
  SyncView,
} from '@xunfang/shared'
import { inject, type InjectionKey } from 'vue'

/** The answer of every command, as the doc comments of `command.rs` name it. */
export interface Answers {
  start: StartView
  usable: null
  sign_in: StartView
  sign_out: StartView
  points: PointPage
  point: PointDetail
  save_draft: DraftView
  remove_draft_photo: DraftView
  expect_photo: null
  end_capture: null
  recover_capture: CaptureView | null
  annotate: PhotoView
  begin_inspection: InspectionView
  inspection: InspectionView
  inspection_item: AnswerView
  save_answer: AnswerView
  save_answer_note: AnswerView
  discard_inspection: PointId
  walk_line: AnswerView
  remove_answer_photo: AnswerView
  submit_inspection: InspectionView
  save_finding: SavedFinding
  revise_finding: PointId
  give_up_revision: DraftView
  settle_conflict: FindingView
  findings: FindingPageView
  finding: FindingView
  sync: SyncView
  sync_now: SyncView
  send_originals: SyncView
  rescue: RescueView
  surroundings: null
  save_settings: Settings
  dismiss_notice: Notice[]
  position: PositionEvidence
  simulate_position: PositionEvidence
}

/** Fails to compile as soon as the core knows a command that has no answer here. */
export type AnswerOf<Name extends Command['cmd']> = Answers[Name]

export type PhotoSize = 'thumb' | 'working' | 'marked' | 'annotated' | 'original'

/** What a photo is taken for: the draft of a point, or an item of the inspection open there. */
export interface PhotoPlace {
  readonly point: PointId
  readonly item?: string
}

/** What came of saving a rescue file. */
export interface RescueSaved {
  /** False: no place was chosen, and nothing was written. */
  readonly saved: boolean
  /** What the file is called; null where the system does not tell. */
  readonly file_name: string | null
}

export interface Backend {
  /** Runs one command. Rejects with `BackendError`. */
  run<C extends Command>(command: C): Promise<AnswerOf<C['cmd']>>
  /** The answer that came with the page: there at once, given once, undefined for all else. */
  known<C extends Command>(command: C): AnswerOf<C['cmd']> | undefined
  /** Makes a photo's raw bytes durable and adds it to what it is taken for. */
  stagePhoto(place: PhotoPlace, source: CaptureSource, file: Blob): Promise<PhotoView>
  /**
   * Has the person choose a place and writes the rescue file there. Rejects with `BackendError`.
   * Null in the preview's browser, which may write nowhere.
   */
  readonly saveRescue: (() => Promise<RescueSaved>) | null
  /** An address that an `<img>` can show. */
  photoUrl(sha256: Sha256Hex, size: PhotoSize): string
  /** Calls back when something has to be asked again; returns how to stop. */
  onChange(listener: (change: Change) => void): () => void
}

export class BackendError extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string) {
    super(message)
    this.name = 'BackendError'
    this.code = code
  }
}

// A record, so that a code added in Rust fails the build here.
const CODES: Record<ErrorCode, true> = {
  bad_command: true,
  signed_out: true,
  wrong_password: true,
  locked: true,
  device_revoked: true,
  bad_server_address: true,
  server_unreachable: true,
  server_broken: true,
  not_for_this_role: true,
  not_found: true,
  photo_empty: true,
  photo_unreadable: true,
  photo_heic: true,
  photo_unsupported: true,
  photo_damaged: true,
  photo_too_many_bytes: true,
  photo_too_many_pixels: true,
  photo_missing: true,
  photo_too_many: true,
  criterion_missing: true,
  checklist_empty: true,
  position_missing: true,
  drawing_invalid: true,
  inspection_incomplete: true,
  note_too_long: true,
  draft_in_use: true,
  finding_moved_on: true,
  disk_full: true,
  disk_read_only: true,
  disk_failed: true,
  database_damaged: true,
  rescue_empty: true,
  rescue_address_unknown: true,
  rescue_not_written: true,
  keys_unavailable: true,
  internal: true,
}

const KNOWN_CODES: ReadonlySet<unknown> = new Set(Object.keys(CODES))

function isErrorCode(value: unknown): value is ErrorCode {
  return KNOWN_CODES.has(value)
}

function isCommandError(value: unknown): value is CommandError {
  return (
    typeof value === 'object' &&
    value !== null &&
    'code' in value &&
    isErrorCode(value.code) &&
    'message' in value &&
    typeof value.message === 'string'
  )
}

/** Makes a `BackendError` of whatever was thrown. */
export function toBackendError(thrown: unknown): BackendError {
  if (thrown instanceof BackendError) return thrown
  if (isCommandError(thrown)) return new BackendError(thrown.code, thrown.message)
  if (thrown instanceof Error) return new BackendError('internal', thrown.message)
  return new BackendError('internal', String(thrown))
}

export const backendKey: InjectionKey<Backend> = Symbol('backend')

export function useBackend(): Backend {
  const backend = inject(backendKey)
  if (backend === undefined) throw new Error('no backend is provided')
  return backend
}

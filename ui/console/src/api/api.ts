import type {
  CodeEdition,
  CodeEntry,
  Criterion,
  Datum,
  FindingDetail,
  FindingId,
  FindingPage,
  ImportDone,
  ImportPreview,
  InspectionId,
  InspectionPage,
  InspectionRow,
  LiveNotice,
  PasswordChange,
  Point,
  PointId,
  PointSave,
  PointTable,
  PointType,
  RescueReport,
  Review,
  ReviewRequest,
  ReviewState,
  SessionView,
  Sha256Hex,
  Standard,
  StandardChange,
  StandardEdit,
  StandardHead,
  VerifyReport,
} from '@xunfang/shared'
import { inject, type InjectionKey } from 'vue'

/** The queue shows findings; notices of anything else are for other pages. */
export type FindingNotice = Extract<LiveNotice, { kind: 'finding' }>

/** Which findings to ask for, newest first. */
export interface FindingQuery {
  /** One state; all without it. */
  state?: ReviewState
  /** Continue below this place in the queue. */
  before?: number
  /** At most 200. */
  limit: number
}

/** What the table of points can be ordered by. */
export const POINT_ORDERS = ['name', 'number', 'kind', 'unit', 'reach'] as const
export type PointOrder = (typeof POINT_ORDERS)[number]

/** Which page of which points. */
export interface PointQuery {
  /** A part of name, number or unit, or its pinyin. */
  typed: string
  kind: PointType | null
  /** Points that are inspected no longer, instead of those that are. */
  retired: boolean
  order: PointOrder
  descending: boolean
  offset: number
  /** At most 200. */
  limit: number
}

/** A form of register that is read and written. */
export type RegisterFormat = 'xlsx' | 'csv' | 'geojson'

/** A register as it is sent. */
export interface Register {
  file: Blob
  format: RegisterFormat
  /** The coordinate system of rows that do not say. */
  datum: Datum
}

/** Which copy of a photo. */
export type PhotoSize = 'thumb' | 'working' | 'original'

/** What a screen hears from the live connection. */
export interface LiveListener {
  /** The connection stands. Unless it goes on where it was cut, notices may have been missed. */
  opened: (goesOn: boolean) => void
  /** The connection is gone; it comes back by itself. */
  lost: () => void
  /** Something changed. */
  notice: (notice: LiveNotice) => void
}

/** Everything the console asks of the server. Every rejection is an `ApiError`. */
export interface Api {
  signIn: (account: string, password: string) => Promise<SessionView>
  session: () => Promise<SessionView>
  signOut: () => Promise<void>
  /** Changes one's own password; other browsers are signed out by it. */
  changePassword: (request: PasswordChange) => Promise<void>
  findings: (query: FindingQuery, signal?: AbortSignal) => Promise<FindingPage>
  finding: (id: FindingId, signal?: AbortSignal) => Promise<FindingDetail>
  review: (id: FindingId, request: ReviewRequest) => Promise<Review>
  points: (signal?: AbortSignal) => Promise<Point[]>
  pointTable: (query: PointQuery, signal?: AbortSignal) => Promise<PointTable>
  point: (id: PointId, signal?: AbortSignal) => Promise<Point>
  /** Changes a point, or makes a new one without an id. */
  savePoint: (id: PointId | null, save: PointSave) => Promise<Point>
  previewImport: (register: Register) => Promise<ImportPreview>
  /** Takes a register whole, by the digest of its preview. */
  commitImport: (register: Register, digest: string) => Promise<ImportDone>
  /** Imports a rescue file, and tells meanwhile how many bytes of it are sent. */
  importRescue: (file: Blob, sent: (bytes: number) => void) => Promise<RescueReport>
  exportPoints: (format: RegisterFormat, datum: Datum) => Promise<Blob>
  inspections: (before: number | null, limit: number, signal?: AbortSignal) => Promise<InspectionPage>
  inspection: (id: InspectionId, signal?: AbortSignal) => Promise<InspectionRow>
  standards: (signal?: AbortSignal) => Promise<StandardHead[]>
  standard: (version: number, signal?: AbortSignal) => Promise<Standard>
  standardChanges: (from: number, to: number, signal?: AbortSignal) => Promise<StandardChange[]>
  /** Codes of the criteria that a kind of point is asked, in order. */
  checklist: (version: number, kind: PointType, signal?: AbortSignal) => Promise<string[]>
  /** What the catalogue has and the newest version does not use. */
  unusedCriteria: (signal?: AbortSignal) => Promise<Criterion[]>
  editStandard: (edit: StandardEdit) => Promise<Standard>
  codes: (typed: string, edition: CodeEdition | null, signal?: AbortSignal) => Promise<CodeEntry[]>
  /** What is known of a code in a watermark; asks for no session. */
  verifyCode: (code: string) => Promise<VerifyReport>
  /** What is known of a photo; it is not kept. */
  verifyPhoto: (photo: Blob) => Promise<VerifyReport>
  photoUrl: (sha256: Sha256Hex, size: PhotoSize) => string
  /** Listens until the returned function is called. */
  live: (listener: LiveListener) => () => void
}

export const API: InjectionKey<Api> = Symbol('api')

/** Returns the API of this application. */
export function useApi(): Api {
  const api = inject(API)
  if (!api) throw new Error('no API is provided')
  return api
}

// Written by `make types` from the Rust types; do not edit.

/**
 * Names a district 辖区, the first part of every key on the server.
 */
export type DistrictId = string;

/**
 * Names a responsible unit 责任单位.
 */
export type UnitId = string;

/**
 * Names a person.
 */
export type PersonId = string;

/**
 * Names a point 点位.
 */
export type PointId = string;

/**
 * Names a standard 测评标准; its version is part of the record, not of the id.
 */
export type StandardId = string;

/**
 * Names a finding 问题.
 */
export type FindingId = string;

/**
 * Names one installation of the phone app.
 */
export type DeviceId = string;

/**
 * Names one operation of a device's log; sending it twice is the same operation.
 */
export type OpId = string;

/**
 * Names one push request, for logs only.
 */
export type BatchId = string;

/**
 * Milliseconds since 1970-01-01T00:00:00Z, by whatever clock the field's name says.
 */
export type UnixMillis = number;

/**
 * A place as the phone's receiver measured it, in WGS-84 degrees.
 *
 * Latitude lies in -90..=90 and longitude in -180..=180; both are finite. Other datums are not
 * representable here and are converted where data comes in or goes out.
 */
export type Wgs84 = { lat: number, lng: number, };

/**
 * One answer of the phone's receiver.
 */
export type Fix = { 
/**
 * The place as measured.
 */
place: Wgs84, 
/**
 * Radius in metres within which the receiver believes the true place lies (68 %).
 */
accuracy_m: number, 
/**
 * What gave the fix: `gps`, `network`, `fused`, or `simulated` on a developer's machine.
 */
provider: string, 
/**
 * When the fix was taken, by the device's wall clock.
 */
taken_at: UnixMillis, 
/**
 * Whether the operating system says that another app made the position up.
 */
mock: boolean, };

/**
 * Why there is no fix. It is recorded, and never stops the work.
 */
export type PositionMissing = "denied" | "no_fix" | "unavailable";

/**
 * What is known of the position at one moment.
 */
export type PositionEvidence = { "kind": "measured", 
/**
 * Its answer.
 */
fix: Fix, } | { "kind": "missing", 
/**
 * Why not.
 */
why: PositionMissing, };

/**
 * The area around a point that is inspected with it 检测范围: a geodesic circle.
 */
export type Zone = { 
/**
 * The point itself.
 */
center: Wgs84, 
/**
 * Radius in metres, from the district's profile.
 */
radius_m: number, };

/**
 * Which side of a zone's edge somebody stood on.
 */
export type Side = "inside" | "outside" | "unsure";

/**
 * How a fix lies to a zone.
 */
export type Standing = { 
/**
 * Geodesic distance from the point, metres.
 */
distance_m: number, 
/**
 * Distance to the edge in metres: positive inside, negative outside.
 */
to_edge_m: number, 
/**
 * Which side of the edge.
 */
side: Side, };

/**
 * What kind of place a point is, by the field's own list.
 *
 * A kind that this version does not know is kept as [`PointType::Other`].
 */
export type PointType = "farmers-market" | "transport-hub" | "hospital" | "mall" | "community" | "residential" | "complex" | "school" | "park-square" | "main-road" | "junction" | "other";

/**
 * A place that is inspected 点位, with the zone around it.
 */
export type Point = { 
/**
 * Its id.
 */
id: PointId, 
/**
 * The district it belongs to.
 */
district: DistrictId, 
/**
 * Its name as people say it.
 */
name: string, 
/**
 * What kind of place it is.
 */
kind: PointType, 
/**
 * Where it is.
 */
place: Wgs84, 
/**
 * Radius of its zone in metres, already resolved from the district's profile.
 */
radius_m: number, 
/**
 * Whether the coordinate was invented for the sample district.
 */
sample: boolean, 
/**
 * Whether the point is no longer inspected; its records stay.
 */
retired: boolean, };

/**
 * How a criterion is judged.
 */
export type CriterionKind = "boolean" | "count-limit" | "rate-threshold";

/**
 * How a measured number is held against a limit.
 */
export type Comparator = ">=" | "<=";

/**
 * A limit with its unit.
 */
export type Threshold = { 
/**
 * Which side of the number is good.
 */
comparator: Comparator, 
/**
 * The number, in `unit`.
 */
value: number, 
/**
 * `percent` or `cables`; the message files hold the words.
 */
unit: string, };

/**
 * Where a figure was printed.
 */
export type Provenance = { 
/**
 * Number of the source document.
 */
document: string, 
/**
 * The place whose plan it is, as in the catalogue.
 */
jurisdiction: string, };

/**
 * One checkable requirement 测评项.
 */
export type Criterion = { 
/**
 * Stable name within the catalogue, for example `manhole-intact-rate`.
 */
code: string, 
/**
 * Chinese name, in our words.
 */
name_zh: string, 
/**
 * English name.
 */
name_en: string, 
/**
 * What to look at, in one Chinese sentence.
 */
hint_zh: string, 
/**
 * What to look at, in one English sentence.
 */
hint_en: string, 
/**
 * How it is judged.
 */
kind: CriterionKind, 
/**
 * The limit; absent for [`CriterionKind::Boolean`].
 */
threshold: Threshold | null, 
/**
 * Where the requirement comes from.
 */
provenance: Provenance, };

/**
 * A versioned set of criteria 测评标准. A published version never changes.
 */
export type Standard = { 
/**
 * Its id, the same over all versions.
 */
id: StandardId, 
/**
 * Counts up from 1.
 */
version: number, 
/**
 * Chinese name.
 */
name_zh: string, 
/**
 * English name.
 */
name_en: string, 
/**
 * The criteria in the order in which they are shown.
 */
criteria: Array<Criterion>, };

/**
 * A district 辖区 with the settings of its profile.
 */
export type District = { 
/**
 * Its id.
 */
id: DistrictId, 
/**
 * Its name.
 */
name: string, 
/**
 * Radius of a point's zone in metres, unless the point says otherwise.
 */
zone_radius_m: number, };

/**
 * What somebody does in a district.
 */
export type Role = "inspector" | "supervisor";

/**
 * A person as others in the district may see them.
 */
export type Person = { 
/**
 * Their id.
 */
id: PersonId, 
/**
 * Their district.
 */
district: DistrictId, 
/**
 * Name shown beside their records.
 */
display_name: string, 
/**
 * Their role.
 */
role: Role, };

/**
 * The SHA-256 of a file, as 64 lower-case hexadecimal digits; the name of a photo.
 */
export type Sha256Hex = string;

/**
 * How the bytes of a photo reached the app.
 */
export type CaptureSource = "camera" | "file";

/**
 * One photo of a finding, by the hash of its unchanged original.
 */
export type PhotoRef = { 
/**
 * Hash of the original bytes.
 */
sha256: Sha256Hex, 
/**
 * Length of the original in bytes.
 */
bytes: number, 
/**
 * Media type, for example `image/jpeg`.
 */
media_type: string, 
/**
 * Width in pixels as stored, before orientation.
 */
width: number, 
/**
 * Height in pixels as stored, before orientation.
 */
height: number, 
/**
 * How it reached the app.
 */
source: CaptureSource, 
/**
 * When the app received it, by the device's wall clock.
 */
taken_at: UnixMillis, 
/**
 * Where the phone was when the app received it.
 */
position: PositionEvidence, };

/**
 * A finding 问题 as the phone submits it; it never changes afterwards.
 */
export type FindingRecord = { 
/**
 * Its id, minted on the phone.
 */
id: FindingId, 
/**
 * The point it was found at.
 */
point: PointId, 
/**
 * The standard it is judged by.
 */
standard: StandardId, 
/**
 * The version of that standard.
 */
standard_version: number, 
/**
 * Code of the criterion that is not met.
 */
criterion: string, 
/**
 * What the inspector wrote; may be empty.
 */
note: string, 
/**
 * When it was saved, by the device's wall clock.
 */
found_at: UnixMillis, 
/**
 * Where the phone was when it was saved.
 */
position: PositionEvidence, 
/**
 * How that lay to the point's zone, as the phone computed it.
 */
standing: Standing | null, 
/**
 * Its photos in the order in which they were taken.
 */
photos: Array<PhotoRef>, };

/**
 * How far a finding has come on a supervisor's desk.
 */
export type ReviewState = "pending" | "accepted" | "returned";

/**
 * What a supervisor says of a finding.
 */
export type Decision = { "decision": "accept" } | { "decision": "return", 
/**
 * Why, in words for the inspector.
 */
reason: string, };

/**
 * A finding's review as it stands now.
 */
export type Review = { 
/**
 * Which finding.
 */
finding: FindingId, 
/**
 * How it stands.
 */
state: ReviewState, 
/**
 * Why it went back; empty otherwise.
 */
reason: string, 
/**
 * Counts up with each decision, from 0 while pending; a decision names the one it saw.
 */
rev: number, 
/**
 * When it was decided, by the server's clock.
 */
decided_at: UnixMillis | null, 
/**
 * Who decided, as a name to show.
 */
decided_by: string | null, };

/**
 * The body of every answer that is not a success.
 *
 * Programs branch on `code`; `message` is English for a log; `details` holds figures that a
 * client may put into its own words. None of them carries personal data.
 */
export type ErrorBody = { 
/**
 * Stable name from [`codes`].
 */
code: string, 
/**
 * What happened, for a log.
 */
message: string, 
/**
 * Figures that belong to the code.
 */
details?: Record<string, unknown> | null, };

/**
 * `POST /api/v1/session`
 *
 * With a `device` the answer carries a token for a phone. Without one it sets an `HttpOnly`
 * cookie for a browser and the token stays out of reach of scripts.
 */
export type SignInRequest = { 
/**
 * Account name.
 */
account: string, 
/**
 * Password.
 */
password: string, 
/**
 * The installation that signs in; absent for a browser.
 */
device: DeviceId | null, };

/**
 * Who a session belongs to; also the answer of `GET /api/v1/session`.
 */
export type SessionView = { 
/**
 * The person.
 */
person: Person, 
/**
 * Their district.
 */
district: District, };

/**
 * The answer to a sign-in.
 */
export type SignedIn = { 
/**
 * Who signed in.
 */
session: SessionView, 
/**
 * Opaque token for a phone: 256 random bits in hexadecimal. Null for a browser.
 */
token: string | null, };

/**
 * One line of the review queue.
 */
export type FindingRow = { 
/**
 * The record as the phone sent it.
 */
record: FindingRecord, 
/**
 * Name of the point, so that a table needs no second request.
 */
point_name: string, 
/**
 * Name of the criterion in Chinese; the code where the standard is unknown here.
 */
criterion_name_zh: string, 
/**
 * Name of the criterion in English.
 */
criterion_name_en: string, 
/**
 * Who recorded it, as a name to show.
 */
author_name: string, 
/**
 * When it became durable on the server, by the server's clock.
 */
received_at: UnixMillis, 
/**
 * How the review stands.
 */
review: Review, 
/**
 * Position in the district's queue; pages continue below it.
 */
seq: number, };

/**
 * `GET /api/v1/findings?state=&before=&limit=`: newest first.
 */
export type FindingPage = { 
/**
 * At most `limit` rows.
 */
rows: Array<FindingRow>, 
/**
 * Pass as `before` for the next page; null at the end.
 */
next_before: number | null, 
/**
 * How many findings there are in each state.
 */
tally: ReviewTally, };

/**
 * How many findings a district has in each state of review.
 */
export type ReviewTally = { 
/**
 * Waiting.
 */
pending: number, 
/**
 * Standing.
 */
accepted: number, 
/**
 * Sent back.
 */
returned: number, };

/**
 * `GET /api/v1/findings/{id}`: one finding with its point, to draw the ring.
 */
export type FindingDetail = { 
/**
 * The same as in the list.
 */
row: FindingRow, 
/**
 * The point it belongs to.
 */
point: Point, };

/**
 * `POST /api/v1/findings/{id}/review`; the answer is the new [`Review`].
 */
export type ReviewRequest = { 
/**
 * The revision that the supervisor was looking at.
 */
rev: number, } & ({ "decision": "accept" } | { "decision": "return", 
/**
 * Why, in words for the inspector.
 */
reason: string, });

/**
 * Data of one server-sent event of `GET /api/v1/live`; a reason to ask again, not the change.
 */
export type LiveNotice = { "kind": "finding", 
/**
 * Which.
 */
id: FindingId, 
/**
 * How it stands now.
 */
state: ReviewState, };

/**
 * Everything the first screen needs.
 */
export type StartView = { 
/**
 * Who is signed in; null shows the sign-in page.
 */
session: SessionView | null, 
/**
 * Server address to offer on the sign-in page.
 */
server: string, 
/**
 * Settings of this installation.
 */
settings: Settings, 
/**
 * How sync stands.
 */
sync: SyncView, 
/**
 * What the person has to be told before they go on; usually empty.
 */
notices: Array<Notice>, 
/**
 * Whether positions are simulated here, so that the developer panel is shown.
 */
developer: boolean, };

/**
 * Settings of one installation.
 */
export type Settings = { 
/**
 * `zh-CN` or `en`.
 */
language: string, 
/**
 * 大字: larger text.
 */
large_text: boolean, 
/**
 * 强光: high contrast for sunlight.
 */
high_contrast: boolean, };

/**
 * Something that happened to the device's data and that the person must read.
 */
export type Notice = { 
/**
 * Its number, to dismiss it by.
 */
id: number, 
/**
 * Stable name: `database_set_aside` or `server_rejected`.
 */
code: string, 
/**
 * The folder of the set-aside database, or how many findings were rejected.
 */
detail: string, 
/**
 * When it happened, by the device's clock.
 */
at: UnixMillis, };

/**
 * The link to the server, as the chip shows it.
 */
export type LinkState = "online" | "syncing" | "offline" | "signed_out";

/**
 * The queue chip.
 */
export type SyncView = { 
/**
 * The link.
 */
link: LinkState, 
/**
 * Findings that the server has not acknowledged yet.
 */
unsent: number, 
/**
 * Findings that the server refused for good.
 */
rejected: number, 
/**
 * Code of the last failure while offline; null when there was none.
 */
last_error: string | null, 
/**
 * When the last exchange succeeded, by the device's clock.
 */
last_success_at: UnixMillis | null, };

/**
 * One line of the list of points.
 */
export type PointRow = { 
/**
 * The point.
 */
point: Point, 
/**
 * How the phone lies to it; null without a fix.
 */
standing: Standing | null, 
/**
 * When this phone last recorded a finding there.
 */
last_finding_at: UnixMillis | null, 
/**
 * Findings of this phone there that are not accepted yet.
 */
open_findings: number, };

/**
 * A page of points, nearest first; by name without a fix.
 */
export type PointPage = { 
/**
 * At most `limit` rows.
 */
rows: Array<PointRow>, 
/**
 * How many points match in all.
 */
total: number, 
/**
 * The position that the order is by.
 */
position: PositionEvidence, 
/**
 * How many points there are of each type, for the filter.
 */
types: Array<PointTypeCount>, };

/**
 * How many points there are of one type.
 */
export type PointTypeCount = { 
/**
 * The type.
 */
kind: PointType, 
/**
 * How many.
 */
count: number, };

/**
 * A photo that is durable on the phone.
 */
export type PhotoView = { 
/**
 * Hash of the original; `photo_url(sha256, "thumb")` shows it.
 */
sha256: Sha256Hex, 
/**
 * Length of the original in bytes.
 */
bytes: number, 
/**
 * Width in pixels as shown, after orientation.
 */
width: number, 
/**
 * Height in pixels as shown, after orientation.
 */
height: number, 
/**
 * How it reached the app.
 */
source: CaptureSource, 
/**
 * When the app received it.
 */
taken_at: UnixMillis, 
/**
 * How far it has come.
 */
state: PhotoState, };

/**
 * How far a photo has come.
 */
export type PhotoState = "draft" | "queued" | "stored";

/**
 * What an inspector has begun at a point and not saved yet.
 */
export type DraftView = { 
/**
 * Code of the chosen criterion; empty before the choice.
 */
criterion: string, 
/**
 * The note so far.
 */
note: string, 
/**
 * Photos so far.
 */
photos: Array<PhotoView>, };

/**
 * Everything on the page of a point.
 */
export type PointDetail = { 
/**
 * The point.
 */
point: Point, 
/**
 * Where the phone is.
 */
position: PositionEvidence, 
/**
 * How that lies to the zone; null without a fix.
 */
standing: Standing | null, 
/**
 * Name of the standard in Chinese.
 */
standard_name_zh: string, 
/**
 * Name of the standard in English.
 */
standard_name_en: string, 
/**
 * Its version.
 */
standard_version: number, 
/**
 * The criteria; those chosen most recently on this phone come first.
 */
criteria: Array<Criterion>, 
/**
 * What was begun here and not saved yet.
 */
draft: DraftView, 
/**
 * Findings of this phone here, newest first, at most 50.
 */
findings: Array<FindingView>, };

/**
 * How far a finding has come; each is shown with its own words.
 */
export type FindingStage = "saved" | "sending" | "photos_stored" | "applied" | "rejected" | "accepted" | "returned";

/**
 * A finding of this phone.
 */
export type FindingView = { 
/**
 * The record.
 */
record: FindingRecord, 
/**
 * Name of its point.
 */
point_name: string, 
/**
 * Name of the criterion in Chinese.
 */
criterion_name_zh: string, 
/**
 * Name of the criterion in English.
 */
criterion_name_en: string, 
/**
 * How far it has come.
 */
stage: FindingStage, 
/**
 * Code of the last failure to send it; null when there was none.
 */
stuck: string | null, 
/**
 * Photos that the server has verified, of `record.photos`.
 */
photos_stored: number, 
/**
 * The review; null until somebody decided.
 */
review: Review | null, };

/**
 * The person's own findings, newest first.
 */
export type FindingPageView = { 
/**
 * At most `limit` rows.
 */
rows: Array<FindingView>, 
/**
 * How many there are in all, under the same filter.
 */
total: number, };

/**
 * Which findings to list.
 */
export type FindingFilter = "all" | "unsent" | "returned";

/**
 * What a save made durable.
 */
export type SavedFinding = { 
/**
 * Its id.
 */
id: FindingId, 
/**
 * Which point.
 */
point: PointId, };

/**
 * Tells a screen what to ask again; carries no data.
 */
export type Change = "sync" | "reference" | "findings" | "position";

/**
 * One request of a screen. The doc comment of each names its answer.
 */
export type Command = { "cmd": "start" } | { "cmd": "usable" } | { "cmd": "sign_in", 
/**
 * Its address, `https://…`, or `http://` on this machine only.
 */
server: string, 
/**
 * Account name.
 */
account: string, 
/**
 * Password.
 */
password: string, } | { "cmd": "sign_out" } | { "cmd": "points", 
/**
 * Part of a name; empty for all.
 */
query: string, 
/**
 * One type, or all.
 */
kind: PointType | null, 
/**
 * How many rows to pass over.
 */
offset: number, 
/**
 * How many rows to answer, at most 200.
 */
limit: number, } | { "cmd": "point", 
/**
 * Which.
 */
id: PointId, } | { "cmd": "save_draft", 
/**
 * At which point.
 */
point: PointId, 
/**
 * Code of the chosen criterion, or empty.
 */
criterion: string, 
/**
 * The note.
 */
note: string, } | { "cmd": "remove_draft_photo", 
/**
 * At which point.
 */
point: PointId, 
/**
 * Which photo.
 */
sha256: Sha256Hex, } | { "cmd": "save_finding", 
/**
 * At which point.
 */
point: PointId, 
/**
 * Code of the criterion that is not met.
 */
criterion: string, 
/**
 * The note.
 */
note: string, } | { "cmd": "findings", 
/**
 * Which.
 */
filter: FindingFilter, 
/**
 * How many rows to pass over.
 */
offset: number, 
/**
 * How many rows to answer, at most 200.
 */
limit: number, } | { "cmd": "finding", 
/**
 * Which.
 */
id: FindingId, } | { "cmd": "sync" } | { "cmd": "sync_now" } | { "cmd": "save_settings", 
/**
 * All of them.
 */
settings: Settings, } | { "cmd": "dismiss_notice", 
/**
 * Its number.
 */
id: number, } | { "cmd": "position" } | { "cmd": "simulate_position", 
/**
 * Latitude in degrees, WGS-84.
 */
lat: number, 
/**
 * Longitude in degrees, WGS-84.
 */
lng: number, 
/**
 * Accuracy in metres.
 */
accuracy_m: number, };

/**
 * A failed command, for a screen.
 *
 * Screens branch on `code` and have their own words for it; `message` is for the log.
 */
export type CommandError = { 
/**
 * Stable name.
 */
code: ErrorCode, 
/**
 * What happened, in English, without personal data.
 */
message: string, };

/**
 * Every reason for which a command can fail.
 */
export type ErrorCode = "bad_command" | "signed_out" | "wrong_password" | "bad_server_address" | "server_unreachable" | "server_broken" | "not_found" | "photo_empty" | "photo_unreadable" | "photo_damaged" | "photo_too_many_bytes" | "photo_too_many_pixels" | "photo_missing" | "photo_too_many" | "criterion_missing" | "note_too_long" | "disk_full" | "disk_read_only" | "disk_failed" | "database_damaged" | "internal";

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
 * Names an inspection 巡查.
 */
export type InspectionId = string;

/**
 * Milliseconds since 1970-01-01T00:00:00Z, by whatever clock the field's name says.
 */
export type UnixMillis = number;

/**
 * A day of the Gregorian calendar, written `2026-11-22`.
 */
export type CivilDate = string;

/**
 * The day by which something has to be done: `2023-07-31`, or `--09-30` in whatever year the
 * plan is for.
 */
export type Deadline = string;

/**
 * A place as a receiver measured it, in WGS-84: what this product stores.
 *
 * Latitude lies in -90..=90 and longitude in -180..=180 degrees; both are finite.
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
 * What a zone looks like.
 */
export type ZoneShape = { "mode": "circle", 
/**
 * Metres, 10..=5000.
 */
radius_m: number, } | { "mode": "polygon", 
/**
 * Corners in order, either way round; the last is joined to the first. 3..=500.
 */
corners: Array<Wgs84>, } | { "mode": "walk-visible", 
/**
 * How far from the point the walk counts, metres, 10..=5000.
 */
walk_m: number, 
/**
 * How far one sees from the track, metres, 1..=500.
 */
sight_m: number, };

/**
 * Which side of a zone's edge somebody stood on.
 */
export type Side = "inside" | "outside" | "unsure";

/**
 * How a fix lies to a zone.
 */
export type Standing = { 
/**
 * Geodesic distance from the point, metres, to the centimetre.
 */
distance_m: number, 
/**
 * Distance to the edge in metres, to the centimetre: positive inside, negative outside.
 */
to_edge_m: number, 
/**
 * Which side of the edge.
 */
side: Side, };

/**
 * How much of a zone a track has seen, counted in cells of [`CELL_M`].
 */
export type Coverage = { 
/**
 * Cells of the zone.
 */
cells: number, 
/**
 * Cells whose middle came into sight.
 */
seen: number, };

/**
 * What kind of place a point is, by the field's own list.
 *
 * A kind that this version does not know is kept as [`PointType::Other`].
 */
export type PointType = "citywide" | "main-road" | "commercial-street" | "alley" | "community" | "residential" | "old-residential" | "urban-village" | "village" | "township" | "farmers-market" | "wholesale-market" | "transport-hub" | "hospital" | "mall" | "complex" | "school" | "training" | "park-square" | "service-hall" | "bank" | "telecom" | "window" | "hotel" | "restaurant" | "cultural" | "practice" | "scenic" | "construction" | "hoarding" | "junction" | "bus-taxi" | "pedicab" | "delivery" | "parking" | "public-toilet" | "waste-facility" | "river" | "kiosk" | "outdoor-ad" | "night-market" | "surroundings" | "highspeed-corridor" | "shopfront" | "public-place" | "netcafe" | "hotline" | "material" | "process" | "government" | "other";

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
 * What a register calls it; empty where it has no number.
 */
number: string, 
/**
 * Its name as people say it.
 */
name: string, 
/**
 * Name of the unit that answers for it 责任单位; empty where none is named.
 */
unit: string, 
/**
 * The unit of the district's tree that it belongs to, by which scopes reach it; none where it
 * belongs to none.
 */
unit_id?: UnitId | null, 
/**
 * What kind of place it is.
 */
kind: PointType, 
/**
 * Where it is.
 */
place: Wgs84, 
/**
 * How far its zone reaches in metres, already resolved from the district's profile.
 */
radius_m: number, 
/**
 * The zone's shape where it is no circle of [`Point::radius_m`].
 */
shape?: ZoneShape | null, 
/**
 * Whether somebody gave the point a zone of its own, which does not follow the district's.
 */
own_zone: boolean, 
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
export type CriterionKind = "boolean" | "count-limit" | "rate-threshold" | "area-limit" | "distance-spacing" | "interval-days" | "share-threshold" | "frequency";

/**
 * How a measured number is held against a limit.
 */
export type Comparator = ">=" | "<=" | ">" | "<" | "==" | "rising" | "recurring";

/**
 * What a limit's number counts.
 */
export type MeasureUnit = "percent" | "percent_change" | "m2" | "m2_per_capita" | "m" | "m_per_item" | "minutes_walk" | "days" | "date" | "per_hour" | "per_day" | "rounds_per_day" | "per_week" | "per_month" | "per_quarter" | "per_year" | "per_node" | "per_day_month_quarter_year" | "regular" | "cables" | "duties" | "open_problems" | "types" | "new_cases" | "delta_cases" | "items" | "stations" | "photos" | "people" | "signatures" | "review_levels" | "events" | "other";

/**
 * The number of a limit, or its day.
 */
export type LimitValue = number | Deadline;

/**
 * A limit with its unit.
 */
export type Threshold = { 
/**
 * Which side of the number is good.
 */
comparator: Comparator, 
/**
 * The number, in `unit`, or the day.
 */
value: LimitValue, 
/**
 * What it counts; the message files hold the words.
 */
unit: MeasureUnit, };

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
jurisdiction: string, 
/**
 * Section of the document, where it is known.
 */
section: string | null, };

/**
 * When an item wants photos.
 */
export type PhotosWhen = "failed" | "always";

/**
 * From how near a photo is wanted.
 */
export type Shot = "any" | "near-far" | "close";

/**
 * What else an answer rests on.
 */
export type Need = "count" | "measure" | "date" | "track" | "record" | "statistics" | "signature" | "observation" | "schedule";

/**
 * What proves an answer.
 */
export type Evidence = { 
/**
 * How many photos, 0..=9.
 */
photos: number, 
/**
 * When they are wanted.
 */
when: PhotosWhen, 
/**
 * From how near.
 */
shot: Shot, 
/**
 * What else.
 */
needs: Array<Need>, };

/**
 * One of the things that a bundled criterion has ticked one by one.
 */
export type Part = { 
/**
 * Stable name within the criterion.
 */
id: string, 
/**
 * Chinese name.
 */
name_zh: string, 
/**
 * English name.
 */
name_en: string, };

/**
 * What an excuse does to a criterion.
 */
export type ExcuseMode = "exempts" | "passes";

/**
 * A reason for which a criterion does not count against a place.
 */
export type Excuse = { 
/**
 * Code of the criterion that grants it.
 */
by: string, 
/**
 * Stable name within that criterion.
 */
id: string, 
/**
 * What it does.
 */
mode: ExcuseMode, 
/**
 * Chinese wording.
 */
name_zh: string, 
/**
 * English wording.
 */
name_en: string, 
/**
 * The title that the district has to hold, for [`ExcuseMode::Passes`].
 */
title: string | null, };

/**
 * What a criterion is about.
 */
export type CriterionScope = "point" | "zone" | "city-indicator" | "material" | "process" | "scoring";

/**
 * A code of the newest edition with its kind, written `matter:06013`.
 */
export type CodeRef = string;

/**
 * One checkable requirement 测评项.
 */
export type Criterion = { 
/**
 * Stable name within the standard, for example `manhole-intact-rate`. Where a profile has
 * several limits for one criterion, the further ones are named `wall-damage.alley`.
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
 * Whether the limit is a reading of words and no printed figure.
 */
inferred: boolean, 
/**
 * Where the requirement comes from.
 */
provenance: Provenance, 
/**
 * Which of [`Standard::categories`] it is listed under.
 */
category: string, 
/**
 * What it is about.
 */
scope: CriterionScope, 
/**
 * At which kinds of point it is looked at.
 */
applies_to: Array<PointType>, 
/**
 * What proves an answer.
 */
evidence: Evidence, 
/**
 * What is ticked one by one; empty for most.
 */
parts: Array<Part>, 
/**
 * For which reasons it does not count.
 */
excuses: Array<Excuse>, 
/**
 * Whether it is itself a rule that excuses others, and no item of a checklist.
 */
grants: boolean, 
/**
 * What urban-management systems call the problem when it is not met.
 */
codes: Array<CodeRef>, 
/**
 * What has to be known of the limit, in Chinese; empty for most.
 */
note_zh: string, 
/**
 * The same in English.
 */
note_en: string, };

/**
 * A heading of checklists.
 */
export type Category = { 
/**
 * Stable name.
 */
id: string, 
/**
 * Chinese name.
 */
name_zh: string, 
/**
 * English name.
 */
name_en: string, };

/**
 * What a district's profile says of the district as a whole.
 */
export type ProfileHead = { 
/**
 * Stable name, for example `sixian-2023`.
 */
id: string, 
/**
 * Chinese name.
 */
name_zh: string, 
/**
 * English name.
 */
name_en: string, 
/**
 * Version of the catalogue that it is a difference from.
 */
catalogue_version: number, 
/**
 * Number of the source document.
 */
document: string, 
/**
 * The edition it follows, in Chinese.
 */
edition_zh: string, 
/**
 * The same in English.
 */
edition_en: string, 
/**
 * The zone of its points, unless a point has its own.
 */
zone: ZoneShape, 
/**
 * The kinds of key place 重点公共场所 whose surroundings are inspected with them.
 */
key_point_types: Array<PointType>, 
/**
 * Titles that the district holds.
 */
titles: Array<string>, };

/**
 * Who made a version, and when.
 */
export type Edited = { 
/**
 * Name to show.
 */
by: string, 
/**
 * By the server's clock.
 */
at: UnixMillis, 
/**
 * Why, in their words; may be empty.
 */
note: string, };

/**
 * Names one version of a standard.
 */
export type StandardRef = { 
/**
 * Which standard.
 */
id: StandardId, 
/**
 * Which version.
 */
version: number, };

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
 * The headings, in the order in which they are shown.
 */
categories: Array<Category>, 
/**
 * The criteria in the order in which they are shown.
 */
criteria: Array<Criterion>, 
/**
 * The profile it was resolved from.
 */
profile: ProfileHead | null, 
/**
 * Who made this version; absent for one that came with the product.
 */
edited: Edited | null, };

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
zone_radius_m: number, 
/**
 * The standard in force; what was begun under an earlier version stays under it.
 */
standard: StandardRef | null, 
/**
 * How it wants its photos.
 */
photos: PhotoPolicy, };

/**
 * What somebody does in a district.
 */
export type Role = "inspector" | "grid_inspector" | "duty" | "handler" | "supervisor" | "reviewer" | "administrator" | "observer";

/**
 * How far a role reaches.
 */
export type Scope = { "kind": "district" } | { "kind": "unit", "id": UnitId } | { "kind": "point", "id": PointId };

/**
 * A role, and how far it reaches.
 */
export type Grant = { 
/**
 * The role.
 */
role: Role, 
/**
 * How far it reaches.
 */
scope: Scope, };

/**
 * What a person may do: at least one grant, in order, none twice.
 */
export type Grants = Array<Grant>;

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
 * Their roles, and how far each reaches.
 */
grants: Grants, };

/**
 * Why a password is not taken.
 */
export type PasswordFault = "too_short" | "too_long" | "is_account" | "common" | "too_few_kinds" | "used_before";

/**
 * What a district asks of passwords.
 */
export type PasswordProfile = "plain" | "rotating";

/**
 * How high a unit stands.
 */
export type UnitLevel = "city" | "county" | "street" | "community";

/**
 * A unit 责任单位.
 */
export type Unit = { 
/**
 * Its id.
 */
id: UnitId, 
/**
 * The unit that it belongs to; null for one that stands on top.
 */
parent: UnitId | null, 
/**
 * How high it stands.
 */
level: UnitLevel, 
/**
 * Its name as people say it.
 */
name: string, };

/**
 * Why a unit cannot be so.
 */
export type UnitError = "name" | "name_taken" | "parent_unknown" | "above_parent" | "below_child";

/**
 * Names one session, by which it is listed and ended; its token is another thing.
 */
export type SessionId = string;

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
position: PositionEvidence, 
/**
 * What the device signed of it, a [`crate::PhotoEvidence`]; an app that knew of none left it
 * out.
 */
evidence?: Sealed | null, 
/**
 * What was drawn on a copy of it, a [`crate::PhotoAnnotation`]; none: nothing.
 */
annotation?: Sealed | null, };

/**
 * A finding 问题 as the phone submits it. It changes only by a revision of its author, which is a
 * record of its own; see [`FindingRecord::check_revision`].
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
photos: Array<PhotoRef>, 
/**
 * The inspection during which it was found, if it was one.
 */
inspection?: InspectionId | null, };

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
 * Counts up with each decision and each revision of the record, from 0; a decision or a
 * revision names the one it saw.
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
 * How things were counted.
 */
export type Counting = { "how": "census" } | { "how": "sample", 
/**
 * How many there are in all, where it is known.
 */
total: number | null, };

/**
 * A tick at one part of a bundled criterion.
 */
export type PartAnswer = { 
/**
 * Which part.
 */
id: string, 
/**
 * Whether it holds.
 */
holds: boolean, };

/**
 * Something counted along a street.
 */
export type Marker = { 
/**
 * Where it stands.
 */
place: Wgs84, 
/**
 * How well that is known, metres.
 */
accuracy_m: number, };

/**
 * An answer, in the form that its criterion asks for.
 */
export type AnswerValue = { "form": "holds", 
/**
 * Which of the two.
 */
holds: boolean, } | { "form": "parts", 
/**
 * The ticks.
 */
parts: Array<PartAnswer>, } | { "form": "count", 
/**
 * How many; may be below zero only for a change in cases.
 */
count: number, } | { "form": "rate", 
/**
 * Those as they should be.
 */
good: number, 
/**
 * Those that were looked at.
 */
counted: number, 
/**
 * How they were counted.
 */
counting: Counting, } | { "form": "figure", 
/**
 * In the unit of the limit; none yet.
 */
value: number | null, 
/**
 * By how much it may be off either way, in the same unit.
 */
plus_minus: number, } | { "form": "trend", 
/**
 * The last time; none yet.
 */
before: number | null, 
/**
 * This time; none yet.
 */
now: number | null, } | { "form": "areas", 
/**
 * Square metres each.
 */
m2: Array<number>, } | { "form": "line", 
/**
 * The street, as it was walked.
 */
street: Array<Wgs84>, 
/**
 * The things.
 */
markers: Array<Marker>, 
/**
 * Whether somebody is still on the way to its end.
 */
walking: boolean, } | { "form": "checked", 
/**
 * One date for each.
 */
on: Array<CivilDate>, } | { "form": "share", 
/**
 * The part; none yet.
 */
part: number | null, 
/**
 * The whole, in the same unit; none yet.
 */
whole: number | null, } | { "form": "times", 
/**
 * In each period that is over, oldest first.
 */
counts: Array<number>, 
/**
 * In the period that is running.
 */
running: number | null, } | { "form": "done", 
/**
 * When; none: not yet.
 */
on: CivilDate | null, } | { "form": "excused", 
/**
 * Code of the criterion that grants it.
 */
by: string, 
/**
 * Which of its reasons.
 */
reason: string, } | { "form": "not-applicable", 
/**
 * Why, in the inspector's words.
 */
reason: string, };

/**
 * Which control a screen shows for a criterion; each has its form of [`AnswerValue`].
 */
export type Control = "holds" | "parts" | "count" | "rate" | "figure" | "trend" | "areas" | "line" | "checked" | "share" | "times" | "done";

/**
 * The field of an answer that is wrong.
 */
export type AnswerField = "form" | "count" | "good" | "counted" | "total" | "value" | "plus_minus" | "area" | "place" | "date" | "part" | "whole" | "reason";

/**
 * What is wrong with it.
 */
export type AnswerFault = "wrong_form" | "negative" | "not_a_number" | "too_large" | "more_good_than_counted" | "more_than_total" | "more_than_whole" | "nothing_counted" | "in_future" | "no_place" | "too_many" | "empty" | "unknown_part" | "unknown_reason" | "title_not_held";

/**
 * An answer that cannot be true.
 */
export type AnswerError = { 
/**
 * Which field.
 */
field: AnswerField, 
/**
 * What is wrong with it.
 */
fault: AnswerFault, };

/**
 * What came out.
 */
export type Outcome = "met" | "not_met" | "undetermined" | "not_applicable";

/**
 * Why it came out so: numbers for a sentence.
 */
export type Why = { "because": "unanswered" } | { "because": "holds" } | { "because": "does_not_hold" } | { "because": "parts", 
/**
 * Those that hold.
 */
held: number, 
/**
 * All there are.
 */
of: number, 
/**
 * How many are asked for.
 */
wanted: number, 
/**
 * Ids of those that do not hold.
 */
failed: Array<string>, 
/**
 * Ids of those nobody has looked at.
 */
open: Array<string>, } | { "because": "value", 
/**
 * The number.
 */
value: number, 
/**
 * By how much it may be off.
 */
plus_minus: number, 
/**
 * The limit.
 */
limit: Threshold, } | { "because": "trend", 
/**
 * The last time.
 */
before: number, 
/**
 * This time.
 */
now: number, } | { "because": "census", 
/**
 * As they should be.
 */
good: number, 
/**
 * All of them.
 */
counted: number, 
/**
 * The rate, in percent.
 */
percent: number, } | { "because": "sample", 
/**
 * As they should be.
 */
good: number, 
/**
 * Those looked at.
 */
counted: number, 
/**
 * All there are, where it is known.
 */
total: number | null, 
/**
 * Lower end of the rate, in percent.
 */
low: number, 
/**
 * Upper end, in percent.
 */
high: number, 
/**
 * So many more, all as they should be, would settle that it is met; absent where no
 * number would.
 */
more: number | null, } | { "because": "largest_area", 
/**
 * Square metres; 0 where there is no such place.
 */
m2: number, 
/**
 * How many places there are.
 */
places: number, 
/**
 * The limit.
 */
limit: Threshold, } | { "because": "gap", 
/**
 * Its length in metres.
 */
longest_m: number, 
/**
 * Where it begins, metres from the start of the street.
 */
from_m: number, 
/**
 * By how much it may be off.
 */
plus_minus_m: number, 
/**
 * How many things were counted on the street.
 */
markers: number, 
/**
 * Things further from the street than 60 m, which are not counted.
 */
beside: number, 
/**
 * Length of the street in metres.
 */
street_m: number, } | { "because": "no_street" } | { "because": "oldest", 
/**
 * Its date.
 */
on: CivilDate, 
/**
 * Days since.
 */
days: number, 
/**
 * The day it is or was due again.
 */
due: CivilDate, 
/**
 * How many things were looked at.
 */
things: number, } | { "because": "share", 
/**
 * In percent.
 */
percent: number, 
/**
 * The limit.
 */
limit: Threshold, } | { "because": "times", 
/**
 * Least in a period that is over; absent where none is.
 */
least: number | null, 
/**
 * Periods that are over.
 */
periods: number, 
/**
 * In the running period.
 */
running: number | null, 
/**
 * The limit.
 */
limit: Threshold, } | { "because": "deadline", 
/**
 * When it was done.
 */
done: CivilDate | null, 
/**
 * When it is due.
 */
due: CivilDate, } | { "because": "excused", 
/**
 * By which criterion.
 */
by: string, 
/**
 * Which reason.
 */
reason: string, 
/**
 * Seen on the spot, or by a title.
 */
mode: ExcuseMode, } | { "because": "nothing_here", 
/**
 * Why, in the inspector's words.
 */
reason: string, } | { "because": "unfit" };

/**
 * A verdict with its reason.
 */
export type Verdict = { 
/**
 * What came out.
 */
outcome: Outcome, 
/**
 * Why.
 */
why: Why, };

/**
 * A place on the way, as the receiver had it.
 */
export type TrackFix = { 
/**
 * Where.
 */
place: Wgs84, 
/**
 * Radius in metres within which the true place lies (68 %).
 */
accuracy_m: number, 
/**
 * When, by the device's wall clock.
 */
at: UnixMillis, };

/**
 * The answer to one item.
 */
export type Answer = { 
/**
 * Code of the criterion.
 */
criterion: string, 
/**
 * What was answered; none where the item passes by a title that the district holds.
 */
value: AnswerValue | null, 
/**
 * What the inspector wrote beside it; may be empty.
 */
note: string, 
/**
 * Photos of the item itself; those of problems are with their findings.
 */
photos: Array<PhotoRef>, 
/**
 * What the phone made of it.
 */
verdict: Verdict, };

/**
 * An inspection 巡查 as the phone submits it; it never changes afterwards.
 */
export type InspectionRecord = { 
/**
 * Its id, minted on the phone.
 */
id: InspectionId, 
/**
 * The point.
 */
point: PointId, 
/**
 * The kind of point that it was when the inspection began, which decides the checklist.
 */
point_kind: PointType, 
/**
 * The standard it is judged by.
 */
standard: StandardId, 
/**
 * The version of that standard that was in force when it began.
 */
standard_version: number, 
/**
 * When it was begun, by the device's wall clock.
 */
started_at: UnixMillis, 
/**
 * When it was submitted, by the device's wall clock.
 */
submitted_at: UnixMillis, 
/**
 * Where the phone was when it was begun.
 */
start: PositionEvidence, 
/**
 * How that lay to the zone.
 */
start_standing: Standing | null, 
/**
 * Where the phone was when it was submitted.
 */
end: PositionEvidence, 
/**
 * The answers, in the order of the checklist.
 */
answers: Array<Answer>, 
/**
 * Problems that were recorded during the inspection.
 */
findings: Array<FindingId>, 
/**
 * The way that was walked; empty where no position was to be had.
 */
track: Array<TrackFix>, 
/**
 * How much of the zone came into sight; none where no position was to be had.
 */
coverage: Coverage | null, };

/**
 * Something that an inspection still lacks.
 */
export type Lack = { "lacks": "answer", 
/**
 * To which item.
 */
criterion: string, } | { "lacks": "parts", 
/**
 * Of which item.
 */
criterion: string, 
/**
 * Ids of the parts that nobody has looked at.
 */
open: Array<string>, } | { "lacks": "street", 
/**
 * For which item.
 */
criterion: string, } | { "lacks": "sense", 
/**
 * To which item.
 */
criterion: string, 
/**
 * What is wrong with it.
 */
error: AnswerError, } | { "lacks": "photos", 
/**
 * Of which item.
 */
criterion: string, 
/**
 * How many there are.
 */
have: number, 
/**
 * How many are wanted.
 */
need: number, };

/**
 * How many items came out how.
 */
export type OutcomeTally = { 
/**
 * 达标
 */
met: number, 
/**
 * 不达标
 */
not_met: number, 
/**
 * 尚不能定
 */
undetermined: number, 
/**
 * 不适用
 */
not_applicable: number, };

/**
 * One difference between two versions.
 */
export type StandardChange = { "change": "zone", 
/**
 * Before.
 */
from: ZoneShape | null, 
/**
 * After.
 */
to: ZoneShape | null, } | { "change": "key_places", 
/**
 * No longer among them.
 */
removed: Array<PointType>, 
/**
 * New among them.
 */
added: Array<PointType>, } | { "change": "titles", 
/**
 * No longer held.
 */
removed: Array<string>, 
/**
 * New.
 */
added: Array<string>, } | { "change": "added", 
/**
 * Its code.
 */
code: string, } | { "change": "removed", 
/**
 * Its code.
 */
code: string, } | { "change": "limit", 
/**
 * Of which criterion.
 */
code: string, 
/**
 * Before.
 */
from: Threshold | null, 
/**
 * After.
 */
to: Threshold | null, } | { "change": "applies_to", 
/**
 * Which criterion.
 */
code: string, 
/**
 * No longer there.
 */
removed: Array<PointType>, 
/**
 * New there.
 */
added: Array<PointType>, } | { "change": "details", 
/**
 * Of which criterion.
 */
code: string, };

/**
 * Whether a code names a thing or what is wrong.
 */
export type CodeKind = "component" | "matter";

/**
 * Which list a code is from.
 */
export type CodeEdition = "cjt214" | "gbt30428-2013" | "gbt47678-2026";

/**
 * How well an entry is known.
 */
export type CodeStatus = "transcribed" | "derived" | "published" | "local";

/**
 * A code with its name.
 */
export type CodeEntry = { 
/**
 * Which list.
 */
edition: CodeEdition, 
/**
 * Thing or problem.
 */
kind: CodeKind, 
/**
 * Four or five digits.
 */
digits: string, 
/**
 * The large class, in Chinese.
 */
class_zh: string, 
/**
 * The name, in Chinese.
 */
name_zh: string, 
/**
 * How well it is known.
 */
status: CodeStatus, };

/**
 * Which system a file's coordinates are in.
 */
export type Datum = "wgs84" | "cgcs2000" | "gcj02" | "bd09";

/**
 * A field of a point that a row can change.
 */
export type PointField = "number" | "name" | "kind" | "place" | "unit" | "radius" | "datum" | "in_use";

/**
 * Why a shape cannot be a zone.
 */
export type ZoneError = { "fault": "distance", 
/**
 * What was given.
 */
value: number, 
/**
 * Smallest.
 */
min: number, 
/**
 * Largest.
 */
max: number, } | { "fault": "corners", 
/**
 * How many there are.
 */
count: number, } | { "fault": "far_corner", 
/**
 * Which, counted from 0.
 */
corner: number, } | { "fault": "crossing", 
/**
 * The corner where the first begins, counted from 0.
 */
first: number, 
/**
 * The corner where the other begins, counted from 0.
 */
second: number, } | { "fault": "flat" };

/**
 * Why a row cannot be taken.
 */
export type RowRefusal = { "reason": "missing", 
/**
 * Which.
 */
field: PointField, } | { "reason": "too_long", 
/**
 * Which.
 */
field: PointField, } | { "reason": "date_instead", 
/**
 * Which field.
 */
field: PointField, 
/**
 * What it reads.
 */
text: string, } | { "reason": "formula_error", 
/**
 * Which field.
 */
field: PointField, 
/**
 * What it reads.
 */
text: string, } | { "reason": "no_number", 
/**
 * Which field.
 */
field: PointField, 
/**
 * What it reads.
 */
text: string, } | { "reason": "kind_unknown", 
/**
 * What it reads.
 */
text: string, } | { "reason": "datum_unknown", 
/**
 * What it reads.
 */
text: string, } | { "reason": "swapped" } | { "reason": "no_place" } | { "reason": "out_of_district", 
/**
 * Kilometres beyond its edge.
 */
km: number, } | { "reason": "radius", 
/**
 * Metres.
 */
value: number, } | { "reason": "duplicate", 
/**
 * The other one's name.
 */
name: string, 
/**
 * Its line in the file; null where it is in the district already.
 */
line: number | null, 
/**
 * How far apart, metres.
 */
distance_m: number, } | { "reason": "number_twice", 
/**
 * Its line.
 */
line: number, } | { "reason": "merged" } | { "reason": "crowded", 
/**
 * How many before it.
 */
points: number, } | { "reason": "number_taken", 
/**
 * The other one's name.
 */
name: string, } | { "reason": "unit_unknown" } | { "reason": "zone", 
/**
 * What is wrong with it.
 */
error: ZoneError, };

/**
 * What becomes of a row.
 */
export type RowFate = { "fate": "new" } | { "fate": "changed", 
/**
 * In what.
 */
fields: Array<PointField>, } | { "fate": "unchanged" } | { "fate": "refused", 
/**
 * Every reason.
 */
reasons: Array<RowRefusal>, };

/**
 * Where a point is, in a system that is said.
 */
export type PlaceEdit = { 
/**
 * The coordinate system.
 */
datum: Datum, 
/**
 * Latitude in degrees.
 */
lat: number, 
/**
 * Longitude in degrees.
 */
lng: number, };

/**
 * What can be set of a point.
 */
export type PointEdit = { 
/**
 * 编号; may be empty.
 */
number: string, 
/**
 * 名称
 */
name: string, 
/**
 * 类型
 */
kind: PointType, 
/**
 * 责任单位
 */
unit: string, 
/**
 * The unit of the district's tree that it belongs to; null: none.
 */
unit_id: UnitId | null, 
/**
 * Where it is; null: where it was.
 */
place: PlaceEdit | null, 
/**
 * A zone of its own; null: the district's.
 */
zone: ZoneShape | null, 
/**
 * Whether it is no longer inspected.
 */
retired: boolean, };

/**
 * How many rows have which fate.
 */
export type FateTally = { 
/**
 * Not there yet.
 */
new: number, 
/**
 * There, and different.
 */
changed: number, 
/**
 * There as they are.
 */
unchanged: number, 
/**
 * Not to be taken.
 */
refused: number, };

/**
 * How the watermark lies on a photo.
 */
export type WatermarkLayout = "panel" | "strip" | "compact" | "footer";

/**
 * Whom a watermark names.
 */
export type WatermarkPerson = "name" | "number";

/**
 * Over which networks a phone sends originals.
 */
export type OriginalsGo = "unmetered" | "always";

/**
 * How a district wants its photos.
 */
export type PhotoPolicy = { 
/**
 * Longer side of the working copy in pixels, [`WORKING_PX_MIN`] to [`WORKING_PX_MAX`].
 */
working_px: number, 
/**
 * How the watermark lies on a photo.
 */
layout: WatermarkLayout, 
/**
 * Whom it names.
 */
person: WatermarkPerson, 
/**
 * When originals are sent. The small copies always go first and at once.
 */
originals: OriginalsGo, };

/**
 * Sixteen characters in groups of four, for example `7KQ2-M0XA-93ZC-VH4N`.
 *
 * Fifteen of them are 75 bits of a hash over what is known of the photo before it is printed, so
 * that nobody can guess the code of a photo that they have not seen. The last is a check, so that
 * a typing mistake is told from a code that does not exist. Letters that look like digits are not
 * used, and are read as those digits.
 */
export type PhotoCode = string;

/**
 * A wall-clock time with what is known of its zone.
 */
export type CivilTime = { 
/**
 * The reading of the clock on the wall, counted as if it were UTC.
 */
local: UnixMillis, 
/**
 * Minutes that this clock is ahead of UTC, -720..=840; none: the zone is not known.
 */
offset_min: number | null, };

/**
 * What a photo's own notes claim. Anyone can write them, so they are compared and not believed.
 */
export type ExifClaims = { 
/**
 * When it was taken.
 */
taken?: CivilTime | null, 
/**
 * Where.
 */
place?: Wgs84 | null, 
/**
 * Metres above the sea.
 */
altitude_m?: number | null, 
/**
 * How well the place is known, in metres.
 */
accuracy_m?: number | null, 
/**
 * Where the camera looked, in degrees from north, 0..=360.
 */
direction_deg?: number | null, 
/**
 * Maker and model of the camera.
 */
device?: string | null, };

/**
 * One copy of a photo, by the hash of its file.
 */
export type CopyRef = { 
/**
 * Hash of the file.
 */
sha256: Sha256Hex, 
/**
 * Its length in bytes.
 */
bytes: number, 
/**
 * Width in pixels.
 */
width: number, 
/**
 * Height in pixels.
 */
height: number, };

/**
 * The copies that are made of every photo.
 */
export type PhotoCopies = { 
/**
 * Upright, scaled, with position and time in its EXIF.
 */
working: CopyRef, 
/**
 * The same with the watermark, and without EXIF: the one that is passed on.
 */
marked: CopyRef, 
/**
 * For lists.
 */
thumb: CopyRef, };

/**
 * The original file.
 */
export type OriginalRef = { 
/**
 * Hash of its bytes, taken before anything else was done with them.
 */
sha256: Sha256Hex, 
/**
 * Its length in bytes.
 */
bytes: number, };

/**
 * What a photo was taken for.
 */
export type PhotoSubject = { "kind": "finding", 
/**
 * Which.
 */
id: FindingId, } | { "kind": "answer", 
/**
 * Which inspection.
 */
inspection: InspectionId, 
/**
 * Code of the item's criterion.
 */
criterion: string, };

/**
 * The device's clocks at one moment.
 */
export type Clocks = { 
/**
 * The wall clock, which a person can set.
 */
wall: UnixMillis, 
/**
 * Minutes that the device's zone is ahead of UTC.
 */
offset_min: number, 
/**
 * Names the time since the device was last started; a clock of one run says nothing of
 * another.
 */
boot: string, 
/**
 * Milliseconds since then by the clock that nobody can set.
 */
since_boot_ms: number, };

/**
 * A text signed by a device or a server. The text is kept letter for letter as it was signed.
 */
export type Sealed = { 
/**
 * The statement as JSON.
 */
text: string, 
/**
 * Hash of the public key that signed it.
 */
key: Sha256Hex, 
/**
 * P-256 ECDSA over the statement, 128 hexadecimal digits.
 */
signature: string, };

/**
 * A beacon as a phone holds it.
 */
export type HeldBeacon = { 
/**
 * A [`Beacon`].
 */
beacon: Sealed, 
/**
 * When it came, by the device's clocks.
 */
came: Clocks, };

/**
 * Something about a photo that deserves a second look.
 */
export type PhotoMark = { "mark": "from_file" } | { "mark": "found_later", 
/**
 * Seconds after the camera wrote it.
 */
seconds: number, } | { "mark": "mock_position" } | { "mark": "stale_fix", 
/**
 * By how many seconds.
 */
seconds: number, } | { "mark": "place_differs", 
/**
 * Metres between the two.
 */
distance_m: number, } | { "mark": "time_differs", 
/**
 * Seconds between the two; positive: the file claims an earlier time.
 */
seconds: number, } | { "mark": "too_fast", 
/**
 * Kilometres an hour.
 */
kmh: number, } | { "mark": "dark" } | { "mark": "blurred" };

/**
 * Everything that is known of a photo when it is taken in.
 */
export type PhotoEvidence = { 
/**
 * [`EVIDENCE_VERSION`] of the app that wrote it.
 */
version: number, 
/**
 * The installation that took it in.
 */
device: DeviceId, 
/**
 * Counts the records of the device, from 1 and without gaps.
 */
seq: number, 
/**
 * Hash of the text of the record before this one; 64 zeros in the first.
 */
prev: Sha256Hex, 
/**
 * The file as it came.
 */
original: OriginalRef, 
/**
 * Printed into the watermark.
 */
code: PhotoCode, 
/**
 * What was made of it.
 */
copies: PhotoCopies, 
/**
 * Who was signed in.
 */
person: PersonId, 
/**
 * At which point.
 */
point: PointId, 
/**
 * For what.
 */
subject: PhotoSubject, 
/**
 * How it reached the app.
 */
source: CaptureSource, 
/**
 * When.
 */
clocks: Clocks, 
/**
 * Where the phone was.
 */
position: PositionEvidence, 
/**
 * Age of that fix in milliseconds, where there is one.
 */
fix_age_ms?: number | null, 
/**
 * How it lay to the point's zone.
 */
standing?: Standing | null, 
/**
 * What the file itself claims.
 */
exif: ExifClaims, 
/**
 * What the phone found worth a second look.
 */
marks: Array<PhotoMark>, 
/**
 * The last word of the server before it, where there ever was one.
 */
beacon?: HeldBeacon | null, };

/**
 * A place on a photo.
 */
export type Spot = { 
/**
 * From the left, 0..=10,000.
 */
x: number, 
/**
 * From the top, 0..=10,000.
 */
y: number, };

/**
 * A colour that stands out from streets, walls and trees.
 */
export type InkColour = "red" | "yellow" | "blue" | "white";

/**
 * One thing that was drawn.
 */
export type DrawnShape = { "shape": "arrow", 
/**
 * Its tail.
 */
from: Spot, 
/**
 * Its head.
 */
to: Spot, 
/**
 * Its colour.
 */
colour: InkColour, } | { "shape": "ellipse", 
/**
 * A corner of the rectangle.
 */
from: Spot, 
/**
 * The opposite one.
 */
to: Spot, 
/**
 * Its colour.
 */
colour: InkColour, } | { "shape": "line", 
/**
 * From spot to spot, 2..=200.
 */
path: Array<Spot>, 
/**
 * Its colour.
 */
colour: InkColour, } | { "shape": "label", 
/**
 * Their upper left corner.
 */
at: Spot, 
/**
 * 1..=20 characters without line breaks.
 */
text: string, 
/**
 * Their colour.
 */
colour: InkColour, } | { "shape": "mosaic", 
/**
 * A corner of the rectangle.
 */
from: Spot, 
/**
 * The opposite one.
 */
to: Spot, };

/**
 * A drawing on a photo, as the device signs it. It is made between the photo and its submission,
 * and says nothing of the photo's own record.
 */
export type PhotoAnnotation = { 
/**
 * [`ANNOTATION_VERSION`] of the app that wrote it.
 */
version: number, 
/**
 * Hash of the text of the photo's record.
 */
evidence: Sha256Hex, 
/**
 * Hash of the photo's original.
 */
original: Sha256Hex, 
/**
 * The copy that was drawn on, with the watermark over it.
 */
copy: CopyRef, 
/**
 * What was drawn, the first below.
 */
shapes: Array<DrawnShape>, 
/**
 * Who was signed in.
 */
person: PersonId, 
/**
 * When.
 */
clocks: Clocks, };

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
device: DeviceId | null, 
/**
 * What the installation calls itself.
 */
device_name: string | null, };

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
district: District, 
/**
 * Whether nothing can be done but change the password; never on a phone.
 */
password_must_change: boolean, };

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
 * `POST /api/v1/units` and `PUT /api/v1/units/{id}`; the answer is the unit.
 */
export type UnitSave = { 
/**
 * The unit that it belongs to; null for one that stands on top.
 */
parent: UnitId | null, 
/**
 * How high it stands.
 */
level: UnitLevel, 
/**
 * Its name.
 */
name: string, };

/**
 * A person with their account, as administrators see them.
 */
export type PersonRow = { 
/**
 * The person.
 */
person: Person, 
/**
 * The name with which they sign in; null where they cannot.
 */
account: string | null, 
/**
 * Whether nobody may sign in with it.
 */
disabled: boolean, 
/**
 * Whether their password was drawn and is to be changed.
 */
password_must_change: boolean, };

/**
 * `GET /api/v1/people`: one page, in the order of their ids.
 */
export type PersonPage = { 
/**
 * At most `limit` rows.
 */
rows: Array<PersonRow>, 
/**
 * Ask for the next page with this; null where there is none.
 */
next_after: PersonId | null, };

/**
 * `POST /api/v1/people`
 */
export type PersonAdd = { 
/**
 * The name with which they will sign in.
 */
account: string, 
/**
 * Name shown beside their records.
 */
display_name: string, 
/**
 * Their roles, and how far each reaches.
 */
grants: Grants, };

/**
 * A person whose password was drawn. It is in this answer and nowhere else.
 */
export type PersonWithPassword = { 
/**
 * The person.
 */
row: PersonRow, 
/**
 * Made of syllables that can be read out.
 */
password: string, };

/**
 * `PUT /api/v1/people/{id}`; the answer is their row.
 */
export type PersonChange = { 
/**
 * Name shown beside their records.
 */
display_name: string, 
/**
 * Their roles, and how far each reaches.
 */
grants: Grants, 
/**
 * Whether nobody may sign in with their account; ends their sessions.
 */
disabled: boolean, };

/**
 * Why a person cannot be so; `details.fault` of the code `person_invalid`.
 */
export type PersonFault = "name" | "account" | "unit_unknown" | "point_unknown";

/**
 * `PUT /api/v1/session/password`
 */
export type PasswordChange = { 
/**
 * The password as it is.
 */
current: string, 
/**
 * The password that is to be.
 */
new: string, };

/**
 * Where a person is signed in.
 */
export type SessionRow = { 
/**
 * By which it is ended.
 */
id: SessionId, 
/**
 * The installation; null for a browser.
 */
device: DeviceId | null, 
/**
 * When they signed in.
 */
created_at: UnixMillis, 
/**
 * When it was last used, to the hour.
 */
last_used_at: UnixMillis, 
/**
 * When it ends by itself.
 */
expires_at: UnixMillis, 
/**
 * Whether it is the one that asks.
 */
current: boolean, };

/**
 * An installation of the phone app that a person signed in on last.
 */
export type DeviceRow = { 
/**
 * Which.
 */
id: DeviceId, 
/**
 * What it calls itself; may be empty.
 */
name: string, 
/**
 * When somebody first signed in on it.
 */
enrolled_at: UnixMillis, 
/**
 * Since when nobody may sign in on it; null: they may.
 */
revoked_at: UnixMillis | null, };

/**
 * `GET /api/v1/people/{id}/sessions`
 */
export type SessionList = { 
/**
 * Where they are signed in, the last used first.
 */
sessions: Array<SessionRow>, 
/**
 * Their devices, the newest first.
 */
devices: Array<DeviceRow>, };

/**
 * `POST /api/v1/people/{id}/enrolment`: lets a device in without a password, once.
 */
export type EnrolmentCode = { 
/**
 * What the square code says: capitals and digits.
 */
code: string, 
/**
 * Until when it is good.
 */
expires_at: UnixMillis, };

/**
 * `POST /api/v1/enrolment`; the answer is that of a sign-in.
 */
export type EnrolmentRequest = { 
/**
 * What the square code says.
 */
code: string, 
/**
 * The installation.
 */
device: DeviceId, 
/**
 * What it calls itself.
 */
device_name: string | null, 
/**
 * Its public key: 66 hexadecimal digits.
 */
key: string, 
/**
 * The [`EnrolmentClaim`], signed with that key.
 */
claim: Sealed, };

/**
 * What is checked of a photo.
 */
export type PhotoCheck = "original" | "signature" | "facts" | "chain" | "clock" | "first_use" | "annotation";

/**
 * What a check came to.
 */
export type CheckOutcome = "passed" | "failed" | "unknown";

/**
 * One check of a photo.
 */
export type EvidenceCheck = { 
/**
 * What was checked.
 */
what: PhotoCheck, 
/**
 * What it came to.
 */
outcome: CheckOutcome, };

/**
 * Between which moments a photo was taken, whatever the phone's clock said.
 */
export type TimeBracket = { 
/**
 * The server's last word that the photo's record quotes, by the server's clock.
 */
not_before: UnixMillis | null, 
/**
 * That, and the time since by the clock that nobody can set.
 */
estimated: UnixMillis | null, 
/**
 * When it was here, by the server's clock.
 */
not_after: UnixMillis, 
/**
 * Milliseconds that the phone's clock was ahead of the estimate.
 */
clock_off_ms: number | null, };

/**
 * How a photo is like another one.
 */
export type Resemblance = "same_file" | "copy" | "alike";

/**
 * A record that shows a photo.
 */
export type ShownIn = { "kind": "finding", 
/**
 * Which.
 */
id: FindingId, } | { "kind": "inspection", 
/**
 * Which.
 */
id: InspectionId, };

/**
 * A record before this one that shows the same.
 */
export type EarlierUse = { 
/**
 * How its photo is like this one.
 */
how: Resemblance, 
/**
 * Its photo.
 */
photo: Sha256Hex, 
/**
 * The record.
 */
record: ShownIn, 
/**
 * The point it is of.
 */
point_name: string, 
/**
 * Who made it.
 */
author_name: string, 
/**
 * When its photo was taken, by the phone's clock.
 */
taken_at: UnixMillis, };

/**
 * What is known of the worth of a photo.
 */
export type PhotoReport = { 
/**
 * Which photo.
 */
sha256: Sha256Hex, 
/**
 * The code in its watermark; null where the app signed no record.
 */
code: PhotoCode | null, 
/**
 * What was checked. Where the app signed no record there is only the
 * photo itself to check.
 */
checks: Array<EvidenceCheck>, 
/**
 * What deserves a second look.
 */
marks: Array<PhotoMark>, 
/**
 * The copy that somebody drew on; null where nobody did, or where that does not hold.
 */
annotated: Sha256Hex | null, 
/**
 * Records before this one that show the same, the first first, at most three.
 */
used_before: Array<EarlierUse>, 
/**
 * When it was taken.
 */
time: TimeBracket, };

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
 * What a finding said until its author revised it.
 */
export type EarlierFinding = { 
/**
 * The record.
 */
record: FindingRecord, 
/**
 * When the server received it.
 */
received_at: UnixMillis, 
/**
 * The review that the revision answered; none where nobody had decided.
 */
review: Review | null, };

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
point: Point, 
/**
 * What each of its photos is worth, in their order.
 */
photos: Array<PhotoReport>, 
/**
 * What it said before each of its last 50 revisions, the oldest first; usually nothing.
 */
earlier: Array<EarlierFinding>, };

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
 * An inspection as supervisors look through them.
 */
export type InspectionRow = { 
/**
 * The record as the phone sent it.
 */
record: InspectionRecord, 
/**
 * Name of the point.
 */
point_name: string, 
/**
 * Who made it, as a name to show.
 */
author_name: string, 
/**
 * When it became durable on the server, by the server's clock.
 */
received_at: UnixMillis, 
/**
 * Codes of the items that the server judges otherwise than the phone did, or that lack what
 * they need; usually none.
 */
differing: Array<string>, 
/**
 * Position in the district's queue of inspections; pages continue below it.
 */
seq: number, 
/**
 * What each photo of its answers is worth, in the order of the answers; left out of lists.
 */
photos: Array<PhotoReport>, };

/**
 * `GET /api/v1/inspections?before=&limit=`: newest first. Tracks and what photos are worth are left
 * out; one inspection asked for by its id has its own.
 */
export type InspectionPage = { 
/**
 * At most `limit` rows.
 */
rows: Array<InspectionRow>, 
/**
 * Pass as `before` for the next page; null at the end.
 */
next_before: number | null, };

/**
 * One line of `GET /api/v1/standards`, newest first.
 */
export type StandardHead = { 
/**
 * Which version.
 */
reference: StandardRef, 
/**
 * Whether it is the one in force.
 */
in_force: boolean, 
/**
 * Name of the profile in Chinese.
 */
profile_name_zh: string, 
/**
 * Name of the profile in English.
 */
profile_name_en: string, 
/**
 * How many criteria it has.
 */
criteria: number, 
/**
 * Who made it; null for one that came with the product.
 */
edited: Edited | null, };

/**
 * Another limit for a criterion.
 */
export type LimitEdit = { 
/**
 * Its code in the standard.
 */
code: string, 
/**
 * The limit.
 */
limit: Threshold, };

/**
 * `POST /api/v1/standards`: makes the next version; the answer is the new standard.
 */
export type StandardEdit = { 
/**
 * The version that the administrator was looking at.
 */
base: number, 
/**
 * Limits that change.
 */
limits: Array<LimitEdit>, 
/**
 * Ids of criteria of the catalogue that the district begins to use.
 */
adopt: Array<string>, 
/**
 * Codes of criteria that it no longer uses.
 */
drop: Array<string>, 
/**
 * The titles that it holds; left out: as before.
 */
titles: Array<string> | null, 
/**
 * The zone of points without their own; left out: as before.
 */
zone: ZoneShape | null, 
/**
 * Why, in words for others; may be empty.
 */
note: string, };

/**
 * What a row of a register says of its point.
 */
export type RowPoint = { 
/**
 * 编号; may be empty.
 */
number: string, 
/**
 * 类型
 */
kind: PointType, 
/**
 * 责任单位
 */
unit: string, 
/**
 * Where it lies.
 */
place: Wgs84, 
/**
 * Radius of a zone of its own in metres; null where it follows the district or says nothing.
 */
radius_m: number | null, };

/**
 * What would become of one row of a register.
 */
export type ImportPreviewRow = { 
/**
 * Its number in the file.
 */
line: number, 
/**
 * What it calls itself.
 */
name: string, 
/**
 * What it says, as it was understood; null for a refused one.
 */
point: RowPoint | null, } & ({ "fate": "new" } | { "fate": "changed", 
/**
 * In what.
 */
fields: Array<PointField>, } | { "fate": "unchanged" } | { "fate": "refused", 
/**
 * Every reason.
 */
reasons: Array<RowRefusal>, });

/**
 * `POST /api/v1/points/import`: nothing is written.
 */
export type ImportPreview = { 
/**
 * Names the file and the points as they are now; a commit repeats it.
 */
digest: string, 
/**
 * How many rows have which fate.
 */
tally: FateTally, 
/**
 * Every row.
 */
rows: Array<ImportPreviewRow>, };

/**
 * Why a file as a whole is no register; `details.fault` of the code `file_unreadable`.
 */
export type FileFault = { "fault": "spreadsheet" } | { "fault": "encoding" } | { "fault": "line", 
/**
 * Its number, counting from 1.
 */
line: number, } | { "fault": "geojson" } | { "fault": "titles", 
/**
 * Fields without a column.
 */
missing: Array<PointField>, } | { "fault": "column_twice", 
/**
 * The title.
 */
title: string, } | { "fault": "too_large" };

/**
 * `POST /api/v1/points/import/commit`: all of it is durable.
 */
export type ImportDone = { 
/**
 * How many rows had which fate.
 */
tally: FateTally, };

/**
 * `POST /api/v1/points` and `PUT /api/v1/points/{id}`; the answer is the point.
 */
export type PointSave = { 
/**
 * The point as the administrator was looking at it; null for a new one.
 */
seen: Point | null, 
/**
 * What it is to be.
 */
point: PointEdit, };

/**
 * How many points of a kind a table has.
 */
export type KindCount = { 
/**
 * The kind.
 */
kind: PointType, 
/**
 * How many.
 */
points: number, };

/**
 * `GET /api/v1/points/table`: one page.
 */
export type PointTable = { 
/**
 * At most `limit` rows.
 */
rows: Array<Point>, 
/**
 * How many rows all pages have.
 */
total: number, 
/**
 * How many points the district has, whatever is searched.
 */
all: number, 
/**
 * The kinds among those that match the search, whatever kind is asked for.
 */
kinds: Array<KindCount>, };

/**
 * `POST /api/v1/rescue`: what is counted here is durable.
 */
export type RescueReport = { 
/**
 * Name of the person whose records they are.
 */
person: string, 
/**
 * The installation that made it.
 */
device: DeviceId, 
/**
 * When it was made, by the phone's clock.
 */
made_at: UnixMillis, 
/**
 * How many records the phone put into it.
 */
records: number, 
/**
 * How many files of photos the phone put into it.
 */
files: number, 
/**
 * Records that are here now and were not before.
 */
applied: number, 
/**
 * Records that had been here before.
 */
already: number, 
/**
 * Files that are here now and were not before.
 */
files_stored: number, 
/**
 * Files that had been here before.
 */
files_already: number, 
/**
 * Records and files that were not taken. The phone still has them.
 */
refused: Array<RescueRefusal>, 
/**
 * Whether the file was read to its end. What came before the place where it broke off was
 * taken all the same.
 */
complete: boolean, 
/**
 * Where it is not complete, why.
 */
broken: RescueFault | null, };

/**
 * A record or a file that was not taken.
 */
export type RescueRefusal = { 
/**
 * Id of the record, or hash of the file.
 */
id: string, 
/**
 * The kind of operation, or `photo` for a file.
 */
kind: string, 
/**
 * Stable reason, from [`crate::codes`].
 */
code: string, 
/**
 * The same for a log.
 */
message: string, };

/**
 * Why a rescue file is not taken, or not all of it; `details.fault` of the code `rescue_refused`.
 */
export type RescueFault = "no_rescue_file" | "other_server" | "damaged" | "cut_short" | "unknown" | "district" | "person" | "device" | "key";

/**
 * Data of the first server-sent event of `GET /api/v1/live`, which is called `begun`.
 */
export type LiveBegun = { 
/**
 * Whether what changed since the last event that came follows; where not, whoever listens asks
 * for everything once.
 */
resumed: boolean, };

/**
 * Data of a server-sent event `notice` of `GET /api/v1/live`; a reason to ask again, not the change.
 */
export type LiveNotice = { "kind": "finding", 
/**
 * Which.
 */
id: FindingId, 
/**
 * How it stands now.
 */
state: ReviewState, } | { "kind": "inspection", 
/**
 * Which.
 */
id: InspectionId, };

/**
 * What became of looking up a photo or its code.
 */
export type VerifyVerdict = "unknown" | "known" | "original" | "copy" | "annotated" | "similar" | "different" | "unclear";

/**
 * A record, as far as a watermark tells it.
 */
export type PublicRecord = { 
/**
 * The code.
 */
code: PhotoCode, 
/**
 * Whether the signature of the phone holds.
 */
signature: CheckOutcome, 
/**
 * When it was taken, by the phone's clock.
 */
taken_at: UnixMillis, 
/**
 * Minutes that this clock was ahead of UTC.
 */
offset_min: number, 
/**
 * Whether it was chosen from files instead of taken with the camera.
 */
from_file: boolean, 
/**
 * How long after the shot the app found it, in seconds, where the app had been ended meanwhile;
 * time and place are of then.
 */
found_after_s: number | null, 
/**
 * Name of the district.
 */
district: string, 
/**
 * Name of the point.
 */
point: string, 
/**
 * What kind of point it is.
 */
kind: PointType, 
/**
 * Who took it: by name or by number, as the district's watermarks say it.
 */
person: string, 
/**
 * Where the phone was, as measured; null where it did not know.
 */
place: Wgs84 | null, 
/**
 * Radius of the circle around it, metres.
 */
accuracy_m: number | null, 
/**
 * How far from the point, metres.
 */
distance_m: number | null, };

/**
 * The answer to a photo or a code.
 */
export type VerifyReport = { 
/**
 * What became of it.
 */
verdict: VerifyVerdict, 
/**
 * The record that it belongs to, or claims to; null where there is none.
 */
record: PublicRecord | null, };

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
developer: boolean, 
/**
 * Whether the app was ended while the camera was open; `recover_capture` then goes on.
 */
interrupted: boolean, };

/**
 * What the camera was opened for when the app was ended, and what came of it.
 */
export type CaptureView = { 
/**
 * At which point.
 */
point: PointId, 
/**
 * The inspection that is open there, where it was for one of its items.
 */
inspection: InspectionId | null, 
/**
 * Code of the item.
 */
item: string | null, 
/**
 * Photos that were found and are durable now.
 */
photos: number, };

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
 * Stable name: `database_set_aside`, `database_recovered`, `server_rejected` or
 * `finding_conflict`.
 */
code: string, 
/**
 * The folder of the set-aside database, or how many findings it is about.
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
 * Findings that somebody else has changed as well, where the person has to choose.
 */
conflicts: number, 
/**
 * Originals of photos that wait, of records that the server has.
 */
originals: number, 
/**
 * Whether originals wait for a network that costs nothing by the byte.
 */
originals_wait: boolean, 
/**
 * Code of the last failure while offline; null when there was none.
 */
last_error: string | null, 
/**
 * When the last exchange succeeded, by the device's clock.
 */
last_success_at: UnixMillis | null, };

/**
 * What a rescue file would hold.
 */
export type RescueView = { 
/**
 * Findings and inspections that the server has not acknowledged, or has refused.
 */
records: number, 
/**
 * Photos of those, and of records that the server has while their originals wait.
 */
photos: number, 
/**
 * How large it would be, in bytes, within a few hundred.
 */
bytes: number, 
/**
 * Whether the server has told where it is sealed to.
 */
can_be_made: boolean, 
/**
 * How the file should be called.
 */
file_name: string, };

/**
 * What the window has told last.
 */
export type Surroundings = { 
/**
 * Whether somebody pays for each byte; null where it cannot tell. It is then taken for free:
 * most that cannot tell are on a desk.
 */
metered: boolean | null, 
/**
 * Whether there is a network at all; null where it cannot tell.
 */
connected: boolean | null, 
/**
 * Whether somebody can see the window.
 */
visible: boolean, 
/**
 * Whether the battery is low and not being charged; null where it cannot tell.
 */
saving: boolean | null, };

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
state: PhotoState, 
/**
 * The code in its watermark; null for a photo that an older app took in.
 */
code: PhotoCode | null, 
/**
 * What deserves a second look, so that it can be taken again at once.
 */
marks: Array<PhotoMark>, 
/**
 * What was drawn on a copy of it, the first below.
 */
shapes: Array<DrawnShape>, 
/**
 * Hash of that copy; null where nothing was drawn. `photo_url(sha256, "annotated")` shows it.
 */
annotated: Sha256Hex | null, };

/**
 * How far a photo has come.
 */
export type PhotoState = "draft" | "queued" | "shown" | "stored";

/**
 * A finding that is being revised.
 */
export type RevisedView = { 
/**
 * Which.
 */
finding: FindingId, 
/**
 * The review that sent it back; null where another has come meanwhile.
 */
review: Review | null, 
/**
 * Its photos, which stay.
 */
photos: Array<Sha256Hex>, };

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
photos: Array<PhotoView>, 
/**
 * What it revises; null where it is a new finding.
 */
revises: RevisedView | null, };

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
 * The district's profile, for the name of its edition; null for a standard without one.
 */
profile: ProfileHead | null, 
/**
 * How many items its checklist has.
 */
checklist: number, 
/**
 * Whether its surroundings are inspected with it.
 */
key_place: boolean, 
/**
 * Inspections of this phone here, newest first, the open one among them; at most 20.
 */
inspections: Array<InspectionSummary>, 
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
export type FindingStage = "saved" | "sending" | "photos_stored" | "applied" | "conflict" | "rejected" | "accepted" | "returned";

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
 * Whether the stage is that of a revision, of a record that the server has.
 */
revises: boolean, 
/**
 * What the server has, where the person has to choose; null otherwise.
 */
theirs: RivalView | null, 
/**
 * How far each photo of the record has come.
 */
photos: Array<PhotoState>, 
/**
 * The review; null until somebody decided. Pending again where it was revised since.
 */
review: Review | null, };

/**
 * What the server has of a finding that says something else here.
 */
export type RivalView = { 
/**
 * The record.
 */
record: FindingRecord, 
/**
 * Name of its criterion in Chinese.
 */
criterion_name_zh: string, 
/**
 * Name of its criterion in English.
 */
criterion_name_en: string, };

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
 * How far an inspection has come.
 */
export type InspectionStage = "open" | "saved" | "applied" | "rejected";

/**
 * An inspection in a list.
 */
export type InspectionSummary = { 
/**
 * Its id.
 */
id: InspectionId, 
/**
 * When it was begun.
 */
started_at: UnixMillis, 
/**
 * When it was submitted; null while it is open.
 */
submitted_at: UnixMillis | null, 
/**
 * How far it has come.
 */
stage: InspectionStage, 
/**
 * The version of the standard that it is judged by.
 */
standard_version: number, 
/**
 * How its items came out; all zero while it is open.
 */
tally: OutcomeTally, 
/**
 * How many items are answered while it is open.
 */
answered: number, 
/**
 * How many items there are while it is open.
 */
items: number, };

/**
 * A finding that was made during an inspection.
 */
export type RaisedView = { 
/**
 * Which.
 */
id: FindingId, 
/**
 * How many photos it has.
 */
photos: number, };

/**
 * One item of a checklist as far as it is answered.
 */
export type InspectionItem = { 
/**
 * What is asked.
 */
criterion: Criterion, 
/**
 * Which control answers it.
 */
control: Control, 
/**
 * Whether it is about the surroundings rather than the point itself.
 */
around: boolean, 
/**
 * The answer so far.
 */
value: AnswerValue | null, 
/**
 * What is wrong with the answer, if it cannot be true.
 */
error: AnswerError | null, 
/**
 * The note beside it.
 */
note: string, 
/**
 * What the answer comes to.
 */
verdict: Verdict, 
/**
 * Photos of the item itself.
 */
photos: Array<PhotoView>, 
/**
 * How many photos the item wants after this verdict, those of its findings included.
 */
photos_wanted: number, 
/**
 * Findings that were raised from it.
 */
findings: Array<RaisedView>, };

/**
 * An inspection with everything on its page.
 */
export type InspectionView = { 
/**
 * Its id.
 */
id: InspectionId, 
/**
 * Its point.
 */
point: Point, 
/**
 * Name of the standard in Chinese.
 */
standard_name_zh: string, 
/**
 * Name of the standard in English.
 */
standard_name_en: string, 
/**
 * Its version, the one that was in force when the inspection was begun.
 */
standard_version: number, 
/**
 * The profile it is judged by.
 */
profile: ProfileHead | null, 
/**
 * When it was begun.
 */
started_at: UnixMillis, 
/**
 * When it was submitted; null while it is open.
 */
submitted_at: UnixMillis | null, 
/**
 * How far it has come.
 */
stage: InspectionStage, 
/**
 * Code of the last failure to send it; null when there was none.
 */
stuck: string | null, 
/**
 * Whether there was a fix when it was begun.
 */
position_known: boolean, 
/**
 * How the phone lay to the zone then; null without a fix.
 */
start_standing: Standing | null, 
/**
 * Headings of the items, in order.
 */
categories: Array<Category>, 
/**
 * The items, in the order of the checklist.
 */
items: Array<InspectionItem>, 
/**
 * What is missing before it can be submitted.
 */
lacks: Array<Lack>, 
/**
 * How the items came out.
 */
tally: OutcomeTally, 
/**
 * How much of the zone came into sight; null without a track.
 */
coverage: Coverage | null, };

/**
 * What came of an answer.
 */
export type AnswerView = { 
/**
 * The item.
 */
item: InspectionItem, 
/**
 * What is missing before the inspection can be submitted.
 */
lacks: Array<Lack>, 
/**
 * How the items came out.
 */
tally: OutcomeTally, };

/**
 * Tells a screen what to ask again; carries no data.
 */
export type Change = "sync" | "reference" | "findings" | "position";

/**
 * A step of counting things along a street.
 */
export type LineStep = "start" | "mark" | "undo" | "end";

/**
 * Which of two records of a finding stays.
 */
export type Keep = "mine" | "theirs";

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
 * Part of a name, or its pinyin; empty for all.
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
sha256: Sha256Hex, } | { "cmd": "expect_photo", 
/**
 * At which point.
 */
point: PointId, 
/**
 * Code of the item of the inspection that is open there; null: the draft of a finding.
 */
item: string | null, } | { "cmd": "end_capture" } | { "cmd": "recover_capture" } | { "cmd": "annotate", 
/**
 * At which point.
 */
point: PointId, 
/**
 * Code of the item of the inspection that is open there; null: the draft of a finding.
 */
item: string | null, 
/**
 * Which photo.
 */
sha256: Sha256Hex, 
/**
 * Everything that is drawn on it from now on; empty: nothing is.
 */
shapes: Array<DrawnShape>, } | { "cmd": "begin_inspection", 
/**
 * At which point.
 */
point: PointId, } | { "cmd": "inspection", 
/**
 * Which.
 */
id: InspectionId, } | { "cmd": "inspection_item", 
/**
 * Which inspection.
 */
id: InspectionId, 
/**
 * Code of the item's criterion.
 */
criterion: string, } | { "cmd": "save_answer", 
/**
 * In which inspection.
 */
id: InspectionId, 
/**
 * Code of the item's criterion.
 */
criterion: string, 
/**
 * The answer; null takes it back. Taking back an excuse gives again what was answered
 * before it. A street is not saved but walked.
 */
value: AnswerValue | null, } | { "cmd": "save_answer_note", 
/**
 * In which inspection.
 */
id: InspectionId, 
/**
 * Code of the item's criterion.
 */
criterion: string, 
/**
 * The note.
 */
note: string, } | { "cmd": "walk_line", 
/**
 * In which inspection.
 */
id: InspectionId, 
/**
 * Code of the item's criterion.
 */
criterion: string, 
/**
 * What happens now.
 */
step: LineStep, } | { "cmd": "remove_answer_photo", 
/**
 * In which inspection.
 */
id: InspectionId, 
/**
 * Code of the item's criterion.
 */
criterion: string, 
/**
 * Which photo.
 */
sha256: Sha256Hex, } | { "cmd": "discard_inspection", 
/**
 * Which.
 */
id: InspectionId, } | { "cmd": "submit_inspection", 
/**
 * Which.
 */
id: InspectionId, } | { "cmd": "save_finding", 
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
note: string, } | { "cmd": "revise_finding", 
/**
 * Which.
 */
id: FindingId, } | { "cmd": "give_up_revision", 
/**
 * At which point.
 */
point: PointId, } | { "cmd": "settle_conflict", 
/**
 * Which finding.
 */
id: FindingId, 
/**
 * What stays.
 */
keep: Keep, 
/**
 * Number of the review that the person has seen beside it; 0 where there was none.
 */
rev: number, } | { "cmd": "findings", 
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
id: FindingId, } | { "cmd": "sync" } | { "cmd": "sync_now" } | { "cmd": "send_originals" } | { "cmd": "rescue" } | { "cmd": "surroundings", 
/**
 * All of it.
 */
now: Surroundings, } | { "cmd": "save_settings", 
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
export type ErrorCode = "bad_command" | "signed_out" | "wrong_password" | "locked" | "device_revoked" | "bad_server_address" | "server_unreachable" | "server_broken" | "not_for_this_role" | "not_found" | "photo_empty" | "photo_unreadable" | "photo_heic" | "photo_unsupported" | "photo_damaged" | "photo_too_many_bytes" | "photo_too_many_pixels" | "photo_missing" | "photo_too_many" | "criterion_missing" | "checklist_empty" | "position_missing" | "drawing_invalid" | "inspection_incomplete" | "note_too_long" | "draft_in_use" | "finding_moved_on" | "disk_full" | "disk_read_only" | "disk_failed" | "database_damaged" | "rescue_empty" | "rescue_address_unknown" | "rescue_not_written" | "keys_unavailable" | "internal";

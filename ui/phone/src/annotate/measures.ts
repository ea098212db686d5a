/**
 * How large things are drawn, in ten-thousandths of the photo's longer side. The copy is made by
 * `crates/photo/src/annotate.rs` with the same measures, so that it looks as it did here.
 */

/** Places in the longer side. */
export const SPOT_MAX = 10_000
export const LINE = 70
/** What is dark around a line, on each side. */
export const RIM = 25
/** Length of an arrow's head. */
export const HEAD = 420
/** Half of its base. */
export const HEAD_HALF = 210
/** Share of a short arrow that its head takes at most. */
export const HEAD_SHARE = 0.6
/** Size of a letter. */
export const LETTER = 420
/** Share of the photo's width that a text takes at most. */
export const LABEL_SHARE = 0.94
/** Room around a text, by the size of its letters. */
export const LABEL_PAD = 0.25
/** Side of a square of a mosaic. */
export const SQUARE = 250

export const SHAPES_MAX = 60
export const PATH_SPOTS_MAX = 200
export const SPOTS_MAX = 600
export const LABEL_CHARS_MAX = 20

/** Shorter than this it was a tap by mistake. */
export const SHORTEST = 150
/** A freehand line takes a spot for each step of this length. */
export const STEP = 50

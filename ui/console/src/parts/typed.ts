/** Reads a number that a person typed: digits of any width, no signs of programmers; NaN otherwise. */
export function typedNumber(text: string): number {
  const narrow = text.normalize('NFKC').trim()
  return /^-?\d+(\.\d+)?$/.test(narrow) ? Number(narrow) : Number.NaN
}

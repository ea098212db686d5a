/**
 * Figures in the reader's language. Words come from `Intl`, so no message file is needed here;
 * units are SI symbols, which read the same in both languages.
 */

/**
 * Chinese and English write numbers alike, and the first `Intl.NumberFormat` of a process costs
 * 6 ms of the app's start.
 */
function number(value: number, digits: number): string {
  const scale = 10 ** digits
  // Rounded first: 1.45 is a little less in binary, and `toFixed` alone makes it 1.4.
  const [whole = '', part = ''] = (Math.round(value * scale) / scale).toFixed(digits).split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return Number(part) === 0 ? grouped : `${grouped}.${part}`
}

/** `12 m`, `1.2 km`, `12 km`: never more digits than a receiver can vouch for. */
export function formatDistance(m: number): string {
  const metres = Math.round(Math.max(0, m))
  if (metres < 1000) return `${number(metres, 0)} m`
  const km = metres / 1000
  // 9.96 would round to "10.0"; from 9.95 on no decimal is shown.
  return `${number(km, km < 9.95 ? 1 : 0)} km`
}

/** `±8 m`, and `±1.5 km` for a position from a far mast. */
export function formatAccuracy(m: number): string {
  return `±${formatDistance(Math.max(1, m))}`
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

function two(value: number): string {
  return String(value).padStart(2, '0')
}

/** `11-22 09:05` by the device's time zone; `Nov 22, 09:05` in English, where 11-12 is ambiguous. */
export function formatDateTime(ms: number, locale: string): string {
  const at = new Date(ms)
  const time = `${two(at.getHours())}:${two(at.getMinutes())}`
  if (locale.startsWith('zh')) return `${two(at.getMonth() + 1)}-${two(at.getDate())} ${time}`
  return `${MONTHS[at.getMonth()] ?? ''} ${at.getDate()}, ${time}`
}

const relativeFormats = new Map<string, Intl.RelativeTimeFormat>()

// Making an `Intl` object costs far more than using it, and lists format hundreds of times.
function relativeFormat(locale: string): Intl.RelativeTimeFormat {
  const known = relativeFormats.get(locale)
  if (known !== undefined) return known
  const made = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  relativeFormats.set(locale, made)
  return made
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** How long ago, up to a week; the date and time after that. A clock that went back reads as a second ago. */
export function formatRelative(ms: number, now: number, locale: string): string {
  const ago = Math.max(0, now - ms)
  if (ago >= 7 * DAY) return formatDateTime(ms, locale)
  const format = relativeFormat(locale)
  if (ago < MINUTE) return format.format(-Math.max(1, Math.floor(ago / 1000)), 'second')
  if (ago < HOUR) return format.format(-Math.floor(ago / MINUTE), 'minute')
  if (ago < DAY) return format.format(-Math.floor(ago / HOUR), 'hour')
  return format.format(-Math.floor(ago / DAY), 'day')
}

/** `812 B`, `340 kB`, `1.2 MB`: decimal units, as phones show storage. */
export function formatBytes(n: number): string {
  const bytes = Math.max(0, n)
  if (bytes < 1000) return `${number(bytes, 0)} B`
  if (bytes < 999_500) return `${number(bytes / 1000, 0)} kB`
  if (bytes < 999_500_000) {
    const megabytes = bytes / 1e6
    return `${number(megabytes, megabytes < 9.95 ? 1 : 0)} MB`
  }
  return `${number(bytes / 1e9, 1)} GB`
}

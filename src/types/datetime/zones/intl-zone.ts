/** IANA zones out of Intl, for machines that have no time zone database of their own. */
import { civilFromDays, daysFromCivil } from '../calendar.ts'
import { SECONDS_PER_DAY, type TimeZone, UNIX_EPOCH_SECONDS } from './time-zone.ts'

/** Zones are taken to be constant before this year and periodic after it, as their rules then are. */
const FIRST_YEAR = 1800
const LAST_YEAR = 2400

const HALF_A_YEAR = 182 * SECONDS_PER_DAY

const startOfYear = (year: number): number => daysFromCivil(year, 1, 1) * SECONDS_PER_DAY

/** Seconds of a `GMT+05:30` text. */
const secondsOfOffset = (text: string): number => {
  const match = /GMT(?:([+-])(\d+)(?::(\d+))?(?::(\d+))?)?$/.exec(text)
  if (match === null || match[1] === undefined) return 0
  const seconds = Number(match[2]) * 3600 + Number(match[3] ?? 0) * 60 + Number(match[4] ?? 0)
  return match[1] === '-' ? -seconds : seconds
}

/** Instants from which each offset holds, ascending; the first is the year's start. */
interface YearOfOffsets {
  readonly from: readonly number[]
  readonly offsets: readonly number[]
}

/** Milliseconds that a Date reaches from 1970. */
const LAST_DATE = 8.64e15

class IanaZone implements TimeZone {
  readonly isFixed = false
  readonly name: string
  private readonly offsetFormat: Intl.DateTimeFormat
  private readonly nameFormat: Intl.DateTimeFormat
  private readonly years = new Map<number, YearOfOffsets>()
  /** The span looked up last: [from, to) has the offset. */
  private from = 0
  private to = 0
  private offset = 0

  constructor(name: string) {
    this.name = name
    this.offsetFormat = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' })
    this.nameFormat = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'short' })
  }

  offsetAt(utcSeconds: number): number {
    if (utcSeconds >= this.from && utcSeconds < this.to) return this.offset
    const { year } = civilFromDays(Math.floor(utcSeconds / SECONDS_PER_DAY))
    const shift = this.yearShift(year)
    const shifted = utcSeconds + startOfYear(year + shift) - startOfYear(year)
    const { from, offsets } = this.offsetsOf(year + shift)
    let at = from.length - 1
    while (at > 0 && (from[at] as number) > shifted) at--
    if (shift === 0) {
      this.from = from[at] as number
      this.to = from[at + 1] ?? startOfYear(year + 1)
      this.offset = offsets[at] as number
    }
    return offsets[at] as number
  }

  abbreviationAt(utcSeconds: number): string | null {
    if (this.offsetAt(utcSeconds) % 60 !== 0) return 'LMT'
    const name = this.nameFormat
      .formatToParts(Math.max(-LAST_DATE, Math.min(LAST_DATE, (utcSeconds + UNIX_EPOCH_SECONDS) * 1000)))
      .find((part) => part.type === 'timeZoneName')?.value
    return name === undefined || /^GMT[+-]/.test(name) ? abbreviationOf(this.name, this.offsetAt(utcSeconds)) : name
  }

  /** Clocks are set forward while summer time holds. */
  isSummerAt(utcSeconds: number): boolean {
    const offset = this.offsetAt(utcSeconds)
    return offset > Math.min(this.offsetAt(utcSeconds - HALF_A_YEAR), this.offsetAt(utcSeconds + HALF_A_YEAR))
  }

  /** How far a year outside the known ones is moved into them; multiples of 400 keep the calendar. */
  private yearShift(year: number): number {
    if (year < FIRST_YEAR) return FIRST_YEAR - year
    return year >= LAST_YEAR ? -Math.ceil((year - LAST_YEAR + 1) / 400) * 400 : 0
  }

  private offsetsOf(year: number): YearOfOffsets {
    let known = this.years.get(year)
    if (known === undefined) {
      known = this.findOffsets(year)
      this.years.set(year, known)
    }
    return known
  }

  /** Looks at month starts and halves every month whose ends differ. */
  private findOffsets(year: number): YearOfOffsets {
    const from = [startOfYear(year)]
    let offset = this.ask(startOfYear(year))
    const offsets = [offset]
    for (let month = 2; month <= 13; month++) {
      const end = daysFromCivil(month === 13 ? year + 1 : year, month === 13 ? 1 : month, 1) * SECONDS_PER_DAY
      const after = this.ask(end)
      if (after === offset) continue
      let low = daysFromCivil(year, month - 1, 1) * SECONDS_PER_DAY
      let high = end
      while (high - low > 1) {
        const middle = Math.floor((low + high) / 2)
        if (this.ask(middle) === offset) low = middle
        else high = middle
      }
      offset = after
      from.push(high)
      offsets.push(after)
    }
    return { from, offsets }
  }

  private ask(utcSeconds: number): number {
    return secondsOfOffset(this.offsetFormat.format((utcSeconds + UNIX_EPOCH_SECONDS) * 1000))
  }
}

/** Short names that Intl does not give, by offset, for zones whose name begins so. */
const EUROPEAN_NAMES: readonly { readonly zones: RegExp; readonly names: Readonly<Record<number, string>> }[] = [
  { zones: /^Europe\/(London|Belfast|Jersey|Guernsey|Isle_of_Man)$|^GB/, names: { 0: 'GMT', 3600: 'BST' } },
  { zones: /^Europe\/Dublin$|^Eire$/, names: { 0: 'GMT', 3600: 'IST' } },
  {
    zones: /^(Europe\/|CET$|MET$|WET$|EET$|Africa\/Ceuta|Atlantic\/(Canary|Madeira|Faroe))/,
    names: { 0: 'WET', 3600: 'CET', 7200: 'CEST', 10800: 'EEST' },
  },
  { zones: /^Asia\/(Kolkata|Calcutta)$/, names: { 19800: 'IST' } },
  { zones: /^(Asia\/Tokyo|Japan)$/, names: { 32400: 'JST' } },
  { zones: /^Asia\/(Shanghai|Chongqing|Taipei)$|^PRC$/, names: { 28800: 'CST' } },
  { zones: /^Asia\/(Hong_Kong)$|^Hongkong$/, names: { 28800: 'HKT' } },
  { zones: /^Asia\/Seoul$/, names: { 32400: 'KST' } },
  {
    zones: /^Australia\/(Sydney|Melbourne|Hobart|Canberra|Brisbane|ACT|NSW|Victoria)$/,
    names: { 36000: 'AEST', 39600: 'AEDT' },
  },
]

const abbreviationOf = (zone: string, offset: number): string | null =>
  EUROPEAN_NAMES.find((entry) => entry.zones.test(zone))?.names[offset] ?? null

/** A zone by the name that Intl knows, null when there is none. */
export const intlZone = (name: string): TimeZone | null => {
  // Offsets such as "+05:00" are zones to Intl, but not here.
  if (!/^[a-z]/i.test(name)) return null
  try {
    const resolved = new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone
    const isOtherName = resolved !== 'UTC' && resolved.toLowerCase() !== name.toLowerCase()
    return new IanaZone(isOtherName ? spelled(name) : resolved)
  } catch {
    return null
  }
}

/** An alias in its usual capitals, as far as these can be told. */
const spelled = (name: string): string => {
  if (name !== name.toLowerCase()) return name
  return name.length <= 3 ? name.toUpperCase() : name.replace(/(^|[/_-])([a-z])/g, (all) => all.toUpperCase())
}

/** Time zones: offsets of IANA zones out of Intl, kept per zone as transitions; and POSIX specifications. */
import { unknownTimeZone } from '../../errors/raise/data.ts'
import { UNIX_EPOCH_DAYS, civilFromDays, daysFromCivil } from './calendar.ts'

/** Offsets are seconds east of Greenwich; instants are seconds since 2000-01-01 UTC. */
export interface TimeZone {
  readonly name: string
  /** The offset never changes. */
  readonly isFixed: boolean
  offsetAt(utcSeconds: number): number
  /** The short name in use at an instant (`CET`), or null where only the offset is known. */
  abbreviationAt(utcSeconds: number): string | null
}

const SECONDS_PER_DAY = 86400
const UNIX_EPOCH_SECONDS = UNIX_EPOCH_DAYS * SECONDS_PER_DAY
/** Zones are taken to be constant before this year and periodic after it, as their rules then are. */
const FIRST_YEAR = 1800
const LAST_YEAR = 2400

const fixedZone = (name: string, offset: number, abbreviation: string | null = null): TimeZone => ({
  name,
  isFixed: true,
  offsetAt: () => offset,
  abbreviationAt: () => abbreviation,
})

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

/** Zone abbreviations that date and time input knows, with their hours east of Greenwich. */
const ABBREVIATIONS: Readonly<Record<string, number>> = {
  utc: 0,
  ut: 0,
  gmt: 0,
  z: 0,
  zulu: 0,
  wet: 0,
  west: 1,
  bst: 1,
  cet: 1,
  cest: 2,
  met: 1,
  mest: 2,
  eet: 2,
  eest: 3,
  msk: 3,
  msd: 4,
  est: -5,
  edt: -4,
  cst: -6,
  cdt: -5,
  mst: -7,
  mdt: -6,
  pst: -8,
  pdt: -7,
  akst: -9,
  akdt: -8,
  hst: -10,
  ast: -4,
  adt: -3,
  nst: -3.5,
  ndt: -2.5,
  jst: 9,
  kst: 9,
  hkt: 8,
  sgt: 8,
  aest: 10,
  aedt: 11,
  acst: 9.5,
  acdt: 10.5,
  awst: 8,
  nzst: 12,
  nzdt: 13,
  ist: 2,
  sast: 2,
  eat: 3,
  brt: -3,
  art: -3,
  clt: -4,
  pkt: 5,
}

const zones = new Map<string, TimeZone | null>()

/** Names in their proper case; Intl knows the canonical ones, the rest are tried as written. */
const ianaZone = (name: string): TimeZone | null => {
  if (!/^[A-Za-z]/.test(name)) return null
  try {
    return new IanaZone(
      new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone === 'UTC' ? 'UTC' : name,
    )
  } catch {
    return null
  }
}

/** `EST5`, `<+02>-02`, `UTC-3:30`: POSIX counts west of Greenwich as positive. */
const posixZone = (name: string): TimeZone | null => {
  const match = /^(?:<([A-Za-z0-9:+-]+)>|([A-Za-z]{3,})|)([+-]?)(\d{1,3})(?::(\d\d))?(?::(\d\d))?$/.exec(name)
  if (match === null) return null
  const west = Number(match[4]) * 3600 + Number(match[5] ?? 0) * 60 + Number(match[6] ?? 0)
  return fixedZone(name, match[3] === '-' ? west : -west, match[1] ?? match[2] ?? null)
}

/** The fixed zone of an abbreviation, null when it is none. */
export const zoneOfAbbreviation = (name: string): TimeZone | null => {
  const hours = ABBREVIATIONS[name.toLowerCase()]
  return hours === undefined ? null : fixedZone(name.toUpperCase(), hours * 3600, name.toUpperCase())
}

/** A zone by IANA name or POSIX specification; null when there is none. */
export const findTimeZone = (name: string): TimeZone | null => {
  let zone = zones.get(name)
  if (zone === undefined) {
    zone = ianaZone(name) ?? posixZone(name)
    zones.set(name, zone)
  }
  return zone
}

/** As `findTimeZone`; throws 22023. */
export const timeZone = (name: string): TimeZone => {
  const zone = findTimeZone(name)
  if (zone === null) throw unknownTimeZone(name)
  return zone
}

/**
 * Offset that a local time has. In a gap the offset before it counts; of two equal local times the later one, which
 * has the offset after the change, is meant.
 */
export const offsetOfLocal = (zone: TimeZone, localSeconds: number): number => {
  const before = zone.offsetAt(localSeconds - SECONDS_PER_DAY)
  const after = zone.offsetAt(localSeconds + SECONDS_PER_DAY)
  if (before === after) {
    const offset = zone.offsetAt(localSeconds - before)
    return offset
  }
  const holdsAfter = zone.offsetAt(localSeconds - after) === after
  return holdsAfter ? after : before
}

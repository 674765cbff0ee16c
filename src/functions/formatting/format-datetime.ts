/** to_char of timestamps and intervals. */
import { invalidIntervalFormat } from '../../errors/raise/data.ts'
import { civilFromDays, dayOfWeek, daysFromCivil, JULIAN_EPOCH } from '../../types/datetime/calendar.ts'
import { MONTHS, WEEKDAYS } from '../../types/datetime/fields.ts'
import { formatOffset } from '../../types/datetime/format-datetime.ts'
import { isoWeek } from '../datetime/parts.ts'
import { datetimeTemplate, type FieldName, type TemplateNode } from './datetime-template.ts'

/** What templates print: a calendar day and a time, or the parts of an interval, which has no `days`. */
export interface DatetimeParts {
  /** Days since 2000-01-01; null for intervals. */
  readonly days: number | null
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly micros: number
  readonly zone: { readonly offset: number; readonly abbreviation: string | null } | null
}

type Field = Extract<TemplateNode, { kind: 'field' }>

/** Text in the case in which the template writes the field's name. */
const inCaseOf = (written: string, text: string): string => {
  if (written === written.toUpperCase()) return text.toUpperCase()
  return written === written.toLowerCase() ? text.toLowerCase() : text
}

const ordinalSuffix = (digits: string, written: string): string => {
  if (written === '') return ''
  const teens = digits.length > 1 && digits.at(-2) === '1'
  const suffix = teens ? 'th' : ({ '1': 'st', '2': 'nd', '3': 'rd' }[digits.at(-1) as string] ?? 'th')
  return written === 'TH' ? suffix.toUpperCase() : suffix
}

/** `width` in digits; a negative number has its sign before them. */
const number = (field: Field, value: number, width: number): string => {
  const digits = field.fill ? String(value) : (value < 0 ? '-' : '') + String(Math.abs(value)).padStart(width, '0')
  return digits + ordinalSuffix(digits, field.ordinal)
}

/** `width` in characters, of which the sign is one. */
const signedNumber = (field: Field, value: number, width: number): string =>
  number(field, value, value < 0 ? width - 1 : width)

/** The last digits of a year. Those of negative ones (of intervals) have one place more, also when they are zero. */
const lastDigits = (field: Field, year: number, digits: number): string => {
  const rest = year % 10 ** digits
  return number(field, rest, year < 0 && rest === 0 && digits > 1 ? digits + 1 : digits)
}

const padded = (field: Field, text: string, width: number): string => (field.fill ? text : text.padEnd(width))

const ROMAN_MONTHS = ['I', 'II', 'III', 'IV', 'V', 'VI', 'VII', 'VIII', 'IX', 'X', 'XI', 'XII']

/** The calendar day. Throws 22007 for intervals. */
const calendarDay = (parts: DatetimeParts): number => {
  if (parts.days === null) throw invalidIntervalFormat()
  return parts.days
}

const shownYear = (parts: DatetimeParts): number =>
  parts.days === null || parts.year > 0 ? parts.year : 1 - parts.year

const shownIsoYear = (parts: DatetimeParts): number => {
  const { year } = isoWeek(calendarDay(parts))
  return year > 0 ? year : 1 - year
}

const dayOfYear = (parts: DatetimeParts): number => {
  const days = calendarDay(parts)
  return days - daysFromCivil(civilFromDays(days).year, 1, 1) + 1
}

const isoDay = (parts: DatetimeParts): number => ((dayOfWeek(calendarDay(parts)) + 6) % 7) + 1

/** ISO week-numbering day of the year. */
const isoDayOfYear = (parts: DatetimeParts): number => (isoWeek(calendarDay(parts)).week - 1) * 7 + isoDay(parts)

const hour12 = (parts: DatetimeParts): number => (parts.hour % 12 === 0 ? 12 : parts.hour % 12)

/** Noon and midnight of negative intervals have one place more. */
const printHour12 = (field: Field, parts: DatetimeParts): string =>
  number(field, hour12(parts), parts.hour < 0 && parts.hour % 12 === 0 ? 3 : 2)

const meridiem = (field: Field, parts: DatetimeParts): string => {
  const text = parts.hour % 24 >= 12 ? 'PM' : 'AM'
  return inCaseOf(field.written, field.name.includes('.') ? `${text[0]}.${text[1]}.` : text)
}

const era = (field: Field, parts: DatetimeParts): string => {
  calendarDay(parts)
  const text = parts.year <= 0 ? 'BC' : 'AD'
  return inCaseOf(field.written, field.name.includes('.') ? `${text[0]}.${text[1]}.` : text)
}

const monthName = (field: Field, parts: DatetimeParts, length: number): string => {
  calendarDay(parts)
  return inCaseOf(field.written, (MONTHS[parts.month - 1] as string).slice(0, length))
}

const dayName = (field: Field, parts: DatetimeParts, length: number): string =>
  inCaseOf(field.written, (WEEKDAYS[dayOfWeek(calendarDay(parts))] as string).slice(0, length))

const fraction =
  (digits: number) =>
  (field: Field, parts: DatetimeParts): string =>
    number({ ...field, fill: false }, Math.trunc(parts.micros / 10 ** (6 - digits)), digits)

const romanMonth = (field: Field, parts: DatetimeParts): string => {
  if (parts.month === 0 && parts.year === 0) return ''
  // Intervals of whole years end in the last month; negative ones are counted from the end of the year.
  const month = parts.month > 0 ? parts.month : parts.month < 0 || parts.year > 0 ? parts.month + 13 : 1
  return padded(field, inCaseOf(field.written, ROMAN_MONTHS[Math.min(month, 12) - 1] as string), 4)
}

const zoneHours = (parts: DatetimeParts): string => {
  const offset = parts.zone?.offset ?? 0
  return `${offset < 0 ? '-' : '+'}${String(Math.floor(Math.abs(offset) / 3600)).padStart(2, '0')}`
}

const zoneMinutes = (parts: DatetimeParts): string =>
  String(Math.floor((Math.abs(parts.zone?.offset ?? 0) % 3600) / 60)).padStart(2, '0')

const century = (year: number): number => (year > 0 ? Math.ceil(year / 100) : Math.trunc(year / 100) - 1)

/** How every field is printed. */
const PRINTERS: Readonly<Record<FieldName, (field: Field, parts: DatetimeParts) => string>> = {
  'A.D.': era,
  AD: era,
  'B.C.': era,
  BC: era,
  'A.M.': meridiem,
  AM: meridiem,
  'P.M.': meridiem,
  PM: meridiem,
  CC: (field, parts) => number(field, parts.days === null ? Math.trunc(parts.year / 100) : century(parts.year), 2),
  DAY: (field, parts) => padded(field, dayName(field, parts, 9), 9),
  DY: (field, parts) => dayName(field, parts, 3),
  DDD: (field, parts) =>
    signedNumber(field, parts.days === null ? parts.year * 360 + parts.month * 30 + parts.day : dayOfYear(parts), 3),
  IDDD: (field, parts) => number(field, isoDayOfYear(parts), 3),
  DD: (field, parts) => signedNumber(field, parts.day, 2),
  D: (field, parts) => number(field, dayOfWeek(calendarDay(parts)) + 1, 1),
  ID: (field, parts) => number(field, isoDay(parts), 1),
  FF1: fraction(1),
  FF2: fraction(2),
  FF3: fraction(3),
  FF4: fraction(4),
  FF5: fraction(5),
  FF6: fraction(6),
  HH24: (field, parts) => number(field, parts.hour, 2),
  HH12: printHour12,
  HH: printHour12,
  IW: (field, parts) => number(field, isoWeek(calendarDay(parts)).week, 2),
  IYYY: (field, parts) => number(field, shownIsoYear(parts), 4),
  IYY: (field, parts) => lastDigits(field, shownIsoYear(parts), 3),
  IY: (field, parts) => lastDigits(field, shownIsoYear(parts), 2),
  I: (field, parts) => lastDigits(field, shownIsoYear(parts), 1),
  J: (field, parts) => number(field, calendarDay(parts) + JULIAN_EPOCH, 1),
  MI: (field, parts) => number(field, parts.minute, 2),
  MM: (field, parts) => number(field, parts.month, 2),
  MONTH: (field, parts) => padded(field, monthName(field, parts, 9), 9),
  MON: (field, parts) => monthName(field, parts, 3),
  MS: fraction(3),
  US: fraction(6),
  OF: (_field, parts) => {
    calendarDay(parts)
    return formatOffset(Math.trunc((parts.zone?.offset ?? 0) / 60) * 60)
  },
  Q: (field, parts) => (parts.month === 0 ? '' : number(field, Math.trunc((parts.month - 1) / 3) + 1, 1)),
  RM: romanMonth,
  SSSSS: (field, parts) => number(field, parts.hour * 3600 + parts.minute * 60 + parts.second, 1),
  SSSS: (field, parts) => number(field, parts.hour * 3600 + parts.minute * 60 + parts.second, 1),
  SS: (field, parts) => number(field, parts.second, 2),
  TZ: (field, parts) => {
    calendarDay(parts)
    if (parts.zone === null) return ''
    const text = parts.zone.abbreviation ?? formatOffset(parts.zone.offset)
    return field.written === 'tz' ? text.toLowerCase() : text
  },
  TZH: (_field, parts) => zoneHours(parts),
  TZM: (_field, parts) => zoneMinutes(parts),
  WW: (field, parts) => number(field, Math.floor((dayOfYear(parts) - 1) / 7) + 1, 2),
  W: (field, parts) => number(field, Math.trunc((parts.day - 1) / 7) + 1, 1),
  'Y,YYY': (field, parts) => {
    const year = shownYear(parts)
    // The sign of negative years (of intervals) stands at the last three digits, and is one of the three characters.
    const rest = year % 1000 < 0 ? `-${String(-year % 1000).padStart(2, '0')}` : String(year % 1000).padStart(3, '0')
    const text = `${String(Math.trunc(year / 1000))},${rest}`
    return text + ordinalSuffix(text, field.ordinal)
  },
  YYYY: (field, parts) => number(field, shownYear(parts), 4),
  YYY: (field, parts) => lastDigits(field, shownYear(parts), 3),
  YY: (field, parts) => lastDigits(field, shownYear(parts), 2),
  Y: (field, parts) => lastDigits(field, shownYear(parts), 1),
}

/** Prints parts under a template. Throws 22007 for calendar fields of intervals. */
export const formatParts = (parts: DatetimeParts, template: string): string =>
  datetimeTemplate(template)
    .map((node) => (node.kind === 'text' ? node.text : PRINTERS[node.name](node, parts)))
    .join('')

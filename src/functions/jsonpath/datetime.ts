/** `.datetime()`: strings as dates and times, in the ISO formats or under a template read strictly. */
import {
  datetimeTextTooShort,
  datetimeFieldOverflow,
  datetimeSeparatorInvalid,
  invalidTemplateValue,
  trailingDatetimeText,
  unmatchedDatetimeText,
} from '../../errors/raise/data.ts'
import { jsonPathDatetimeUnknown } from '../../errors/raise/json-path.ts'
import { daysFromCivil, daysInMonth, joinTimestamp } from '../../types/datetime/calendar.ts'
import { TimeTz } from '../../types/datetime/datetime-types.ts'
import type { FieldName, TemplateNode } from '../formatting/datetime-template.ts'
import { datetimeTemplate } from '../formatting/datetime-template.ts'
import { JsonDatetime } from './value.ts'

const DATE = String.raw`(?<year>\d{1,7})-(?<month>\d{1,2})-(?<day>\d{1,2})`
const TIME = String.raw`(?<hour>\d{1,2}):(?<minute>\d{1,2}):(?<second>\d{1,2})(?:\.(?<fraction>\d{1,6}))?`
const ZONE = String.raw`(?: *(?<sign>[-+])?(?<zoneHour>\d{1,2})(?::(?<zoneMinute>\d{1,2}))?)?`
const FORMATS = [DATE, TIME + ZONE, `${DATE}[ T]${TIME}${ZONE}`].map((format) => new RegExp(`^${format}$`))

/** Fields as read; those that the text does not have are absent. */
interface Fields {
  year?: number
  month?: number
  day?: number
  hour?: number
  minute?: number
  second?: number
  micros?: number
  /** Seconds east of Greenwich. */
  offset?: number
  afternoon?: boolean
}

/** Throws 22031 when the text has none of the formats. */
export const parseIsoDatetime = (text: string): JsonDatetime => {
  for (const format of FORMATS) {
    const groups = format.exec(text)?.groups
    if (groups === undefined) continue
    const found = checked(fieldsOf(groups))
    if (found !== null) return found
  }
  throw jsonPathDatetimeUnknown(text)
}

const fieldsOf = (groups: Record<string, string | undefined>): Fields => {
  const fields: Fields = {}
  if (groups['year'] !== undefined) {
    fields.year = Number(groups['year'])
    fields.month = Number(groups['month'])
    fields.day = Number(groups['day'])
  }
  if (groups['hour'] !== undefined) {
    fields.hour = Number(groups['hour'])
    fields.minute = Number(groups['minute'])
    fields.second = Number(groups['second'])
    fields.micros = Number((groups['fraction'] ?? '').padEnd(6, '0'))
  }
  if (groups['zoneHour'] !== undefined) {
    const east = Number(groups['zoneHour']) * 3600 + Number(groups['zoneMinute'] ?? 0) * 60
    fields.offset = groups['sign'] === '-' ? -east : east
  }
  return fields
}

/** The value of fields; null when one of them has no such value. */
const checked = (fields: Fields): JsonDatetime | null => {
  const { year = 1, month = 1, day = 1, hour = 0, minute = 0, second = 0, micros = 0, offset } = fields
  const hasDate = fields.year !== undefined || fields.month !== undefined || fields.day !== undefined
  const hasTime = fields.hour !== undefined || fields.minute !== undefined || fields.second !== undefined
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null
  if (hour > 23 || minute > 59 || second > 59 || Math.abs(offset ?? 0) > 15 * 3600 + 59 * 60) return null
  const days = daysFromCivil(year, month, day)
  const time = ((hour * 60 + minute) * 60 + second) * 1_000_000 + micros
  if (!hasTime) return new JsonDatetime('date', days)
  if (!hasDate)
    return offset === undefined ? new JsonDatetime('time', time) : new JsonDatetime('timetz', new TimeTz(time, -offset))
  if (offset === undefined) return new JsonDatetime('timestamp', joinTimestamp(days, time))
  return new JsonDatetime('timestamptz', joinTimestamp(days, time - offset * 1_000_000), offset)
}

/** Separators that a strict template may have between its fields. */
const SEPARATORS = "-./,':; "

/** Fields of a strict template: the most digits, and what they set. */
const NUMBERS: Partial<
  Record<FieldName, readonly [width: number, set: (fields: Fields, value: number, digits: string) => void]>
> = {
  YYYY: [4, (f, value) => void (f.year = value)],
  YYY: [3, (f, value) => void (f.year = 2000 + value)],
  YY: [2, (f, value) => void (f.year = value < 70 ? 2000 + value : 1900 + value)],
  Y: [1, (f, value) => void (f.year = 2020 + value)],
  MM: [2, (f, value) => void (f.month = value)],
  DD: [2, (f, value) => void (f.day = value)],
  HH24: [2, (f, value) => void (f.hour = value)],
  HH12: [2, (f, value) => void (f.hour = value)],
  HH: [2, (f, value) => void (f.hour = value)],
  MI: [2, (f, value) => void (f.minute = value)],
  SS: [2, (f, value) => void (f.second = value)],
  SSSSS: [5, setSeconds],
  SSSS: [5, setSeconds],
  MS: [3, setFraction],
  US: [6, setFraction],
  FF1: [1, setFraction],
  FF2: [2, setFraction],
  FF3: [3, setFraction],
  FF4: [4, setFraction],
  FF5: [5, setFraction],
  FF6: [6, setFraction],
}

function setSeconds(fields: Fields, value: number): void {
  fields.hour = Math.floor(value / 3600)
  fields.minute = Math.floor(value / 60) % 60
  fields.second = value % 60
}

function setFraction(fields: Fields, _value: number, digits: string): void {
  fields.second ??= 0
  fields.micros = Number(digits.padEnd(6, '0'))
}

/** Throws 22007 and 22008. */
export const parseTemplateDatetime = (text: string, template: string): JsonDatetime => {
  const nodes = datetimeTemplate(template)
  for (const node of nodes) {
    if (node.kind === 'text' && !node.quoted && !SEPARATORS.includes(node.text))
      throw datetimeSeparatorInvalid(node.text)
  }
  const fields: Fields = {}
  let at = 0
  for (const node of nodes) {
    if (at >= text.length) throw datetimeTextTooShort()
    at = readNode(node, text, at, fields)
  }
  if (at < text.length) throw trailingDatetimeText()
  if (fields.afternoon !== undefined && fields.hour !== undefined) {
    fields.hour = (fields.hour % 12) + (fields.afternoon ? 12 : 0)
  }
  const found = checked(fields)
  if (found === null) throw datetimeFieldOverflow(text)
  return found
}

const readNode = (node: TemplateNode, text: string, at: number, fields: Fields): number => {
  if (node.kind === 'text') {
    if (!text.startsWith(node.text, at)) throw unmatchedDatetimeText(node.text)
    return at + node.text.length
  }
  const { name, written } = node
  if (name === 'TZH') return readZoneHours(text, at, fields)
  if (name === 'TZM') {
    const digits = digitsAt(text, at, 2, written)
    const minutes = Number(digits) * 60
    fields.offset = (fields.offset ?? 0) + ((fields.offset ?? 0) < 0 ? -minutes : minutes)
    return at + digits.length
  }
  if (/^[AP]\.?M/.test(name)) {
    const match = /^[ap]\.?m\.?/i.exec(text.slice(at))
    if (match === null)
      throw invalidTemplateValue(
        text.slice(at, at + 2),
        written,
        'The given value did not match any of the allowed values for this field.',
      )
    fields.afternoon = match[0].toLowerCase().startsWith('p')
    return at + match[0].length
  }
  const number = NUMBERS[name]
  if (number === undefined) throw datetimeSeparatorInvalid(written)
  const digits = digitsAt(text, at, number[0], written)
  number[1](fields, Number(digits), digits)
  return at + digits.length
}

const readZoneHours = (text: string, start: number, fields: Fields): number => {
  let at = start
  while (text[at] === ' ') at++
  const sign = text[at] === '-' ? -1 : 1
  if (text[at] === '-' || text[at] === '+') at++
  const digits = digitsAt(text, at, 2, 'TZH')
  fields.offset = sign * Number(digits) * 3600
  return at + digits.length
}

const digitsAt = (text: string, at: number, width: number, field: string): string => {
  const digits = /^\d+/.exec(text.slice(at, at + width))?.[0]
  if (digits === undefined) {
    throw invalidTemplateValue(text.slice(at, at + Math.min(width, field.length)), field, 'Value must be an integer.')
  }
  return digits
}

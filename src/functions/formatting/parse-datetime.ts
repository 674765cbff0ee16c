/** to_timestamp and to_date: text read under a template. */
import {
  contradictingTemplate,
  datetimeFieldOverflow,
  invalidTemplateValue,
  invalidTwelveHour,
  templateFieldOnlyInToChar,
} from '../../errors/raise/data.ts'
import { dayOfWeek, daysFromCivil, daysInMonth, JULIAN_EPOCH } from '../../types/datetime/calendar.ts'
import { MONTHS, WEEKDAYS } from '../../types/datetime/fields.ts'
import { datetimeTemplate, type FieldName, type TemplateNode } from './datetime-template.ts'

/** What was read: a day, microseconds of it, and the zone's offset where given. */
export interface ParsedDatetime {
  readonly days: number
  readonly micros: number
  readonly offset: number | null
}

type Field = Extract<TemplateNode, { kind: 'field' }>

/** Most digits that a field takes; the rest take as many as there are. */
const WIDTHS: Partial<Record<FieldName, number>> = {
  HH24: 2,
  HH12: 2,
  HH: 2,
  MI: 2,
  SS: 2,
  SSSS: 5,
  SSSSS: 5,
  MS: 3,
  US: 6,
  FF1: 1,
  FF2: 2,
  FF3: 3,
  FF4: 4,
  FF5: 5,
  FF6: 6,
  YYYY: 4,
  YYY: 3,
  YY: 2,
  Y: 1,
  IYYY: 4,
  IYY: 3,
  IY: 2,
  I: 1,
  MM: 2,
  DDD: 3,
  IDDD: 3,
  DD: 2,
  D: 1,
  ID: 1,
  WW: 2,
  IW: 2,
  W: 1,
  Q: 1,
  CC: 2,
  J: 7,
  TZH: 2,
  TZM: 2,
}

const GREGORIAN_FIELDS: ReadonlySet<string> = new Set([
  'DDD',
  'DD',
  'D',
  'MM',
  'MONTH',
  'MON',
  'RM',
  'WW',
  'W',
  'Y,YYY',
  'YYYY',
  'YYY',
  'YY',
  'Y',
])
const ISO_WEEK_FIELDS: ReadonlySet<string> = new Set(['IDDD', 'ID', 'IW', 'IYYY', 'IYY', 'IY', 'I'])

const FRACTIONS: ReadonlySet<string> = new Set(['MS', 'US', 'FF1', 'FF2', 'FF3', 'FF4', 'FF5', 'FF6'])
const ROMAN_MONTHS = ['XII', 'XI', 'X', 'IX', 'VIII', 'VII', 'VI', 'V', 'IV', 'III', 'II', 'I']

const isAlphanumeric = (char: string | undefined): boolean => char !== undefined && /[\p{L}\p{N}]/u.test(char)

class TemplateReader {
  private readonly text: string
  private readonly nodes: readonly TemplateNode[]
  private at = 0
  private readonly numbers = new Map<string, number>()
  private meridiem: 'am' | 'pm' | null = null
  private beforeChrist = false
  private offsetSign = 1
  /** Whether the fields so far are of ISO weeks; null: neither way. */
  private isoWeek: boolean | null = null

  constructor(text: string, template: string) {
    this.text = text
    this.nodes = datetimeTemplate(template)
  }

  read(): ParsedDatetime {
    this.nodes.forEach((node, i) => {
      if (this.at >= this.text.length) return
      if (node.kind === 'text') this.skip(node)
      else this.readField(node, this.nodes[i + 1])
    })
    return { days: this.days(), micros: this.micros(), offset: this.offset() }
  }

  /** Quoted text and letters pass over as many characters; separators over any separators. */
  private skip(node: Extract<TemplateNode, { kind: 'text' }>): void {
    if (node.quoted) {
      this.at += node.text.length
      return
    }
    if (isAlphanumeric(node.text)) {
      this.at++
      return
    }
    this.skipSpace()
    if (node.text.trim() !== '' && !isAlphanumeric(this.text[this.at]) && !/[+-]/.test(this.text[this.at] ?? ''))
      this.at++
    else if (this.text[this.at] === node.text && node.text !== '+') this.at++
  }

  private skipSpace(): void {
    while (/\s/.test(this.text[this.at] ?? '')) this.at++
  }

  private readField(field: Field, next: TemplateNode | undefined): void {
    this.skipSpace()
    this.checkConvention(field.name)
    switch (field.name) {
      case 'AM':
      case 'PM':
      case 'A.M.':
      case 'P.M.':
        this.meridiem = /^a/i.test(this.word(['A.M.', 'P.M.', 'AM', 'PM'], field)) ? 'am' : 'pm'
        return
      case 'AD':
      case 'BC':
      case 'A.D.':
      case 'B.C.':
        this.beforeChrist = /^b/i.test(this.word(['A.D.', 'B.C.', 'AD', 'BC'], field))
        return
      case 'MONTH':
      case 'MON': {
        const names =
          field.name === 'MON'
            ? MONTHS.map((month) => month.slice(0, 3))
            : [...MONTHS, ...MONTHS.map((month) => month.slice(0, 3))]
        const word = this.word(names, field)
        this.numbers.set(
          'MM',
          MONTHS.findIndex((month) => month.slice(0, 3).toLowerCase() === word.slice(0, 3).toLowerCase()) + 1,
        )
        return
      }
      case 'DAY':
      case 'DY':
        this.word([...WEEKDAYS, ...WEEKDAYS.map((day) => day.slice(0, 3))], field)
        return
      case 'RM':
        this.numbers.set('MM', 12 - ROMAN_MONTHS.indexOf(this.word(ROMAN_MONTHS, field).toUpperCase()))
        return
      case 'Y,YYY':
        this.numbers.set('YYYY', Number(this.digits(6, /[\d,]/, field).replace(',', '')))
        return
      case 'TZ':
      case 'OF':
        throw templateFieldOnlyInToChar(field.name)
      case 'TZH':
        if (/[+-]/.test(this.text[this.at] ?? '')) this.offsetSign = this.text[this.at++] === '-' ? -1 : 1
        break
      default:
    }
    this.readNumber(field, next)
  }

  /** Dates by ISO weeks and others do not go together. */
  private checkConvention(name: FieldName): void {
    const isoWeek = ISO_WEEK_FIELDS.has(name)
    if (!isoWeek && !GREGORIAN_FIELDS.has(name)) return
    if (this.isoWeek !== null && this.isoWeek !== isoWeek) {
      throw contradictingTemplate('invalid combination of date conventions', {
        hint: 'Do not mix Gregorian and ISO week date conventions in a formatting template.',
      })
    }
    this.isoWeek = isoWeek
  }

  private set(name: FieldName, value: number): void {
    const before = this.numbers.get(name)
    if (before !== undefined && before !== value) {
      throw contradictingTemplate(`conflicting values for "${name}" field in formatting string`, {
        detail: 'This value contradicts a previous setting for the same field type.',
      })
    }
    this.numbers.set(name, value)
  }

  private readNumber(field: Field, next: TemplateNode | undefined): void {
    const bounded = next?.kind === 'field' || field.name === 'SS' || FRACTIONS.has(field.name)
    const width = bounded || !/^I?Y/.test(field.name) ? (WIDTHS[field.name] ?? 9) : 9
    const negative = this.text[this.at] === '-' && field.name === 'YYYY'
    if (negative) this.at++
    const digits = this.digits(width, /\d/, field)
    const isYear = /^I?Y{1,3}$/.test(field.name)
    const isFraction = FRACTIONS.has(field.name)
    const value = isFraction ? Number(digits.padEnd(6, '0').slice(0, 6)) : Number(digits)
    this.set(field.name, isYear ? fullYear(value, digits.length) : value)
    if (negative) this.beforeChrist = true
    if (field.ordinal !== '') this.at += 2
  }

  private digits(width: number, accepted: RegExp, field: Field): string {
    const from = this.at
    while (this.at - from < width && accepted.test(this.text[this.at] ?? '')) this.at++
    if (this.at === from) {
      throw invalidTemplateValue(
        this.text.slice(from, from + Math.min(width, field.name.length)),
        field.name,
        'Value must be an integer.',
      )
    }
    return this.text.slice(from, this.at)
  }

  private word(words: readonly string[], field: Field): string {
    const rest = this.text.slice(this.at).toLowerCase()
    const match = words.find((word) => rest.startsWith(word.toLowerCase()))
    if (match === undefined) {
      throw invalidTemplateValue(
        /^\S*/.exec(this.text.slice(this.at))?.[0] ?? '',
        field.name,
        'The given value did not match any of the allowed values for this field.',
      )
    }
    this.at += match.length
    return match
  }

  private number(...names: FieldName[]): number | undefined {
    for (const name of names) {
      const value = this.numbers.get(name)
      if (value !== undefined) return value
    }
    return undefined
  }

  private year(): number {
    const short = this.number('YYYY', 'YYY', 'YY', 'Y')
    const century = this.number('CC')
    if (century !== undefined && this.number('YYYY', 'YYY') === undefined && short !== undefined) {
      return yearOfCentury(this.beforeChrist ? -century : century, short % 100)
    }
    const year = short ?? (century === undefined ? 0 : (century - 1) * 100 + 1)
    return this.beforeChrist ? 1 - year : year
  }

  private days(): number {
    const julian = this.number('J')
    if (julian !== undefined) return julian - JULIAN_EPOCH
    const isoYear = this.number('IYYY', 'IYY', 'IY', 'I')
    if (isoYear !== undefined) return this.isoDays(isoYear)
    const year = this.year()
    const dayOfYear = this.number('DDD')
    if (dayOfYear !== undefined && year === 0) {
      throw contradictingTemplate('cannot calculate day of year without year information')
    }
    if (dayOfYear !== undefined) return daysFromCivil(year, 1, 1) + dayOfYear - 1
    const week = this.number('WW')
    if (week !== undefined) return daysFromCivil(year, 1, 1) + (week - 1) * 7
    const month = this.number('MM') ?? 1
    const monthWeek = this.number('W')
    const day = this.number('DD') || (monthWeek === undefined ? 1 : (monthWeek - 1) * 7 + 1)

    if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) throw datetimeFieldOverflow(this.text)
    return daysFromCivil(year, month, day)
  }

  private isoDays(year: number): number {
    const fourth = daysFromCivil(year, 1, 4)
    const firstMonday = fourth - ((dayOfWeek(fourth) + 6) % 7)
    const dayOfYear = this.number('IDDD')
    if (dayOfYear !== undefined) return firstMonday + dayOfYear - 1
    return firstMonday + ((this.number('IW') ?? 1) - 1) * 7 + (this.number('ID') ?? 1) - 1
  }

  private micros(): number {
    const midnightSeconds = this.number('SSSSS', 'SSSS')
    const fraction = this.number('US', 'MS', 'FF6', 'FF5', 'FF4', 'FF3', 'FF2', 'FF1') ?? 0
    if (midnightSeconds !== undefined && midnightSeconds >= 86_400) throw datetimeFieldOverflow(this.text)
    if (midnightSeconds !== undefined) return midnightSeconds * 1_000_000 + fraction
    const minute = this.number('MI') ?? 0
    const second = this.number('SS') ?? 0
    const hour = this.hour()
    if (minute > 59 || second > 59 || hour > 23) throw datetimeFieldOverflow(this.text)
    return ((hour * 60 + minute) * 60 + second) * 1_000_000 + fraction
  }

  private hour(): number {
    const twelve = this.number('HH12', 'HH')
    if (this.number('HH24') !== undefined || twelve === undefined) return this.number('HH24') ?? 0
    if (twelve < 1 || twelve > 12) throw invalidTwelveHour(twelve)
    if (this.meridiem === null) return twelve
    return (twelve % 12) + (this.meridiem === 'pm' ? 12 : 0)
  }

  private offset(): number | null {
    const hours = this.number('TZH')
    return hours === undefined ? null : this.offsetSign * (hours * 3600 + (this.number('TZM') ?? 0) * 60)
  }
}

/** The year of a century by its last two digits, 0 being the year 1 BC. */
const yearOfCentury = (century: number, digits: number): number => {
  if (digits === 0) return century * 100 + (century >= 0 ? 0 : 1)
  return century < 0 ? (century + 1) * 100 - digits + 1 : (century - 1) * 100 + digits
}

/** Years of few digits are the ones nearest to 2020. */
const fullYear = (year: number, digits: number): number => {
  if (digits > 3) return year
  if (digits === 3) return year < 100 ? year + 2000 : year < 520 ? year + 2000 : year + 1000
  return year < 70 ? year + 2000 : year + 1900
}

/** Reads a text under a template. Throws 22007 and 22008. */
export const parseWithTemplate = (text: string, template: string): ParsedDatetime =>
  new TemplateReader(text, template).read()

/** to_char and to_number of numbers. */
import { rint } from '../scalar/conversion.ts'
import { invalidTextRepresentation, notANumber, patternNotSupported } from '../../errors/raise/data.ts'
import { numericFromFloat, numericToInt4, parseNumeric } from '../../types/numeric/convert.ts'
import { numericAbs, numericDiv, numericMul, numericRound } from '../../types/numeric/arithmetic.ts'
import { Numeric } from '../../types/numeric/numeric.ts'
import { powerOfTen } from '../../types/numeric/powers.ts'
import { type NumberItem, type NumberTemplate, numberTemplate } from './number-template.ts'

const ROMAN: readonly (readonly [number, string])[] = [
  [1000, 'M'],
  [900, 'CM'],
  [500, 'D'],
  [400, 'CD'],
  [100, 'C'],
  [90, 'XC'],
  [50, 'L'],
  [40, 'XL'],
  [10, 'X'],
  [9, 'IX'],
  [5, 'V'],
  [4, 'IV'],
  [1, 'I'],
]
const ROMAN_WIDTH = 15

const formatRoman = (value: Numeric, template: NumberTemplate): string => {
  const number = numericToInt4(value)
  if (!(number >= 1 && number <= 3999)) return '#'.repeat(ROMAN_WIDTH)
  let rest = number
  let text = ''
  for (const [unit, letters] of ROMAN) {
    while (rest >= unit) {
      text += letters
      rest -= unit
    }
  }
  const cased = template.roman === 'rn' ? text.toLowerCase() : text
  return template.fill ? cased : cased.padStart(ROMAN_WIDTH)
}

/** `normal`: a mantissa that is rounded up to ten is one again; PostgreSQL does so for floats only. */
const formatScientific = (value: Numeric, template: NumberTemplate, normal: boolean): string => {
  if (!value.isFinite) return ` ${'#'.repeat(template.before)}.${'#'.repeat(template.after + 4)}`
  const digits = value.coefficient < 0 ? value.coefficient.toString().slice(1) : value.coefficient.toString()
  let exponent = value.sign === 0 ? 0 : digits.length - 1 - value.scale
  const mantissa = (): Numeric => {
    const shift = digits.length - 1
    return value.sign === 0 ? Numeric.zero : Numeric.of(BigInt(digits), shift)
  }
  let rounded = numericRound(mantissa(), template.after)
  if (normal && rounded.toNumber() >= 10) {
    exponent++
    rounded = Numeric.of(powerOfTen(template.after), template.after)
  }
  const sign = value.sign < 0 ? '-' : template.fill ? '' : ' '
  return `${sign}${rounded.toString()}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}

/** Prints the digits of one number position by position. */
class DigitWriter {
  private readonly template: NumberTemplate
  private readonly negative: boolean
  /** Digits before the point, and after it. */
  private readonly whole: string
  private readonly fraction: string
  private readonly blanks: number
  /** How many digits after the point are printed at `9` positions in FM. */
  private readonly relevant: number
  private readonly hidesZero: boolean
  private readonly ownSign: boolean
  /** NaN or Infinity in place of digits. */
  private readonly isWord: boolean
  private position = 0
  private signDone: boolean
  private started = false
  private pointPassed = false
  private readonly hasPoint: boolean
  /** Digits and points passed when a trailing sign is due; -1 when there is none. */
  private readonly signAt: number
  private out = ''

  constructor(template: NumberTemplate, negative: boolean, whole: string, fraction: string) {
    this.template = template
    this.negative = negative
    this.whole = whole
    this.fraction = fraction
    this.isWord = /[a-z]/.test(whole)
    this.blanks = Math.max(template.before - whole.length, 0)
    this.hidesZero = template.zeroStart < 0 && whole === '0' && template.after > 0
    this.ownSign = template.items.some((item) => item.kind === 'sign' && (item.form === 'MI' || item.form === 'SG'))
    this.signDone = this.ownSign || template.sign === 'after'
    const kept = Math.max(template.zeroEnd - template.before + 1, 0)
    this.relevant = template.fill ? Math.max(fraction.replace(/0+$/, '').length, kept) : fraction.length
    this.hasPoint = template.items.some((item) => item.kind === 'point')
    this.signAt = template.sign === 'after' ? template.before + (this.hasPoint ? 1 + this.relevant : 0) : -1
  }

  write(): string {
    for (const item of this.template.items) {
      // A word has nothing from the point on.
      if (this.isWord && item.kind === 'point') break
      this.item(item)
    }
    return this.finish()
  }

  private item(item: NumberItem): void {
    switch (item.kind) {
      case 'digit':
        if (this.position < this.template.before) this.wholeDigit()
        else this.fractionDigit(item.zero)
        this.position++
        this.trailingSign()
        break
      case 'point':
        this.sign()
        this.started = true
        this.pointPassed = true
        // A template without digits behind the point shows it for numbers too large alone.
        if (this.template.after === 0 && !/^#*$/.test(this.whole)) break
        this.out += '.'
        this.trailingSign()
        break
      case 'group':
        if (this.started) this.out += ','
        else if (!this.template.fill) this.out += ' '
        break
      case 'currency':
        this.out += this.template.fill ? '' : ' '
        break
      case 'sign':
        this.signItem(item.form)
        break
      case 'ordinal':
        if (!this.negative && !this.whole.startsWith('#') && !this.hasPoint) this.out += this.ordinal(item.upper)
        break
      case 'text':
        this.out += item.text
        break
      default:
    }
  }

  /** The sign right before what is printed first. */
  private sign(): void {
    if (this.signDone) return
    this.signDone = true
    if (this.template.sign === 'before') this.out += this.negative ? '-' : '+'
    else if (this.template.brackets) this.out += this.negative ? '<' : this.template.fill ? '' : ' '
    else if (this.negative) this.out += '-'
    else if (!this.template.fill) this.out += ' '
  }

  /** The sign behind the digit or point that is the last one shown. */
  private trailingSign(): void {
    if (this.position + (this.pointPassed ? 1 : 0) === this.signAt) this.out += this.negative ? '-' : '+'
  }

  private wholeDigit(): void {
    const { zeroStart, fill } = this.template
    const inBlanks = this.position < this.blanks
    if (inBlanks && (zeroStart < 0 || zeroStart > this.position)) {
      if (!fill) this.out += ' '
      return
    }
    if (inBlanks) {
      this.sign()
      this.out += '0'
      this.started = true
      return
    }
    if (this.hidesZero) {
      if (fill && this.relevant === 0) {
        this.sign()
        this.out += '0'
      } else if (!fill) this.out += ' '
      return
    }
    this.sign()
    this.out += this.whole[this.position - this.blanks]
    this.started = true
  }

  private fractionDigit(zero: boolean): void {
    this.sign()
    const index = this.position - this.template.before
    if (index < this.relevant || zero) this.out += this.fraction[index] ?? '0'
  }

  private signItem(form: 'S' | 'MI' | 'PL' | 'SG'): void {
    const plus = this.template.fill ? '' : ' '
    if (form === 'SG') this.out += this.negative ? '-' : '+'
    else if (form === 'MI') this.out += this.negative ? '-' : plus
    else if (form === 'PL') this.out += this.negative ? plus : '+'
  }

  /** Throws 22P02 for what has no last digit. */
  private ordinal(upper: boolean): string {
    if (this.isWord) throw notANumber(this.whole)
    const teens = this.whole.length > 1 && this.whole.at(-2) === '1'
    const suffix = teens ? 'th' : ({ '1': 'st', '2': 'nd', '3': 'rd' }[this.whole.at(-1) as string] ?? 'th')
    return upper ? suffix.toUpperCase() : suffix
  }

  private finish(): string {
    if (!this.template.brackets || (this.isWord && this.hasPoint)) return this.out
    return this.out + (this.negative ? '>' : this.template.fill ? '' : ' ')
  }
}

/** The template with fewer digits after the point. */
const withFraction = (template: NumberTemplate, digits: number | null): NumberTemplate => {
  if (digits === null || digits >= template.after || template.scientific || template.roman !== null) return template
  let left = template.before + digits
  const items = template.items.filter((item) => item.kind !== 'digit' || left-- > 0)
  return { ...template, items, after: digits }
}

/** to_char(numeric, text). */
export const formatNumber = (
  value: Numeric,
  text: string,
  negative = false,
  isFloat = false,
  digitsTold: number | null = null,
): string => {
  const template = withFraction(numberTemplate(text), digitsTold)
  if (template.roman !== null) return formatRoman(value, template)
  if (template.scientific) return formatScientific(value, template, isFloat)
  if (!value.isFinite) {
    const word = value.isNaN ? 'NaN' : 'Infinity'
    return word.length > template.before
      ? overflowText(template, value.sign < 0)
      : new DigitWriter(template, value.sign < 0, word, '').write()
  }
  const shifted = template.shift === 0 ? value : numericMul(value, Numeric.of(powerOfTen(template.shift), 0))
  const rounded = numericRound(shifted, template.after)
  const [whole = '0', fraction = ''] = numericAbs(rounded).toString().split('.')
  const isNegative = negative || rounded.sign < 0
  if (whole.length > template.before) return overflowText(template, isNegative)
  return new DigitWriter(template, isNegative, whole, fraction).write()
}

/** What lies exactly between two numbers of so many digits after the point goes to the even one, as printf rounds. */
const halvesToEven = (value: number, digits: number): number => {
  const scaled = Math.abs(value) * 10 ** digits
  const isHalf = scaled < 2 ** 52 && scaled - Math.floor(scaled) === 0.5 && scaled / 10 ** digits === Math.abs(value)
  return isHalf ? (Math.sign(value) * rint(scaled)) / 10 ** digits : value
}

/** to_char of floats: what is rounded to zero keeps its sign, and no float is too large for Roman numerals to be told so. */
export const formatFloat = (value: number, precision: number, text: string): string => {
  const isNegative = value < 0 || Object.is(value, -0)
  const { roman, scientific, after, shift } = numberTemplate(text)
  if (roman !== null && !(Math.abs(value) < 2 ** 31)) return '#'.repeat(ROMAN_WIDTH)
  // More digits than the type has are not told.
  const digits = Number.isNaN(value) ? 3 : Number.isFinite(value) ? Math.abs(value).toFixed(0).length : 8
  const told = Math.max(Math.min(after, (precision === 6 ? 6 : 15) - digits), 0)
  const shown =
    roman !== null ? rint(value) : scientific || !Number.isFinite(value) ? value : halvesToEven(value, after + shift)
  const formatted = formatNumber(numericFromFloat(shown, precision), text, isNegative, true, told)
  return scientific && isNegative ? formatted.replace(/^ ?(?=[0.])/, '-') : formatted
}

/** A number too large for its template shows `#` in place of every digit. */
const overflowText = (template: NumberTemplate, negative: boolean): string =>
  new DigitWriter(template, negative, '#'.repeat(template.before), '#'.repeat(template.after)).write()

/** to_number(text, text): digits, sign and point of a text; everything else of the template is passed over. */
export const parseNumber = (text: string, format: string): Numeric | null => {
  if (format === '') return null
  const template = numberTemplate(format)
  if (template.scientific) throw patternNotSupported('"EEEE" not supported for input')
  if (template.roman !== null) throw patternNotSupported('"RN" not supported for input')
  const negative = /-/.test(text) || (template.brackets && /</.test(text))
  let digits = ''
  let at = 0
  const limit = { before: template.before, after: template.after }
  let afterPoint = false
  const source = text
    .trim()
    .replace(/^[-+<]/, '')
    .trimStart()
  for (; at < source.length; at++) {
    const char = source[at] as string
    if (char >= '0' && char <= '9') {
      if (afterPoint ? limit.after-- > 0 : limit.before-- > 0) digits += char
      else if (!afterPoint) break
    } else if (char === '.' && !afterPoint && template.after > 0) {
      digits += '.'
      afterPoint = true
    } else if (char === '.' && template.after === 0) break
  }
  // PostgreSQL reads what it has found, which then is a sign or nothing.
  if (!/\d/.test(digits)) throw invalidTextRepresentation('numeric', negative ? '-' : ' ')
  const value = parseNumeric(digits)
  const scaled = template.shift === 0 ? value : numericDiv(value, Numeric.of(powerOfTen(template.shift), 0))
  return negative ? Numeric.of(-BigInt(scaled.coefficient), scaled.scale) : scaled
}

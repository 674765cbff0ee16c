/** Functions that write values of any type as text: concat, format, quoting. */
import { OID } from '../../types/oids.ts'
import {
  cannotEnlarge,
  formatArgumentError,
  nullFormatIdentifier,
  numericValueOutOfRange,
} from '../../errors/raise/data.ts'
import { parseInteger } from '../../types/int64.ts'
import type { Datum, SqlType } from '../../types/sql-type.ts'
import { formatNetwork } from '../../types/network/text.ts'
import { characterLength } from '../../types/text-order.ts'
import type { EvalContext } from '../context.ts'
import { scalar, typedScalar } from '../define.ts'
import { quoteIdentifier, quoteLiteral } from '../keywords.ts'
import type { ScalarFunction } from '../records.ts'

/** A value's text, null for NULL. */
const textOf = (type: SqlType | undefined, value: Datum, context: EvalContext): string | null =>
  value === null ? null : (type as SqlType).format(value, context.format)

/** A value cast to text, as || does it: booleans in full, addresses with their prefix, blank padding dropped. */
const castToText = (type: SqlType | undefined, value: Datum, context: EvalContext): string => {
  if (type?.oid === OID.bool) return String(value)
  if (type?.oid === OID.inet) return formatNetwork(value)
  const text = (type as SqlType).format(value, context.format)
  return type?.oid === OID.bpchar ? text.replace(/ +$/, '') : text
}

const SPECIFIER = /%(?:(\d+)\$)?(-)?(?:(\d+)|\*(?:(\d+)\$)?)?([sIL%]?)/g

/** What a specifier prints of an argument. */
const CONVERSIONS: Readonly<Record<string, (text: string | null) => string>> = {
  s: (text) => text ?? '',
  I: (text) => {
    if (text === null) throw nullFormatIdentifier()
    return quoteIdentifier(text)
  },
  L: (text) => (text === null ? 'NULL' : quoteLiteral(text)),
}

const formatText = (context: EvalContext, types: readonly SqlType[], values: readonly Datum[]): string | null => {
  const [template, ...args] = values
  if (template === null) return null
  let next = 0
  const argument = (n: string | undefined): number => {
    const index = n === undefined ? next : Number(n) - 1
    if (index < 0) throw formatArgumentError('format specifies argument 0, but arguments are numbered from 1')
    if (index >= args.length) throw formatArgumentError('too few arguments for format()')
    next = index + 1
    return index
  }
  return (template as string).replace(SPECIFIER, (all, place, minus, width, widthPlace, conversion) => {
    if (conversion === '%') return '%'
    if (conversion === '') {
      const letter = (template as string)[(template as string).indexOf(all) + all.length]
      throw letter === undefined
        ? formatArgumentError('unterminated format() type specifier', 'For a single "%" use "%%".')
        : formatArgumentError(`unrecognized format() type specifier "${letter}"`, 'For a single "%" use "%%".')
    }
    const hasWidthArgument = all.includes('*')
    const widthAt = hasWidthArgument ? argument(widthPlace) : -1
    const given = hasWidthArgument ? widthOf(textOf(types[widthAt + 1], args[widthAt], context)) : literalNumber(width)
    const index = argument(place)
    const text = (CONVERSIONS[conversion] as (text: string | null) => string)(
      textOf(types[index + 1], args[index], context),
    )
    const padding = blanks(Math.abs(given) - characterLength(text))
    return minus !== undefined || given < 0 ? text + padding : padding + text
  })
}

/** A number of the template. Throws 22003. */
const literalNumber = (digits = '0'): number => {
  if (Number(digits) >= 2 ** 31) throw numericValueOutOfRange('number is out of range')
  return Number(digits)
}

/** Throws 54000 for more than a text may hold. */
const blanks = (count: number): string => {
  if (count > MAX_TEXT) throw cannotEnlarge(count)
  return ' '.repeat(Math.max(count, 0))
}

const MAX_TEXT = 2 ** 29 - 32

/** A width that is an argument: read as an integer, whatever its type. */
const widthOf = (text: string | null): number => {
  return text === null ? 0 : (parseInteger(text, 'integer', -(2 ** 31), 2 ** 31 - 1) as number)
}

export const concatenationFunctions: readonly ScalarFunction[] = [
  typedScalar(
    3058,
    'concat(variadic any) text',
    'texts of all values that are not NULL',
    ({ args }) =>
      (context, ...values) =>
        values.map((value, i) => textOf(args[i], value, context) ?? '').join(''),
    { strict: false, volatility: 'stable' },
  ),
  typedScalar(
    3059,
    'concat_ws(text, variadic any) text',
    'texts of all values that are not NULL, with separators',
    ({ args }) =>
      (context, separator, ...values) =>
        separator === null
          ? null
          : values
              .map((value, i) => textOf(args[i + 1], value, context))
              .filter((text) => text !== null)
              .join(separator),
    { strict: false, volatility: 'stable' },
  ),
  ...['format(text) text', 'format(text, variadic any) text'].map((signature, i) =>
    typedScalar(
      i === 0 ? 3540 : 3539,
      signature,
      'fill a template with values',
      ({ args }) =>
        (context, ...values) =>
          formatText(context, args, values),
      { strict: false, volatility: 'stable' },
    ),
  ),
  typedScalar(
    2003,
    'textanycat(text, anynonarray) text',
    'concatenate',
    ({ args }) =>
      (context, text, value) =>
        text + castToText(args[1], value, context),
    { volatility: 'stable' },
  ),
  typedScalar(
    2004,
    'anytextcat(anynonarray, text) text',
    'concatenate',
    ({ args }) =>
      (context, value, text) =>
        castToText(args[0], value, context) + text,
    { volatility: 'stable' },
  ),
  typedScalar(
    1285,
    'quote_literal(anyelement) text',
    'quote a value as a literal',
    ({ args }) =>
      (context, value) =>
        quoteLiteral(castToText(args[0], value, context)),
    { volatility: 'stable' },
  ),
  typedScalar(
    1290,
    'quote_nullable(anyelement) text',
    'quote a value as a literal or NULL',
    ({ args }) =>
      (context, value) =>
        value === null ? 'NULL' : quoteLiteral(castToText(args[0], value, context)),
    { volatility: 'stable', strict: false },
  ),
  scalar(
    438,
    'num_nulls(variadic any) int4',
    'number of NULL arguments',
    (...values) => values.filter((v) => v === null).length,
    {
      strict: false,
    },
  ),
  scalar(
    440,
    'num_nonnulls(variadic any) int4',
    'number of arguments that are not NULL',
    (...values) => values.filter((v) => v !== null).length,
    { strict: false },
  ),
]

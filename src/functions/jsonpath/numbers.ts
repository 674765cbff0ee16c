/** Numbers that the methods of a path work on. */
import { floatTextOutOfRange } from '../../errors/raise/data.ts'
import { jsonPathNotNumeric } from '../../errors/raise/json-path.ts'
import { parseFloat8 } from '../../types/floats.ts'
import { numericFromFloat } from '../../types/numeric/convert.ts'
import { Numeric } from '../../types/numeric/numeric.ts'
import { fail } from './failure.ts'
import type { PathValue } from './value.ts'

/** Digits that a double has for certain. */
const FLOAT8_DIGITS = 15

/** The number that a method is applied to. */
export const numberOf = (method: string, value: PathValue): Numeric =>
  value instanceof Numeric
    ? value
    : fail(jsonPathNotNumeric(`jsonpath item method .${method}() can only be applied to a numeric value`))

/** What `.double()` makes of a number or a text. */
export const doubleOf = (value: PathValue): Numeric => {
  if (value instanceof Numeric) {
    if (Number.isFinite(value.toNumber())) return value
    return fail(
      jsonPathNotNumeric(
        'numeric argument of jsonpath item method .double() is out of range for type double precision',
      ),
    )
  }
  if (typeof value !== 'string') {
    return fail(jsonPathNotNumeric('jsonpath item method .double() can only be applied to a string or numeric value'))
  }
  try {
    const number = parseFloat8(value)
    if (!Number.isFinite(number)) throw floatTextOutOfRange('double precision', value)
    return numericFromFloat(number, FLOAT8_DIGITS)
  } catch {
    return fail(
      jsonPathNotNumeric(
        'string argument of jsonpath item method .double() is not a valid representation of a double precision number',
      ),
    )
  }
}

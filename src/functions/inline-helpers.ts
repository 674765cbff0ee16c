/** Checks that inline templates call: what generated code reaches as `helpers`. */
import { divisionByZero, typeOutOfRange } from '../errors/raise/data.ts'

export { checkFloat, floatDiv, floatMul } from '../types/float-arithmetic.ts'
export { compareFloats } from '../types/floats.ts'
export { int64Add, int64Div, int64Mod, int64Mul, int64Neg, int64Sub } from '../types/int64.ts'
export { compareText } from '../types/text-order.ts'

const rangeCheck =
  (type: string, min: number, max: number) =>
  (value: number): number => {
    if (value > max || value < min) throw typeOutOfRange(type)
    return value
  }

/** The value, if its type can hold it; 22003 otherwise. */
export const checkInt2 = rangeCheck('smallint', -32768, 32767)
export const checkInt4 = rangeCheck('integer', -2147483648, 2147483647)

/** Quotient and remainder truncated toward zero; 22012 for a zero divisor. */
export const intDiv = (a: number, b: number): number => {
  if (b === 0) throw divisionByZero()
  return Math.trunc(a / b) + 0
}

export const intMod = (a: number, b: number): number => {
  if (b === 0) throw divisionByZero()
  return (a % b) + 0
}

/** Arithmetic of doubles as float8 has it: what overflows, underflows or divides by zero is an error. */
import { divisionByZero, floatOverflow, floatUnderflow } from '../errors/raise/data.ts'

/** A float result whose finite operands must not have made it infinite. */
export const checkFloat = (result: number, a: number, b: number): number => {
  if (!Number.isFinite(result) && Number.isFinite(a) && Number.isFinite(b)) throw floatOverflow()
  return result
}

export const floatAdd = (a: number, b: number): number => checkFloat(a + b, a, b)

export const floatSub = (a: number, b: number): number => checkFloat(a - b, a, b)

/** Multiplication: neither infinite nor zero out of nothing. */
export const floatMul = (a: number, b: number): number => {
  const result = a * b
  if (result === 0 && a !== 0 && b !== 0) throw floatUnderflow()
  return checkFloat(result, a, b)
}

export const floatDiv = (a: number, b: number): number => {
  if (b === 0 && !Number.isNaN(a)) throw divisionByZero()
  const result = a / b
  if (result === 0 && a !== 0 && Number.isFinite(b)) throw floatUnderflow()
  return checkFloat(result, a, b)
}

/** money: arithmetic, conversions, amounts in words. */
import { divisionByZero, typeOutOfRange } from '../../errors/raise/data.ts'
import {
  exactAdd,
  exactFromNumber,
  type ExactInteger,
  exactMul,
  exactSub,
  INT64_MAX,
  INT64_MIN,
  int64Compare,
  int64Div,
  int64Mul,
} from '../../types/int64.ts'
import { numericRound } from '../../types/numeric/arithmetic.ts'
import { numericToInt8 } from '../../types/numeric/convert.ts'
import { Numeric } from '../../types/numeric/numeric.ts'
import { scalar, type ScalarOptions } from '../define.ts'
import type { ScalarFunction } from '../records.ts'

const HUNDREDTHS = 2

const checkMoney = (value: ExactInteger): ExactInteger => {
  if (typeof value === 'bigint' && (value > INT64_MAX || value < INT64_MIN)) throw typeOutOfRange('money')
  return value
}

export const moneyAdd = (a: ExactInteger, b: ExactInteger): ExactInteger => checkMoney(exactAdd(a, b))
const subtract = (a: ExactInteger, b: ExactInteger): ExactInteger => checkMoney(exactSub(a, b))
const multiply = (a: ExactInteger, b: ExactInteger): ExactInteger => checkMoney(exactMul(a, b))

/** Half to even, as C's rint() does; 22003 where it is no int8. */
const roundToMoney = (value: number): ExactInteger => {
  const below = Math.floor(value)
  const rest = value - below
  const rounded = rest < 0.5 || (rest === 0.5 && below % 2 === 0) ? below : below + 1
  if (!(rounded >= -(2 ** 63) && rounded < 2 ** 63)) throw typeOutOfRange('money')
  return exactFromNumber(rounded)
}

const multiplyFloat = (a: ExactInteger, factor: number): ExactInteger => roundToMoney(Number(a) * factor)

const divideFloat = (a: ExactInteger, divisor: number): ExactInteger => {
  if (divisor === 0) throw divisionByZero()
  return roundToMoney(Number(a) / divisor)
}

const ratio = (a: ExactInteger, b: ExactInteger): number => {
  if (b === 0) throw divisionByZero()
  return Number(a) / Number(b)
}

const fromInteger = (value: ExactInteger): ExactInteger => int64Mul(value, 100)

const fromNumeric = (value: Numeric): ExactInteger => {
  if (!value.isFinite) return numericToInt8(value)
  return numericToInt8(Numeric.of(numericRound(value, HUNDREDTHS).coefficientAt(HUNDREDTHS), 0))
}

const SMALL_NUMBERS = [
  'zero',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
  'thirteen',
  'fourteen',
  'fifteen',
  'sixteen',
  'seventeen',
  'eighteen',
  'nineteen',
]
const TENS = ['', '', 'twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety']
/** What the groups of three digits are called, the highest first; that of the lowest has no name. */
const GROUPS = ['quadrillion', 'trillion', 'billion', 'million', 'thousand']

const belowHundred = (value: number): string => {
  if (value < 20) return SMALL_NUMBERS[value] as string
  const tens = TENS[Math.floor(value / 10)] as string
  return value % 10 === 0 ? tens : `${tens} ${SMALL_NUMBERS[value % 10]}`
}

const belowThousand = (value: number): string => {
  if (value < 100) return belowHundred(value)
  const hundreds = `${SMALL_NUMBERS[Math.floor(value / 100)]} hundred`
  const rest = value % 100
  if (rest === 0) return hundreds
  return `${hundreds}${rest < 20 ? ' and' : ''} ${belowHundred(rest)}`
}

const inWords = (value: ExactInteger): string => {
  const magnitude = value < 0 ? -BigInt(value) : BigInt(value)
  const dollars = magnitude / 100n
  const cents = Number(magnitude % 100n)
  let words = value < 0 ? 'minus ' : ''
  GROUPS.forEach((name, i) => {
    const group = Number((dollars / 1000n ** BigInt(GROUPS.length - i)) % 1000n)
    if (group > 0) words += `${belowThousand(group)} ${name} `
  })
  const lowest = Number(dollars % 1000n)
  if (lowest > 0) words += belowThousand(lowest)
  if (dollars === 0n) words += 'zero'
  words += dollars === 1n ? ' dollar and ' : ' dollars and '
  words += `${belowHundred(cents)} ${cents === 1 ? 'cent' : 'cents'}`
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** Conversions depend on the locale's number of decimals, as PostgreSQL says. */
const STABLE: ScalarOptions = { volatility: 'stable' }

const swapped = (evaluate: (amount: ExactInteger, factor: number) => ExactInteger) => {
  return (factor: number, amount: ExactInteger): ExactInteger => evaluate(amount, factor)
}

export const moneyFunctions: readonly ScalarFunction[] = [
  scalar(894, 'cash_pl(money, money) money', 'add', moneyAdd),
  scalar(895, 'cash_mi(money, money) money', 'subtract', subtract),
  scalar(3822, 'cash_div_cash(money, money) float8', 'ratio of amounts', ratio),
  scalar(846, 'cash_mul_flt4(money, float4) money', 'multiply', multiplyFloat),
  scalar(896, 'cash_mul_flt8(money, float8) money', 'multiply', multiplyFloat),
  scalar(866, 'cash_mul_int2(money, int2) money', 'multiply', multiply),
  scalar(864, 'cash_mul_int4(money, int4) money', 'multiply', multiply),
  scalar(3344, 'cash_mul_int8(money, int8) money', 'multiply', multiply),
  scalar(848, 'flt4_mul_cash(float4, money) money', 'multiply', swapped(multiplyFloat)),
  scalar(919, 'flt8_mul_cash(float8, money) money', 'multiply', swapped(multiplyFloat)),
  scalar(863, 'int2_mul_cash(int2, money) money', 'multiply', multiply),
  scalar(862, 'int4_mul_cash(int4, money) money', 'multiply', multiply),
  scalar(3399, 'int8_mul_cash(int8, money) money', 'multiply', multiply),
  scalar(847, 'cash_div_flt4(money, float4) money', 'divide', divideFloat),
  scalar(897, 'cash_div_flt8(money, float8) money', 'divide', divideFloat),
  scalar(867, 'cash_div_int2(money, int2) money', 'divide', int64Div),
  scalar(865, 'cash_div_int4(money, int4) money', 'divide', int64Div),
  scalar(3345, 'cash_div_int8(money, int8) money', 'divide', int64Div),
  scalar(377, 'cash_cmp(money, money) int4', 'order: less than, equal, greater than', int64Compare),
  scalar(898, 'cashlarger(money, money) money', 'the greater one', (a, b) => (a > b ? a : b)),
  scalar(899, 'cashsmaller(money, money) money', 'the lesser one', (a, b) => (a < b ? a : b)),
  scalar(935, 'cash_words(money) text', 'amount in words', inWords),
  scalar(3811, 'money(int4) money', 'convert int4 to money', fromInteger, STABLE),
  scalar(3812, 'money(int8) money', 'convert int8 to money', fromInteger, STABLE),
  scalar(3824, 'money(numeric) money', 'convert numeric to money', fromNumeric, STABLE),
  scalar(
    3823,
    'numeric(money) numeric',
    'convert money to numeric',
    (amount: ExactInteger) => Numeric.of(amount, HUNDREDTHS),
    STABLE,
  ),
]

/** bit and bit varying: parts, bitwise operations, conversions to and from integers. */
import { invalidParameterValue, negativeSubstringLength, typeOutOfRange } from '../../errors/raise/data.ts'
import { bitIndexOutOfRange, bitSizesDiffer } from '../../errors/raise/values.ts'
import { fitBit, fitVarbit } from '../../types/bit-strings.ts'
import { type ExactInteger, normalizeInteger } from '../../types/int64.ts'
import { scalar } from '../define.ts'
import { checkInt4 } from '../inline-helpers.ts'
import type { ScalarFunction } from '../records.ts'

/** A bit of the result for every pair of bits; the sizes must be the same. */
const combine =
  (operation: 'AND' | 'OR' | 'XOR', bit: (a: boolean, b: boolean) => boolean) =>
  (a: string, b: string): string => {
    if (a.length !== b.length) throw bitSizesDiffer(operation)
    let bits = ''
    for (let i = 0; i < a.length; i++) bits += bit(a.charCodeAt(i) === 49, b.charCodeAt(i) === 49) ? '1' : '0'
    return bits
  }

export const bitAnd = combine('AND', (a, b) => a && b)
export const bitOr = combine('OR', (a, b) => a || b)
export const bitXor = combine('XOR', (a, b) => a !== b)

const not = (bits: string): string => bits.replace(/./g, (bit) => (bit === '1' ? '0' : '1'))

/** To the left by `count`, to the right where that is negative; the size stays. */
const shift = (bits: string, count: number): string => {
  const zeros = '0'.repeat(Math.min(Math.abs(count), bits.length))
  return count >= 0 ? bits.slice(zeros.length) + zeros : zeros + bits.slice(0, bits.length - zeros.length)
}

const substring = (bits: string, start: number, length?: number): string => {
  if (length !== undefined && length < 0) throw negativeSubstringLength()
  const end = length === undefined ? bits.length : Math.max(start + length - 1, 0)
  return bits.slice(Math.max(start, 1) - 1, end)
}

const overlay = (bits: string, replacement: string, start: number, length = replacement.length): string => {
  if (start <= 0) throw negativeSubstringLength()
  return substring(bits, 1, start - 1) + replacement + bits.slice(Math.max(checkInt4(start + length) - 1, 0))
}

const position = (bits: string, part: string): number => (bits === '' ? 0 : bits.indexOf(part) + 1)

const checkIndex = (bits: string, index: number): void => {
  if (index < 0 || index >= bits.length) throw bitIndexOutOfRange(index, bits.length - 1)
}

const getBit = (bits: string, index: number): number => {
  checkIndex(bits, index)
  return bits.charCodeAt(index) - 48
}

const setBit = (bits: string, index: number, value: number): string => {
  checkIndex(bits, index)
  if (value !== 0 && value !== 1) throw invalidParameterValue('new bit must be 0 or 1')
  return bits.slice(0, index) + value + bits.slice(index + 1)
}

/** The longest that a bit string can be declared. */
const MAX_BITS = 83_886_080

/** The lowest `length` bits of an integer, more of them being copies of its sign. */
const bitsOfInteger = (value: ExactInteger, length: number): string => {
  const size = Math.max(length, 1)
  if (size > MAX_BITS) throw invalidParameterValue(`length for type bit cannot exceed ${MAX_BITS}`)
  return BigInt.asUintN(size, BigInt(value)).toString(2).padStart(size, '0')
}

/** The integer of so many bits that they are; 22003 when there are more. */
const integerOfBits =
  (size: number, type: string) =>
  (bits: string): ExactInteger => {
    if (bits.length > size) throw typeOutOfRange(type)
    return bits === '' ? 0 : normalizeInteger(BigInt.asIntN(size, BigInt(`0b${bits}`)))
  }

const compareBits = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

export const bitStringFunctions: readonly ScalarFunction[] = [
  scalar(1685, 'bit(bit, int4, bool) bit', 'fit to a length', fitBit),
  scalar(1687, 'varbit(varbit, int4, bool) varbit', 'fit to a length', fitVarbit),
  scalar(1683, 'bit(int4, int4) bit', 'bits of an integer', bitsOfInteger),
  scalar(2075, 'bit(int8, int4) bit', 'bits of an integer', bitsOfInteger),
  scalar(1684, 'int4(bit) int4', 'integer of bits', integerOfBits(32, 'integer')),
  scalar(2076, 'int8(bit) int8', 'integer of bits', integerOfBits(64, 'bigint')),
  scalar(1673, 'bitand(bit, bit) bit', 'bitwise and', bitAnd),
  scalar(1674, 'bitor(bit, bit) bit', 'bitwise or', bitOr),
  scalar(1675, 'bitxor(bit, bit) bit', 'bitwise exclusive or', bitXor),
  scalar(1676, 'bitnot(bit) bit', 'bitwise not', not),
  scalar(1677, 'bitshiftleft(bit, int4) bit', 'shift bits to the left', shift),
  scalar(1678, 'bitshiftright(bit, int4) bit', 'shift bits to the right', (bits, count) => shift(bits, -count)),
  scalar(1679, 'bitcat(varbit, varbit) varbit', 'concatenate', (a, b) => a + b),
  scalar(1596, 'bitcmp(bit, bit) int4', 'order: less than, equal, greater than', compareBits),
  scalar(1672, 'varbitcmp(varbit, varbit) int4', 'order: less than, equal, greater than', compareBits),
  scalar(1681, 'length(bit) int4', 'number of bits', (bits) => bits.length),
  scalar(1812, 'bit_length(bit) int4', 'number of bits', (bits) => bits.length),
  scalar(1682, 'octet_length(bit) int4', 'number of bytes', (bits) => (bits.length + 7) >> 3),
  scalar(6162, 'bit_count(bit) int8', 'number of set bits', (bits: string) => bits.replaceAll('0', '').length),
  scalar(1680, 'substring(bit, int4, int4) bit', 'part of the bits', substring),
  scalar(1699, 'substring(bit, int4) bit', 'rest of the bits', substring),
  scalar(3030, 'overlay(bit, bit, int4, int4) bit', 'replace a part by its position', overlay),
  scalar(3031, 'overlay(bit, bit, int4) bit', 'replace a part by its position', overlay),
  scalar(1698, 'position(bit, bit) int4', 'position of a part', position),
  scalar(3032, 'get_bit(bit, int4) int4', 'bit at an index', getBit),
  scalar(3033, 'set_bit(bit, int4, int4) bit', 'set a bit', setBit),
]

/** money: hundredths of a unit as int8 is kept, written as the C locale has it: `-$1,234.56`. */
import { invalidTextRepresentation, textOutOfRange } from '../errors/raise/data.ts'
import { fillBytes, fixedView } from './bytes.ts'
import { defineType } from './define-type.ts'
import { type ExactInteger, INT64_MAX, INT64_MIN, int64Compare, normalizeInteger } from './int64.ts'
import { OID } from './oids.ts'

/** Signs and currency symbol in any of their places, digits with separators of thousands, a point, closing signs. */
const AMOUNT = /^\s*\$?\s*([-(+]?)\s*\$?\s*([\d,]*)(?:\.([\d,]*))?([\s)\-+$]*)$/

/** Reads an amount; digits behind the second decimal round it. Throws 22P02, 22003. */
const parseMoney = (text: string): ExactInteger => {
  const match = AMOUNT.exec(text)
  if (match === null) throw invalidTextRepresentation('money', text)
  const [, sign, whole = '', fraction = '', trailing = ''] = match
  const decimals = fraction.replaceAll(',', '').padEnd(2, '0')
  const digits = whole.replaceAll(',', '') + decimals.slice(0, 2)
  const magnitude = BigInt(digits) + (decimals.charAt(2) >= '5' ? 1n : 0n)
  const value = sign === '-' || sign === '(' || trailing.includes('-') ? -magnitude : magnitude
  if (value > INT64_MAX || value < INT64_MIN) throw textOutOfRange('money', text)
  return normalizeInteger(value)
}

const formatMoney = (value: ExactInteger): string => {
  const digits = String(value < 0 ? -BigInt(value) : value).padStart(3, '0')
  const whole = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ',')
  return `${value < 0 ? '-' : ''}$${whole}.${digits.slice(-2)}`
}

export const moneyType = defineType({
  oid: OID.money,
  name: 'money',
  category: 'N',
  length: 8,
  align: 'd',
  arrayOid: 791,
  physical: 'int64',
  parse: parseMoney,
  format: formatMoney,
  receive: (bytes) => normalizeInteger(fixedView(bytes, 8).getBigInt64(0)),
  send: (value: ExactInteger) => fillBytes(8, (view) => view.setBigInt64(0, BigInt(value))),
  compare: int64Compare,
})

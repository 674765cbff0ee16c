/** A numeric as PostgreSQL stores it: digits to the base 10,000 without zeros at either end. */
import type { Numeric } from './numeric.ts'

export interface Base10000 {
  readonly digits: readonly number[]
  /** Power of 10,000 of the first digit. */
  readonly weight: number
}

/** Of a finite value; its sign is left out. */
export const base10000 = (value: Numeric): Base10000 => {
  const [whole = '', fraction = ''] = value.toString().replace('-', '').split('.')
  const wholeGroups = Math.ceil(whole.length / 4)
  const text = whole.padStart(wholeGroups * 4, '0') + fraction.padEnd(Math.ceil(fraction.length / 4) * 4, '0')
  const all = (text.match(/\d{4}/g) ?? []).map(Number)
  const first = all.findIndex((digit) => digit !== 0)
  const last = all.findLastIndex((digit) => digit !== 0)
  return first < 0 ? { digits: [], weight: 0 } : { digits: all.slice(first, last + 1), weight: wholeGroups - 1 - first }
}

/** Units of settings: reading `4MB` or `1.5 s` into a base unit, and choosing the unit in which SHOW prints. */
import type { SettingUnit } from './setting.ts'

/** Size of each unit in the smallest one of its family (bytes, microseconds), largest first. */
const MEMORY: readonly (readonly [string, number])[] = [
  ['TB', 1024 ** 4],
  ['GB', 1024 ** 3],
  ['MB', 1024 ** 2],
  ['kB', 1024],
  ['B', 1],
]
const TIME: readonly (readonly [string, number])[] = [
  ['d', 86_400_000_000],
  ['h', 3_600_000_000],
  ['min', 60_000_000],
  ['s', 1_000_000],
  ['ms', 1000],
  ['us', 1],
]

const BASE: Readonly<Record<SettingUnit, { readonly family: typeof MEMORY; readonly size: number }>> = {
  B: { family: MEMORY, size: 1 },
  kB: { family: MEMORY, size: 1024 },
  '8kB': { family: MEMORY, size: 8192 },
  MB: { family: MEMORY, size: 1024 ** 2 },
  ms: { family: TIME, size: 1000 },
  s: { family: TIME, size: 1_000_000 },
  min: { family: TIME, size: 60_000_000 },
}

/** The HINT that lists the units a setting takes. */
export const unitHint = (unit: SettingUnit): string =>
  BASE[unit].family === MEMORY
    ? 'Valid units for this parameter are "B", "kB", "MB", "GB", and "TB".'
    : 'Valid units for this parameter are "us", "ms", "s", "min", "h", and "d".'

/** `value` given in the unit called `name`, as a number of base units; null when the base has no such unit. */
export const toBaseUnit = (value: number, name: string, base: SettingUnit): number | null => {
  const { family, size } = BASE[base]
  const found = family.find(([unit]) => unit === name)
  if (found === undefined) return null
  // A fraction that is a whole number of the next smaller unit is kept exactly: 1.5s is 1500ms, 0.1GB is 102MB.
  const smaller = family[family.indexOf(found) + 1]
  if (!Number.isInteger(value) && smaller !== undefined && smaller[1] >= size) {
    return (Math.round(value * (found[1] / smaller[1])) * smaller[1]) / size
  }
  return (value * found[1]) / size
}

/** A number of base units with the largest unit that divides it: 65536 kB is `64MB`. */
export const inLargestUnit = (value: number, base: SettingUnit): string => {
  const { family, size } = BASE[base]
  const smallest = value * size
  for (const [name, factor] of family) {
    const count = smallest / factor
    if (Math.abs(Math.round(count) - count) < 1e-8 * Math.abs(count)) return `${formatReal(Math.round(count))}${name}`
  }
  const [name, factor] = family.at(-1) as readonly [string, number]
  return `${formatReal(smallest / factor)}${name}`
}

/** A real number as C's %g prints it: six significant digits. */
export const formatReal = (value: number): string => {
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return String(value)
  const text = value.toPrecision(6)
  const [mantissa = '', exponent] = text.split('e')
  const trimmed = mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa
  const power = exponent === undefined ? Math.floor(Math.log10(Math.abs(value))) : Number(exponent)
  if (exponent === undefined && power >= -5 && power < 6) return trimmed
  const digits = value
    .toExponential(5)
    .split('e')[0]
    ?.replace(/\.?0+$/, '')
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
}

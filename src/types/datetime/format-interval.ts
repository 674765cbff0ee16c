/** Writes intervals in the four IntervalStyles. */
import type { FormatContext } from '../sql-type.ts'
import { formatFraction, pad2 } from './format-datetime.ts'
import type { Interval } from './interval.ts'

/** The parts that every style prints, each with the value's own sign. */
interface Parts {
  readonly years: number
  readonly months: number
  readonly days: number
  readonly hours: bigint
  readonly minutes: number
  readonly seconds: number
  /** Microseconds of the second. */
  readonly fraction: number
  readonly negativeTime: boolean
}

const partsOf = (value: Interval): Parts => {
  const micros = BigInt(value.micros)
  const magnitude = micros < 0n ? -micros : micros
  const rest = Number(magnitude % 3_600_000_000n)
  return {
    years: Math.trunc(value.months / 12) + 0,
    months: (value.months % 12) + 0,
    days: value.days,
    hours: magnitude / 3_600_000_000n,
    minutes: Math.floor(rest / 60_000_000),
    seconds: Math.floor(rest / 1_000_000) % 60,
    fraction: rest % 1_000_000,
    negativeTime: micros < 0n,
  }
}

const clock = (parts: Parts): string =>
  `${pad2Big(parts.hours)}:${pad2(parts.minutes)}:${pad2(parts.seconds)}${formatFraction(parts.fraction)}`

const pad2Big = (value: bigint): string => (value < 10n ? `0${value}` : value.toString())

const hasTime = (parts: Parts): boolean =>
  parts.hours !== 0n || parts.minutes !== 0 || parts.seconds !== 0 || parts.fraction !== 0

/** `1 year 2 mons -3 days +04:05:06`: a sign shows after a negative part. */
const postgresStyle = (parts: Parts): string => {
  const words: string[] = []
  let afterNegative = false
  const units: [number, string][] = [
    [parts.years, 'year'],
    [parts.months, 'mon'],
    [parts.days, 'day'],
  ]
  for (const [count, unit] of units) {
    if (count === 0) continue
    words.push(`${afterNegative && count > 0 ? '+' : ''}${count} ${unit}${count === 1 ? '' : 's'}`)
    afterNegative = count < 0
  }
  if (words.length === 0 || hasTime(parts)) {
    words.push(`${parts.negativeTime ? '-' : afterNegative ? '+' : ''}${clock(parts)}`)
  }
  return words.join(' ')
}

/** `@ 1 year 2 mons 4 hours ago`: the first part's sign goes to the end. */
const verboseStyle = (parts: Parts): string => {
  const time = parts.negativeTime ? -1 : 1
  const seconds = `${parts.seconds}${formatFraction(parts.fraction)}`
  const units: [number, string, string][] = [
    [parts.years, String(Math.abs(parts.years)), 'year'],
    [parts.months, String(Math.abs(parts.months)), 'mon'],
    [parts.days, String(Math.abs(parts.days)), 'day'],
    [Number(parts.hours) * time, parts.hours.toString(), 'hour'],
    [parts.minutes * time, String(parts.minutes), 'min'],
    [(parts.seconds + parts.fraction / 1e6) * time, seconds, 'sec'],
  ]
  const present = units.filter(([sign]) => sign !== 0)
  if (present.length === 0) return '@ 0'
  const ago = (present[0] as [number, string, string])[0] < 0
  const words = present.map(([sign, magnitude, unit]) => {
    const shown = `${sign < 0 !== ago ? '-' : ''}${magnitude}`
    const isSingular = unit === 'sec' ? magnitude === '1' : shown === '1'
    return `${shown} ${unit}${isSingular ? '' : 's'}`
  })
  return `@ ${words.join(' ')}${ago ? ' ago' : ''}`
}

const iso8601Style = (parts: Parts): string => {
  const sign = parts.negativeTime ? '-' : ''
  const date = [
    parts.years === 0 ? '' : `${parts.years}Y`,
    parts.months === 0 ? '' : `${parts.months}M`,
    parts.days === 0 ? '' : `${parts.days}D`,
  ].join('')
  const time = [
    parts.hours === 0n ? '' : `${sign}${parts.hours}H`,
    parts.minutes === 0 ? '' : `${sign}${parts.minutes}M`,
    parts.seconds === 0 && parts.fraction === 0 ? '' : `${sign}${parts.seconds}${formatFraction(parts.fraction)}S`,
  ].join('')
  if (date === '' && time === '') return 'PT0S'
  return `P${date}${time === '' ? '' : `T${time}`}`
}

/** SQL's year-month or day-time literal; mixtures get an explicit sign on every part. */
const sqlStyle = (parts: Parts): string => {
  const hasYearMonth = parts.years !== 0 || parts.months !== 0
  const hasDay = parts.days !== 0
  const timed = hasTime(parts)
  const negative = parts.years < 0 || parts.months < 0 || parts.days < 0 || parts.negativeTime
  const positive = parts.years > 0 || parts.months > 0 || parts.days > 0 || (timed && !parts.negativeTime)
  const time = `${parts.hours}:${pad2(parts.minutes)}:${pad2(parts.seconds)}${formatFraction(parts.fraction)}`
  if (!negative && !positive) return '0'
  const yearMonth = `${Math.abs(parts.years)}-${Math.abs(parts.months)}`
  if ((negative && positive) || (hasYearMonth && (hasDay || timed))) {
    const sign = (isNegative: boolean): string => (isNegative ? '-' : '+')
    return `${sign(parts.years < 0 || parts.months < 0)}${yearMonth} ${sign(parts.days < 0)}${Math.abs(parts.days)} ${sign(parts.negativeTime)}${time}`
  }
  const sign = negative ? '-' : ''
  if (hasYearMonth) return sign + yearMonth
  return hasDay ? `${sign}${Math.abs(parts.days)} ${time}` : sign + time
}

const STYLES: Readonly<Record<FormatContext['intervalStyle'], (parts: Parts) => string>> = {
  postgres: postgresStyle,
  postgres_verbose: verboseStyle,
  sql_standard: sqlStyle,
  iso_8601: iso8601Style,
}

export const formatInterval = (value: Interval, style: FormatContext['intervalStyle']): string =>
  STYLES[style](partsOf(value))

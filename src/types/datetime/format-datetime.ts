/** Writes dates, times and timestamps in the four DateStyles. */
import type { FormatContext } from '../sql-type.ts'
import { civilFromDays, dayOfWeek, MICROS_PER_SECOND } from './calendar.ts'
import { MONTHS, WEEKDAYS } from './fields.ts'

export const pad2 = (value: number): string => (value < 10 ? `0${value}` : String(value))

const pad4 = (value: number): string => (value < 1000 ? String(value).padStart(4, '0') : String(value))

/** A fraction of a second without trailing zeros: `.25`, or nothing. */
export const formatFraction = (micros: number): string => {
  if (micros === 0) return ''
  const digits = String(micros).padStart(6, '0')
  let end = 6
  while (digits.charCodeAt(end - 1) === 48) end--
  return `.${digits.slice(0, end)}`
}

/** `HH:MM:SS[.ffffff]` of microseconds of a day. */
export const formatTime = (micros: number): string => {
  const seconds = Math.floor(micros / MICROS_PER_SECOND)
  const minutes = Math.floor(seconds / 60)
  return `${pad2(Math.floor(minutes / 60))}:${pad2(minutes % 60)}:${pad2(seconds % 60)}${formatFraction(
    micros - seconds * MICROS_PER_SECOND,
  )}`
}

/** `+HH[:MM[:SS]]` of seconds east of Greenwich. */
export const formatOffset = (east: number): string => {
  const seconds = Math.abs(east)
  const hours = `${east < 0 ? '-' : '+'}${pad2(Math.floor(seconds / 3600))}`
  if (seconds % 3600 === 0) return hours
  const minutes = `${hours}:${pad2(Math.floor(seconds / 60) % 60)}`
  return seconds % 60 === 0 ? minutes : `${minutes}:${pad2(seconds % 60)}`
}

/** Year as shown, without its era: 1 BC is year 0. */
const shownYear = (year: number): string => pad4(year > 0 ? year : 1 - year)

const era = (year: number): string => (year > 0 ? '' : ' BC')

const formatDay = (days: number, context: FormatContext, separator: string): { text: string; era: string } => {
  const { year, month, day } = civilFromDays(days)
  const shown = shownYear(year)
  const parts: Record<FormatContext['dateStyle'], () => string> = {
    ISO: () => `${shown}-${pad2(month)}-${pad2(day)}`,
    SQL: () =>
      context.dateOrder === 'DMY' ? `${pad2(day)}/${pad2(month)}/${shown}` : `${pad2(month)}/${pad2(day)}/${shown}`,
    German: () => `${pad2(day)}.${pad2(month)}.${shown}`,
    Postgres: () =>
      context.dateOrder === 'DMY'
        ? `${pad2(day)}${separator}${pad2(month)}${separator}${shown}`
        : `${pad2(month)}${separator}${pad2(day)}${separator}${shown}`,
  }
  return { text: parts[context.dateStyle](), era: era(year) }
}

export const formatDate = (days: number, context: FormatContext): string => {
  const { text, era } = formatDay(days, context, '-')
  return text + era
}

/** A timestamp from its day and time; `zone` is what follows the time: an offset for ISO, else an abbreviation. */
export const formatTimestamp = (
  days: number,
  micros: number,
  context: FormatContext,
  zone: { readonly offset: number; readonly abbreviation: string | null } | null,
): string => {
  const time = formatTime(micros)
  if (context.dateStyle === 'ISO') {
    const { text, era } = formatDay(days, context, '-')
    return `${text} ${time}${zone === null ? '' : formatOffset(zone.offset)}${era}`
  }
  const spaced = zone === null ? '' : ` ${zone.abbreviation ?? formatOffset(zone.offset)}`
  if (context.dateStyle !== 'Postgres') {
    const { text, era } = formatDay(days, context, '-')
    return `${text} ${time}${spaced}${era}`
  }
  const { year, month, day } = civilFromDays(days)
  const monthName = (MONTHS[month - 1] as string).slice(0, 3)
  const dayAndMonth = context.dateOrder === 'DMY' ? `${pad2(day)} ${monthName}` : `${monthName} ${pad2(day)}`
  return `${(WEEKDAYS[dayOfWeek(days)] as string).slice(0, 3)} ${dayAndMonth} ${time} ${shownYear(year)}${spaced}${era(year)}`
}

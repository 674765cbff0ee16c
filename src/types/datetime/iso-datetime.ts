/** The plain ISO forms of dates and times, read without taking the text apart. */
import { daysFromCivil, daysInMonth } from './calendar.ts'

const two = (text: string, at: number): number => {
  const high = text.charCodeAt(at) - 48
  const low = text.charCodeAt(at + 1) - 48
  return high >= 0 && high <= 9 && low >= 0 && low <= 9 ? high * 10 + low : -1
}

/** Days of a plain `YYYY-MM-DD` at the beginning of a text, or null when it is not that. */
export const isoDate = (text: string): number | null => {
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45) return null
  const century = two(text, 0)
  const rest = two(text, 2)
  const month = two(text, 5)
  const day = two(text, 8)
  if (century < 0 || rest < 0 || month < 1 || month > 12 || day < 1) return null
  const year = century * 100 + rest
  return year < 1 || day > daysInMonth(year, month) ? null : daysFromCivil(year, month, day)
}

/** Microseconds of `HH:MM:SS[.ffffff]` that reaches from `at` to the text's end, or null when it is not that. */
export const isoTime = (text: string, at: number): number | null => {
  if (text.charCodeAt(at + 2) !== 58 || text.charCodeAt(at + 5) !== 58) return null
  const hour = two(text, at)
  const minute = two(text, at + 3)
  const second = two(text, at + 6)
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return null
  let micros = ((hour * 60 + minute) * 60 + second) * 1_000_000
  if (text.length === at + 8) return micros
  if (text.charCodeAt(at + 8) !== 46 || text.length > at + 15) return null
  let unit = 100_000
  for (let i = at + 9; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48
    if (digit < 0 || digit > 9) return null
    micros += digit * unit
    unit /= 10
  }
  return micros
}

/** What TimeZone and its kin may be set to: a zone's name, a POSIX specification, hours, or an interval. */
import { invalidSettingValue } from '../errors/raise/settings.ts'
import { parseIntervalText } from '../types/datetime/parse-interval.ts'
import { findTimeZone, nameOfOffset } from '../types/datetime/zones/index.ts'

const MAX_SECONDS = 168 * 3600

/** The zone in the form that it is shown in. Throws 22023. */
export const checkTimeZone = (value: string): string => {
  const invalid = (detail?: string) => invalidSettingValue('TimeZone', value, detail === undefined ? {} : { detail })
  const interval = /^interval\s*'([^']*)'?$/i.exec(value)
  if (interval !== null) {
    if (!value.endsWith("'")) throw invalid()
    const { months, days, micros } = parseIntervalText(interval[1] as string, 'second')
    if (months !== 0) throw invalid('Cannot specify months in time zone interval.')
    if (days !== 0) throw invalid('Cannot specify days in time zone interval.')
    return shownOffset(Math.trunc(Number(micros) / 1_000_000), invalid)
  }
  const hours = Number(value)
  if (value.trim() !== '' && Number.isFinite(hours)) return shownOffset(Math.trunc(hours * 3600), invalid)
  const zone = findTimeZone(value)
  if (zone === null) throw invalid()
  return zone.name
}

const shownOffset = (seconds: number, invalid: (detail: string) => Error): string => {
  if (Math.abs(seconds) >= MAX_SECONDS) throw invalid('UTC timezone offset is out of range.')
  return nameOfOffset(seconds)
}

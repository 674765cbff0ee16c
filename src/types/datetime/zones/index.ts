/** Time zones by name: the machine's database of zones (else Intl's), POSIX specifications, and abbreviations. */
import { unknownTimeZone } from '../../../errors/raise/data.ts'
import { abbreviatedZone } from './abbreviations.ts'
import { intlZone } from './intl-zone.ts'
import { posixZone } from './posix-zone.ts'
import type { TimeZone } from './time-zone.ts'
import { fileZone, fileZoneNames, hasZoneFiles } from './zone-file.ts'

export { abbreviationNames } from './abbreviations.ts'
export { fixedZone, offsetOfLocal, type TimeZone } from './time-zone.ts'

/** Names come out of data, too. */
const MAX_KNOWN = 5000

const zones = new Map<string, TimeZone | null>()

/** A zone by IANA name (in whatever capitals) or POSIX specification; null when there is none. */
export const findTimeZone = (name: string): TimeZone | null => {
  let zone = zones.get(name)
  if (zone === undefined) {
    zone = (hasZoneFiles() ? fileZone(name) : intlZone(name)) ?? posixZone(name.toUpperCase())
    if (zones.size >= MAX_KNOWN) zones.clear()
    zones.set(name, zone)
  }
  return zone
}

/** As `findTimeZone`; throws 22023. */
export const timeZone = (name: string): TimeZone => {
  const zone = findTimeZone(name)
  if (zone === null) throw unknownTimeZone(name)
  return zone
}

/** The zone of an abbreviation, null when it is none. */
export const zoneOfAbbreviation = (name: string): TimeZone | null => abbreviatedZone(name, findTimeZone)

/** Names of all zones. */
export const timeZoneNames = (): readonly string[] =>
  hasZoneFiles() ? fileZoneNames() : [...Intl.supportedValuesOf('timeZone'), 'UTC']

/** POSIX name of a zone that is always so many seconds east of Greenwich: `<+05:30>-05:30`. */
export const nameOfOffset = (seconds: number): string => {
  const size = Math.abs(seconds)
  const parts = [Math.floor(size / 3600), Math.floor(size / 60) % 60, size % 60].map((part) =>
    String(part).padStart(2, '0'),
  )
  const text = parts.slice(0, size % 60 !== 0 ? 3 : size % 3600 !== 0 ? 2 : 1).join(':')
  return seconds < 0 ? `<-${text}>+${text}` : `<+${text}>-${text}`
}

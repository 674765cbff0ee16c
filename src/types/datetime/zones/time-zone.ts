/** What a time zone is to dates and times, whatever its rules are read from. */
import { UNIX_EPOCH_DAYS } from '../calendar.ts'

export const SECONDS_PER_DAY = 86400
/** Seconds from 1970-01-01 to 2000-01-01. */
export const UNIX_EPOCH_SECONDS = UNIX_EPOCH_DAYS * SECONDS_PER_DAY

/** Offsets are seconds east of Greenwich; instants are seconds since 2000-01-01 UTC. */
export interface TimeZone {
  readonly name: string
  /** The offset never changes. */
  readonly isFixed: boolean
  offsetAt(utcSeconds: number): number
  /** The short name in use at an instant (`CET`), or null where only the offset is known. */
  abbreviationAt(utcSeconds: number): string | null
  isSummerAt(utcSeconds: number): boolean
  /** What a short name of the zone means at an instant; null where the zone never used it. */
  meaningOf?(abbreviation: string, utcSeconds: number): ZonePeriod | null
  /** The offset of a local time, where that is not what the instant's offset decides. */
  offsetOfLocal?(localSeconds: number): number
}

/** One of the states that a zone's clocks are in. */
export interface ZonePeriod {
  readonly offset: number
  readonly isSummer: boolean
  readonly abbreviation: string | null
}

/** A zone that is always in one state. */
export const fixedZone = (name: string, { offset, isSummer, abbreviation }: ZonePeriod): TimeZone => ({
  name,
  isFixed: true,
  offsetAt: () => offset,
  abbreviationAt: () => abbreviation,
  isSummerAt: () => isSummer,
})

/**
 * Offset that a local time has. In a gap the offset before it counts; of two equal local times the later one, which
 * has the offset after the change, is meant.
 */
export const offsetOfLocal = (zone: TimeZone, localSeconds: number): number => {
  if (zone.offsetOfLocal !== undefined) return zone.offsetOfLocal(localSeconds)
  const before = zone.offsetAt(localSeconds - SECONDS_PER_DAY)
  const after = zone.offsetAt(localSeconds + SECONDS_PER_DAY)
  if (before === after) return zone.offsetAt(localSeconds - before)
  return zone.offsetAt(localSeconds - after) === after ? after : before
}

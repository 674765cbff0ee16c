/** pg_timezone_names: time zones with the offset that they have now. */
import { makeInterval } from '../../types/datetime/interval.ts'
import { findTimeZone } from '../../types/datetime/time-zone.ts'
import { catalogView, type SystemRow, type SystemRows } from './relation.ts'

const TIMEZONE_NAMES_COLUMNS = `
  name text, abbrev text, utc_offset interval, is_dst bool`

const TIMEZONE_ABBREVS_COLUMNS = `
  abbrev text, utc_offset interval, is_dst bool`

/** Seconds between 1970-01-01 and 2000-01-01. */
const POSTGRES_EPOCH = 946_684_800
const HALF_A_YEAR = 182 * 86_400

const zoneRows: SystemRows = ({ eval: context }) => {
  const instant = context.transactionTimestamp / 1e6 + POSTGRES_EPOCH
  return [...Intl.supportedValuesOf('timeZone'), 'UTC'].flatMap((name): SystemRow[] => {
    const zone = findTimeZone(name)
    if (zone === null) return []
    const offset = zone.offsetAt(instant)
    return [
      {
        name,
        abbrev: zone.abbreviationAt(instant),
        utc_offset: makeInterval(0, 0, offset * 1e6),
        // Clocks are set forward while summer time holds.
        is_dst: offset > Math.min(zone.offsetAt(instant - HALF_A_YEAR), zone.offsetAt(instant + HALF_A_YEAR)),
      },
    ]
  })
}

export const timeZoneViews = [
  catalogView('pg_timezone_names', 12126, TIMEZONE_NAMES_COLUMNS, zoneRows, 'session'),
  catalogView('pg_timezone_abbrevs', 12122, TIMEZONE_ABBREVS_COLUMNS),
]

/** pg_timezone_names and pg_timezone_abbrevs: time zones with the offset that they have now. */
import { makeInterval } from '../../types/datetime/interval.ts'
import { abbreviationNames, findTimeZone, timeZoneNames, zoneOfAbbreviation } from '../../types/datetime/zones/index.ts'
import { catalogView, type SystemRow, type SystemRows } from './relation.ts'

const TIMEZONE_NAMES_COLUMNS = `
  name text, abbrev text, utc_offset interval, is_dst bool`

const TIMEZONE_ABBREVS_COLUMNS = `
  abbrev text, utc_offset interval, is_dst bool`

type Zone = NonNullable<ReturnType<typeof findTimeZone>>

const rowsOf =
  (names: () => readonly string[], find: (name: string) => Zone | null, nameColumn: 'name' | 'abbrev'): SystemRows =>
  ({ eval: context }) => {
    const instant = Math.floor(Number(context.transactionTimestamp) / 1e6)
    return names().flatMap((name): SystemRow[] => {
      const zone = find(name)
      if (zone === null) return []
      const utcOffset = makeInterval(0, 0, zone.offsetAt(instant) * 1e6)
      return [
        {
          abbrev: zone.abbreviationAt(instant),
          [nameColumn]: name,
          utc_offset: utcOffset,
          is_dst: zone.isSummerAt(instant),
        },
      ]
    })
  }

export const timeZoneViews = [
  catalogView(
    'pg_timezone_names',
    12126,
    TIMEZONE_NAMES_COLUMNS,
    rowsOf(timeZoneNames, findTimeZone, 'name'),
    'session',
  ),
  catalogView(
    'pg_timezone_abbrevs',
    12122,
    TIMEZONE_ABBREVS_COLUMNS,
    rowsOf(abbreviationNames, zoneOfAbbreviation, 'abbrev'),
    'session',
  ),
]

/** Times of day with the session's time zone. */
import { offsetOfLocal, timeZone } from '../../types/datetime/zones/index.ts'
import { timestampToDate, timestamptzToTimestamp } from '../../types/datetime/convert.ts'
import { TimeTz } from '../../types/datetime/datetime-types.ts'
import type { ExactInteger } from '../../types/int64.ts'

/** A time of the current day in the session's zone: its offset today counts. */
export const timeToTimeTz = (micros: number, zoneName: string, now: ExactInteger): TimeTz => {
  const zone = timeZone(zoneName)
  const today = timestampToDate(timestamptzToTimestamp(now, zoneName))
  return new TimeTz(micros, 0 - offsetOfLocal(zone, today * 86400 + Math.floor(micros / 1_000_000)))
}

/** Pruning of segments by their zone maps: a filter that no value in [min, max] can pass skips the whole segment. */
import type { Datum } from '../../types/sql-type.ts'
import type { Segment } from '../segments/segment.ts'
import type { ColumnDescriptor } from './column.ts'

/** `column op value`; NULLs never pass. The value is a datum of the column's own type, not null. */
export interface ZoneFilter {
  readonly column: number
  readonly op: '<' | '<=' | '=' | '>=' | '>'
  readonly value: Datum
}

/** Whether some row of the segment may pass all filters. */
export const mayMatch = (
  segment: Segment,
  columns: readonly ColumnDescriptor[],
  filters: readonly ZoneFilter[],
): boolean =>
  filters.every((filter) => {
    const compare = columns[filter.column]?.type.compare
    if (compare === null || compare === undefined || filter.column >= segment.columnCount) return true
    const zone = segment.zone(filter.column)
    if (zone === null) return true
    if (zone.nulls === segment.length) return false
    if (zone.min === null) return true
    const low = compare(zone.min, filter.value)
    const high = compare(zone.max, filter.value)
    switch (filter.op) {
      case '<':
        return low < 0
      case '<=':
        return low <= 0
      case '=':
        return low <= 0 && high >= 0
      case '>=':
        return high >= 0
      case '>':
        return high > 0
    }
  })

/** Prints GROUP BY with GROUPING SETS, ROLLUP and CUBE. */
import type { SqlWriter } from './print-writer.ts'
import type { GroupingItem } from './query.ts'

/** `print` writes the expressions of some columns, apart by commas. */
export const printGroupingItems = (
  items: readonly GroupingItem[],
  writer: SqlWriter,
  print: (columns: readonly number[]) => void,
): void => printItems(items, true, writer, print)

/** A list of columns stands in parentheses, unless it is a single one and `plain`. */
const printItems = (
  items: readonly GroupingItem[],
  plain: boolean,
  writer: SqlWriter,
  print: (columns: readonly number[]) => void,
): void => {
  for (const [i, item] of items.entries()) {
    if (i > 0) writer.add(', ')
    if (item.kind === 'columns') {
      const isBare = plain && item.columns.length === 1
      writer.add(isBare ? '' : '(')
      print(item.columns)
      writer.add(isBare ? '' : ')')
    } else if (item.kind === 'sets') {
      writer.add('GROUPING SETS (')
      printItems(item.items, false, writer, print)
      writer.add(')')
    } else {
      writer.add(item.kind === 'rollup' ? 'ROLLUP(' : 'CUBE(')
      const lists = item.lists.map((columns): GroupingItem => ({ kind: 'columns', columns }))
      printItems(lists, true, writer, print)
      writer.add(')')
    }
  }
}

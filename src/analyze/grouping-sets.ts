/** GROUPING SETS, ROLLUP and CUBE: as they are written, and the sets of columns that they stand for. */
import { tooManyColumns } from '../errors/raise/analysis.ts'
import { bodyOf, listItems, type Node } from '../sql/ast.ts'
import type { GroupingItem } from './query.ts'

const MAX_CUBE = 12

/** The number of an expression among those that are grouped by. */
type IndexOf = (node: Node) => number

/** The items of one place in GROUP BY, where a list in parentheses is as many items. */
export const groupingItems = (node: Node, index: IndexOf): GroupingItem[] =>
  bodyOf(node, 'GroupingSet') === undefined
    ? groupingColumns(node, index).map((column) => ({ kind: 'columns', columns: [column] }))
    : [groupingItem(node, index)]

const groupingItem = (node: Node, index: IndexOf): GroupingItem => {
  const set = bodyOf(node, 'GroupingSet')
  if (set === undefined) return { kind: 'columns', columns: groupingColumns(node, index) }
  const content = set.content ?? []
  switch (set.kind) {
    case 'GROUPING_SET_EMPTY':
      return { kind: 'columns', columns: [] }
    case 'GROUPING_SET_ROLLUP':
      return { kind: 'rollup', lists: content.map((n) => groupingColumns(n, index)) }
    case 'GROUPING_SET_CUBE':
      if (content.length > MAX_CUBE) throw tooManyColumns(`CUBE is limited to ${MAX_CUBE} elements`, set.location)
      return { kind: 'cube', lists: content.map((n) => groupingColumns(n, index)) }
    case 'GROUPING_SET_SETS': {
      const items = content.map((n) => groupingItem(n, index))
      return { kind: 'sets', items: items.flatMap((item) => (item.kind === 'sets' ? item.items : [item])) }
    }
    default:
      return { kind: 'columns', columns: content.map(index) }
  }
}

/** A parenthesised list inside ROLLUP, CUBE or GROUPING SETS counts as one column. */
const groupingColumns = (node: Node, index: IndexOf): number[] => {
  const row = bodyOf(node, 'RowExpr')
  if (row !== undefined && row.row_format === 'COERCE_IMPLICIT_CAST') return (row.args ?? []).map(index)
  return listItems(node).length > 0 ? listItems(node).map(index) : [index(node)]
}

const setsOf = (item: GroupingItem): number[][] => {
  switch (item.kind) {
    case 'columns':
      return [[...item.columns]]
    case 'sets':
      return item.items.flatMap(setsOf)
    case 'rollup': {
      const { lists } = item
      return Array.from({ length: lists.length + 1 }, (_, i) => lists.slice(0, lists.length - i).flat())
    }
    case 'cube': {
      const { lists } = item
      const masks = Array.from({ length: 2 ** lists.length }, (_, i) => 2 ** lists.length - 1 - i)
      return masks.map((mask) => lists.filter((_, i) => mask & (1 << (lists.length - 1 - i))).flat())
    }
  }
}

/** The sets of several items are the product of the items' sets. */
export const productOfSets = (items: readonly GroupingItem[]): number[][] => {
  let sets: number[][] = [[]]
  for (const item of items) {
    const more = setsOf(item)
    sets = sets.flatMap((set) => more.map((other) => [...new Set([...set, ...other])]))
  }
  return sets
}

/** GROUP BY DISTINCT: each set once, whatever its order. */
export const distinctSets = (sets: readonly (readonly number[])[]): (readonly number[])[] => {
  const seen = new Map(sets.map((set) => [set.toSorted((a, b) => a - b).join(), set]))
  return [...seen.values()]
}

/** What may have been meant by the name of a column that does not exist: the nearest names in the statement's tables. */

/** A table as hints see it. */
export interface NamedTable {
  readonly alias: string
  readonly columns: readonly { readonly name: string }[]
}

/** Names further apart than this are not thought to be meant. */
const MAX_DISTANCE = 3

/** Insertions, deletions and replacements of characters that make one word of the other. */
const distanceOf = (from: string, to: string): number => {
  let previous = Array.from({ length: to.length + 1 }, (_, i) => i)
  for (let i = 1; i <= from.length; i++) {
    const row = [i]
    for (let j = 1; j <= to.length; j++) {
      const replaced = (previous[j - 1] as number) + (from[i - 1] === to[j - 1] ? 0 : 1)
      row.push(Math.min(replaced, (previous[j] as number) + 1, (row[j - 1] as number) + 1))
    }
    previous = row
  }
  return previous[to.length] as number
}

/**
 * The hint for a column that no table in reach has: `alias` is the table that it was asked of, `levels` are the tables of
 * the query levels, the innermost first, those out of reach included. Undefined where nothing is near enough.
 */
export const columnHint = (
  levels: readonly (readonly NamedTable[])[],
  alias: string | null,
  name: string,
): string | undefined => {
  let best = MAX_DISTANCE + 1
  let found: string[] = []
  for (const table of levels.flat()) {
    const apart = alias === null ? 0 : distanceOf(alias, table.alias)
    if (apart > MAX_DISTANCE) continue
    if (apart === 0 && table.columns.some((column) => column.name === name)) {
      return `There is a column named "${name}" in table "${table.alias}", but it cannot be referenced from this part of the query.`
    }
    for (const column of table.columns) {
      const distance = distanceOf(name, column.name)
      if (apart > best || distance > Math.floor(name.length / 2)) continue
      const total = distance + apart
      if (total > best || total > MAX_DISTANCE) continue
      const candidate = `"${table.alias}.${column.name}"`
      if (total < best) found = [candidate]
      else if (found.length < 2) found.push(candidate)
      else {
        // Too many are equally near: only a nearer one will do.
        found = []
        best = total - 1
        continue
      }
      best = total
    }
  }
  if (found.length === 0) return undefined
  return `Perhaps you meant to reference the column ${found.join(' or the column ')}.`
}

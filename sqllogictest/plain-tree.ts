/** Parse trees as two front ends are compared by. */

/** Places that are taken from punctuation: where lists begin and end. Nothing reads them. */
const UNPLACED: ReadonlySet<string> = new Set(['rexpr_list_start', 'rexpr_list_end', 'list_start', 'list_end'])

/** A tree without those, and without zeros, which libpg-query leaves out. */
export const plainTree = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(plainTree)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, part]) =>
      UNPLACED.has(key) || (key === 'location' && part === 0) ? [] : [[key, plainTree(part)]],
    ),
  )
}

/**
 * Parse trees that are kept in the catalog name tables and columns as they were called when they were written. Binding
 * adds to each name the object that it means, so that the tree goes on meaning it when the object is renamed or moved,
 * or when something else comes into reach under the name.
 */
import { isSystemColumnName } from '../catalog/system-columns.ts'
import type { ParseTree, RelationObject } from '../catalog/objects.ts'
import { namesOf, type ColumnRef, type RangeVar } from '../sql/ast.ts'

/** The relation behind a FROM entry, and its columns by the names that the tree uses for them. */
export interface BoundRelation {
  readonly oid: number
  readonly names: readonly (readonly [attnum: number, name: string])[]
}

export type BoundRangeVar = RangeVar & { bound?: BoundRelation }

/** In expressions over one table: its column by number, 0 for the whole row. */
export type BoundColumnRef = ColumnRef & { attnum?: number }

type Json = Record<string, unknown>

/** Calls `visit` with the tag and the body of every node that is not in one of the tag `except`. */
const walk = (value: unknown, visit: (tag: string, body: Json) => void, except?: string): void => {
  if (Array.isArray(value)) {
    for (const item of value) walk(item, visit, except)
    return
  }
  if (typeof value !== 'object' || value === null) return
  for (const [key, child] of Object.entries(value)) {
    if (key === except) continue
    if (typeof child === 'object' && child !== null && !Array.isArray(child)) visit(key, child as Json)
    walk(child, visit, except)
  }
}

/** A query bound to what its analysis found: `relations` tells what each RangeVar of the tree turned out to be. */
export const bindRelations = (tree: ParseTree, relations: ReadonlyMap<RangeVar, RelationObject>): void =>
  walk(tree, (tag, body) => {
    // A column definition list or a target names no relation of FROM.
    const relation = tag === 'RangeVar' ? relations.get(body as RangeVar) : undefined
    if (relation === undefined) return
    const bound: BoundRelation = {
      oid: relation.oid,
      names: relation.columns.filter((c) => !c.dropped).map((c) => [c.attnum, c.name]),
    }
    body['bound'] = bound
  })

/**
 * A copy of an expression over one table whose column names are bound to the table's column numbers; but for what is in
 * nodes of the tag `except`, where names may mean something else.
 */
export const bindColumns = (tree: ParseTree, relation: RelationObject, except?: string): ParseTree => {
  const copy = structuredClone(tree)
  walk(
    copy,
    (tag, body) => {
      if (tag !== 'ColumnRef' || 'attnum' in body) return
      const name = namesOf((body as ColumnRef).fields).at(-1)
      const column = relation.columns.find((c) => c.name === name && !c.dropped)
      if (column !== undefined) body['attnum'] = column.attnum
      else if (name === relation.name) body['attnum'] = 0
    },
    except,
  )
  return copy
}

/** The system column that an expression over a table mentions first, and where; null: it mentions none. */
export const systemColumnIn = (
  tree: ParseTree,
): { readonly name: string; readonly location: number | undefined } | null => {
  let found: { name: string; location: number | undefined } | null = null
  walk(tree, (tag, body) => {
    if (found !== null || tag !== 'ColumnRef' || 'attnum' in body) return
    const name = namesOf((body as ColumnRef).fields).at(-1) ?? ''
    if (isSystemColumnName(name)) found = { name, location: (body as ColumnRef).location }
  })
  return found
}

/** A copy of a bound expression for another table, whose column numbers `attnumOf` tells. */
export const rebindColumns = (tree: ParseTree, attnumOf: (attnum: number) => number): ParseTree => {
  const copy = structuredClone(tree)
  walk(copy, (tag, body) => {
    const attnum = tag === 'ColumnRef' ? (body as BoundColumnRef).attnum : undefined
    if (attnum !== undefined && attnum > 0) body['attnum'] = attnumOf(attnum)
  })
  return copy
}

/** Columns that a bound expression mentions; 0: the whole row. */
export const boundColumns = (tree: ParseTree): Set<number> => {
  const attnums = new Set<number>()
  walk(tree, (tag, body) => {
    const attnum = tag === 'ColumnRef' ? (body as BoundColumnRef).attnum : undefined
    if (attnum !== undefined) attnums.add(attnum)
  })
  return attnums
}

/** Where a bound expression mentions the first of some columns, and which; null: it mentions none. */
export const mentionOf = (
  tree: ParseTree,
  attnums: ReadonlySet<number>,
): { readonly attnum: number; readonly location: number | undefined } | null => {
  let found: { attnum: number; location: number | undefined } | null = null
  walk(tree, (tag, body) => {
    const { attnum, location } = body as BoundColumnRef
    if (found === null && tag === 'ColumnRef' && attnum !== undefined && attnums.has(attnum))
      found = { attnum, location }
  })
  return found
}

/** Whether two trees say the same, wherever in a text that was written. */
export const sameTree = (a: unknown, b: unknown): boolean => written(a) === written(b)

const written = (tree: unknown): string =>
  JSON.stringify(tree, (key, value) => (key === 'location' ? undefined : value))

/** A copy of a bound expression that names its columns as they are called now. */
export const unbindColumns = (tree: ParseTree, relation: RelationObject): ParseTree => {
  const copy = structuredClone(tree)
  walk(copy, (tag, body) => {
    const attnum = tag === 'ColumnRef' ? (body as BoundColumnRef).attnum : undefined
    if (attnum === undefined || attnum <= 0) return
    delete body['attnum']
    body['fields'] = [{ String: { sval: relation.columns[attnum - 1]?.name } }]
  })
  return copy
}

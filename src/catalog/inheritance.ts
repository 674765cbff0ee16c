/** Families of tables: those that inherit from one, and those that one inherits from. */
import type { Column, ConstraintObject, Dependency, RelationObject } from './objects.ts'
import type { CatalogSnapshot } from './snapshot.ts'

/** A table and all that inherit from it, directly or not, each once, nearer ones first. */
export const withDescendants = (catalog: CatalogSnapshot, relation: RelationObject): RelationObject[] => {
  const found = [relation]
  const known = new Set([relation.oid])
  for (const parent of found) {
    for (const child of catalog.childrenOf(parent.oid)) {
      if (known.has(child.oid)) continue
      known.add(child.oid)
      found.push(child)
    }
  }
  return found
}

/** All tables that a table inherits from, directly or not, nearest first. */
export const ancestorsOf = (catalog: CatalogSnapshot, relation: RelationObject): RelationObject[] => {
  const found: RelationObject[] = []
  const queue = [...(relation.inherits ?? [])]
  for (let oid = queue.shift(); oid !== undefined; oid = queue.shift()) {
    const parent = catalog.relation(oid)
    if (parent === null || found.some((known) => known.oid === oid)) continue
    found.push(parent)
    queue.push(...(parent.inherits ?? []))
  }
  return found
}

/** A constraint and those of partitions that are part of it. */
export const withParts = (catalog: CatalogSnapshot, constraint: ConstraintObject): ConstraintObject[] => {
  const found = [constraint]
  for (const { oid, table } of found) {
    for (const child of catalog.childrenOf(table)) {
      found.push(...catalog.constraintsOf(child.oid).filter(({ parent }) => parent === oid))
    }
  }
  return found
}

const maps = new WeakMap<RelationObject, WeakMap<RelationObject, readonly number[] | null>>()

/**
 * Where a table's columns are in a table that inherits them: the attribute number there by attribute number minus 1, 0
 * for columns that are dropped. Null: all are at the same places.
 */
export const columnMap = (parent: RelationObject, child: RelationObject): readonly number[] | null => {
  let of = maps.get(parent)
  if (of === undefined) {
    of = new WeakMap()
    maps.set(parent, of)
  }
  let map = of.get(child)
  if (map === undefined) {
    map = buildMap(parent.columns, child.columns)
    of.set(child, map)
  }
  return map
}

const buildMap = (parent: readonly Column[], child: readonly Column[]): readonly number[] | null => {
  const places = new Map(child.filter((c) => !c.dropped).map((c) => [c.name, c.attnum]))
  const map = parent.map((c) => (c.dropped ? 0 : (places.get(c.name) ?? 0)))
  return parent.length === child.length && map.every((attnum, i) => attnum === i + 1) ? null : map
}

/** A row of the parent's form from one of the child's. */
export const toParent = <T>(map: readonly number[] | null, row: readonly T[], missing: T): readonly T[] =>
  map === null ? row : map.map((attnum) => (attnum === 0 ? missing : (row[attnum - 1] as T)))

/** A row of the child's form, of some width, from one of the parent's. */
export const toChild = <T>(map: readonly number[] | null, row: readonly T[], width: number, missing: T): T[] => {
  if (map === null) return [...row]
  const out = new Array<T>(width).fill(missing)
  for (const [i, attnum] of map.entries()) if (attnum !== 0) out[attnum - 1] = row[i] as T
  return out
}

/** What a table depends on because of a parent: a partition goes with its table. */
export const parentDependency = (parent: RelationObject, isPartition: boolean): Dependency => ({
  oid: parent.oid,
  attnum: 0,
  kind: isPartition ? 'auto' : 'normal',
})

/** Partitioned tables: their partitions in the order of their bounds, and which of them a row belongs to. */
import type { Datum, SqlType } from '../types/sql-type.ts'
import { partitionHash } from './partition-hash.ts'
import { STORED_FORMAT } from './codec.ts'
import { withDescendants } from './inheritance.ts'
import type { PartitionBound, PartitionKey, RangeDatum, RelationObject } from './objects.ts'
import type { CatalogSnapshot } from './snapshot.ts'

/** A bound whose values are datums. */
export type ReadBound =
  | { readonly kind: 'list'; readonly values: readonly Datum[] }
  | { readonly kind: 'range'; readonly lower: readonly Limit[]; readonly upper: readonly Limit[] }
  | { readonly kind: 'hash'; readonly modulus: number; readonly remainder: number }
  | { readonly kind: 'default' }

/** A value, or what lies before or behind all values. */
export type Limit = { readonly value: Datum } | 'minvalue' | 'maxvalue'

export interface Partition {
  readonly relation: RelationObject
  readonly bound: ReadBound
}

export interface PartitionDescriptor {
  readonly key: PartitionKey
  /** In the order of bounds, the default partition last. */
  readonly partitions: readonly Partition[]
  readonly fallback: Partition | null
}

/** A datum as a bound keeps it. */
export const boundText = (value: Datum, type: SqlType): string => type.format(value, STORED_FORMAT)

const readValue = (text: string, { type }: PartitionKey['keys'][number]): Datum => type.parse(text, -1, STORED_FORMAT)

const readLimit = (limit: RangeDatum, key: PartitionKey['keys'][number]): Limit =>
  typeof limit === 'string' ? limit : { value: readValue(limit.value, key) }

export const readBound = (bound: PartitionBound, { keys }: PartitionKey): ReadBound => {
  const [first] = keys as [PartitionKey['keys'][number]]
  switch (bound.kind) {
    case 'list':
      return { kind: 'list', values: bound.values.map((text) => (text === null ? null : readValue(text, first))) }
    case 'range': {
      const limits = (all: readonly RangeDatum[]) =>
        all.map((limit, i) => readLimit(limit, keys[i] as PartitionKey['keys'][number]))
      return { kind: 'range', lower: limits(bound.lower), upper: limits(bound.upper) }
    }
    default:
      return bound
  }
}

const compareValues = (type: SqlType, a: Datum, b: Datum): number => type.compare?.(a, b) ?? 0

/** Order of two limits of a range, column by column. */
export const compareLimits = (keys: PartitionKey['keys'], a: readonly Limit[], b: readonly Limit[]): number => {
  for (const [i, key] of keys.entries()) {
    const order = compareLimit(key.type, a[i] as Limit, b[i] as Limit)
    if (order !== 0) return order
    // Behind an unbounded column nothing counts any more.
    if (typeof a[i] === 'string') return 0
  }
  return 0
}

const RANKS = { minvalue: -1, maxvalue: 1 } as const

const compareLimit = (type: SqlType, a: Limit, b: Limit): number => {
  const ranks = [a, b].map((limit) => (typeof limit === 'string' ? RANKS[limit] : 0)) as [number, number]
  if (ranks[0] !== ranks[1] || typeof a === 'string' || typeof b === 'string') return ranks[0] - ranks[1]
  return compareValues(type, a.value, b.value)
}

const descriptors = new WeakMap<CatalogSnapshot, Map<number, PartitionDescriptor>>()

export const partitionDescriptor = (catalog: CatalogSnapshot, relation: RelationObject): PartitionDescriptor => {
  let known = descriptors.get(catalog)
  if (known === undefined) {
    known = new Map()
    descriptors.set(catalog, known)
  }
  let descriptor = known.get(relation.oid)
  if (descriptor === undefined) {
    descriptor = describe(catalog, relation)
    known.set(relation.oid, descriptor)
  }
  return descriptor
}

const describe = (catalog: CatalogSnapshot, relation: RelationObject): PartitionDescriptor => {
  const key = relation.partitionKey as PartitionKey
  const partitions = catalog.childrenOf(relation.oid).flatMap((child): Partition[] => {
    if (child.partition === undefined) return []
    return [{ relation: child, bound: readBound(child.partition, key) }]
  })
  const bounded = partitions.filter(({ bound }) => bound.kind !== 'default').sort(inBoundOrder(key))
  const fallback = partitions.find(({ bound }) => bound.kind === 'default') ?? null
  return { key, partitions: fallback === null ? bounded : [...bounded, fallback], fallback }
}

const inBoundOrder =
  ({ keys }: PartitionKey) =>
  ({ bound: a }: Partition, { bound: b }: Partition): number => {
    if (a.kind === 'range' && b.kind === 'range') return compareLimits(keys, a.lower, b.lower)
    if (a.kind === 'hash' && b.kind === 'hash') return a.modulus - b.modulus || a.remainder - b.remainder
    if (a.kind !== 'list' || b.kind !== 'list') return 0
    const { type } = keys[0] as PartitionKey['keys'][number]
    const [least, other] = [leastValue(a.values, type), leastValue(b.values, type)]
    if (least === null || other === null) return (least === null ? 1 : 0) - (other === null ? 1 : 0)
    return compareValues(type, least, other)
  }

const leastValue = (values: readonly Datum[], type: SqlType): Datum =>
  values.reduce((least, value) => {
    if (value === null) return least
    return least === null || compareValues(type, value, least) < 0 ? value : least
  }, null)

/** Whether a bound other than the default takes a row with these key values. */
export const boundAccepts = (bound: ReadBound, { keys }: PartitionKey, values: readonly Datum[]): boolean => {
  switch (bound.kind) {
    case 'list': {
      const [value] = values
      const { type } = keys[0] as PartitionKey['keys'][number]
      return bound.values.some((v) =>
        v === null || value === null || value === undefined
          ? v === null && (value ?? null) === null
          : compareValues(type, v, value) === 0,
      )
    }
    case 'range': {
      if (values.some((value) => value === null)) return false
      const row = values.map((value): Limit => ({ value }))
      return compareRow(keys, row, bound.lower) >= 0 && compareRow(keys, row, bound.upper) < 0
    }
    case 'hash':
      return Number(partitionHash(keys, values) % BigInt(bound.modulus)) === bound.remainder
    case 'default':
      return true
  }
}

/** As `compareLimits` where `row` has values only. */
const compareRow = (keys: PartitionKey['keys'], row: readonly Limit[], limit: readonly Limit[]): number => {
  for (const [i, { type }] of keys.entries()) {
    const order = compareLimit(type, row[i] as Limit, limit[i] as Limit)
    if (order !== 0) return order
  }
  return 0
}

/** The partition for a row with these key values; null: there is none. */
export const partitionFor = (
  { key, partitions, fallback }: PartitionDescriptor,
  values: readonly Datum[],
): Partition | null => {
  if (key.strategy === 'range' && !values.includes(null)) return rangeFor(key, partitions, values) ?? fallback
  return partitions.find(({ bound }) => bound.kind !== 'default' && boundAccepts(bound, key, values)) ?? fallback
}

/** By bisection: ranges don't overlap and are in order. */
const rangeFor = (
  { keys }: PartitionKey,
  partitions: readonly Partition[],
  values: readonly Datum[],
): Partition | null => {
  const row = values.map((value): Limit => ({ value }))
  let low = 0
  let high = partitions.length - (partitions.at(-1)?.bound.kind === 'default' ? 1 : 0)
  while (low < high) {
    const middle = (low + high) >> 1
    const { bound } = partitions[middle] as Partition
    if (bound.kind !== 'range') return null
    if (compareRow(keys, row, bound.upper) >= 0) low = middle + 1
    else if (compareRow(keys, row, bound.lower) < 0) high = middle
    else return partitions[middle] as Partition
  }
  return null
}

/** The tables with rows that a table's name stands for: itself and all that inherit from it, or its partitions. */
export const scannedTables = (catalog: CatalogSnapshot, relation: RelationObject): readonly RelationObject[] =>
  relation.kind === 'p'
    ? partitionDescriptor(catalog, relation).partitions.flatMap((p) => scannedTables(catalog, p.relation))
    : withDescendants(catalog, relation)

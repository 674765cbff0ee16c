/** Partition keys, bounds and constraints as SQL, and the trees that partitions make. */
import { quoteIdentifier, quoteLiteral } from '../../functions/keywords.ts'
import { formatType } from '../../types/index.ts'
import type { Datum, SqlType } from '../../types/sql-type.ts'
import { ancestorsOf, withDescendants } from '../inheritance.ts'
import type { PartitionBound, PartitionKey, RelationObject } from '../objects.ts'
import { partitionDescriptor, readBound, type Limit, type ReadBound } from '../partitions.ts'
import { BTREE, HASH, operatorClass } from '../system/data/operator-classes.ts'
import type { InformationFunctions, InformationSource } from './source.ts'

type KeyColumn = PartitionKey['keys'][number]

/** A column of a partition key, or its expression. */
const keyText = (source: InformationSource, table: RelationObject, key: KeyColumn): string => {
  if (key.expression === null) return quoteIdentifier(table.columns[key.attnum - 1]?.name ?? '')
  const text = source.printer.expression(key.expression, table, 0, false)
  return /^[\w."]+\(.*\)$/.test(text) ? text : `(${text})`
}

const partitionKeyText = (source: InformationSource, table: RelationObject): string | null => {
  const { partitionKey } = table
  if (partitionKey === undefined) return null
  const { strategy, keys } = partitionKey
  const method = strategy === 'hash' ? HASH : BTREE
  const parts = keys.map((key) => {
    const isUsual = key.opclass === null || operatorClass(key.type, method, null)?.name === key.opclass
    return keyText(source, table, key) + (isUsual ? '' : ` ${quoteIdentifier(key.opclass ?? '')}`)
  })
  return `${strategy.toUpperCase()} (${parts.join(', ')})`
}

const PLAIN_NUMBERS: ReadonlySet<string> = new Set(['int2', 'int4', 'int8', 'numeric', 'float4', 'float8', 'oid'])

/** A constant as bounds show it: numbers plain unless they are negative, all else as a literal. */
const valueText = ({ eval: { format } }: InformationSource, type: SqlType, value: Datum): string => {
  if (value === null) return 'NULL'
  const text = type.format(value, format)
  if (type.name === 'bool') return value === true ? 'true' : 'false'
  return PLAIN_NUMBERS.has(type.name) && /^[\d.]/.test(text) ? text : quoteLiteral(text)
}

const limitText = (source: InformationSource, key: KeyColumn, limit: Limit): string =>
  typeof limit === 'string' ? limit.toUpperCase() : valueText(source, key.type, limit.value)

const limitsText = (source: InformationSource, { keys }: PartitionKey, limits: readonly Limit[]): string =>
  limits.map((limit, i) => limitText(source, keys[i] as KeyColumn, limit)).join(', ')

const parentOf = (source: InformationSource, { inherits }: RelationObject): RelationObject | null =>
  source.catalog.relation(inherits?.[0] ?? 0)

/** `FOR VALUES …`, `DEFAULT` */
export const boundText = (source: InformationSource, relation: RelationObject): string | null => {
  const key = parentOf(source, relation)?.partitionKey
  if (relation.partition === undefined || key === undefined) return null
  const bound = readBound(relation.partition as PartitionBound, key)
  switch (bound.kind) {
    case 'default':
      return 'DEFAULT'
    case 'hash':
      return `FOR VALUES WITH (modulus ${bound.modulus}, remainder ${bound.remainder})`
    case 'list':
      return `FOR VALUES IN (${bound.values.map((v) => valueText(source, (key.keys[0] as KeyColumn).type, v)).join(', ')})`
    case 'range':
      return `FOR VALUES FROM (${limitsText(source, key, bound.lower)}) TO (${limitsText(source, key, bound.upper)})`
  }
}

// ---- constraints

/** A constant with its type, as expressions show it. */
const typed = (source: InformationSource, type: SqlType, value: Datum): string => {
  const text = valueText(source, type, value)
  if (type.name === 'bool' || (type.name === 'int4' && !text.startsWith("'"))) return text
  if (type.name === 'numeric' && !text.startsWith("'")) return text.includes('.') ? text : `'${text}'::numeric`
  return `${text.startsWith("'") ? text : `'${text}'`}::${formatType(type, -1)}`
}

const conjunction = (parts: readonly string[]): string =>
  parts.length === 1 ? (parts[0] as string) : `(${parts.join(' AND ')})`

const disjunction = (parts: readonly string[]): string =>
  parts.length === 1 ? (parts[0] as string) : `(${parts.join(' OR ')})`

/** Conditions that all must hold. */
type Parts = readonly string[]

const listConstraint = (source: InformationSource, name: string, type: SqlType, values: readonly Datum[]): Parts => {
  const others = values.filter((value) => value !== null).map((value) => typed(source, type, value))
  const isNull = `(${name} IS NULL)`
  if (others.length === 0) return [isNull]
  const test = others.length === 1 ? `(${name} = ${others[0]})` : `(${name} = ANY (ARRAY[${others.join(', ')}]))`
  return values.includes(null) ? [`(${isNull} OR ${test})`] : [`(${name} IS NOT NULL)`, test]
}

/** `a > 1 OR (a = 1 AND b >= 2)`, without what an unbounded column makes needless. */
const side = (
  source: InformationSource,
  names: readonly string[],
  { keys }: PartitionKey,
  limits: readonly Limit[],
  from: number,
  [beyond, last]: readonly [string, string],
): string | null => {
  const alternatives: string[] = []
  const equal: string[] = []
  for (let i = from; i < limits.length; i++) {
    const limit = limits[i] as Limit
    const opens = (limit === 'minvalue') === (beyond === '>')
    if (typeof limit === 'string') {
      if (opens && i === from) return null
      if (opens && equal.length > 0) alternatives.push(conjunction(equal))
      break
    }
    const value = typed(source, (keys[i] as KeyColumn).type, limit.value)
    const next = limits[i + 1]
    const closes = next === undefined
    const includes = typeof next === 'string' && (next === 'minvalue') === (beyond === '>')
    const operator = closes ? last : includes ? `${beyond}=` : beyond
    alternatives.push(conjunction([...equal, `(${names[i]} ${operator} ${value})`]))
    if (closes || typeof next === 'string') break
    equal.push(`(${names[i]} = ${value})`)
  }
  return alternatives.length === 0 ? null : disjunction(alternatives)
}

const rangeConstraint = (
  source: InformationSource,
  names: readonly string[],
  key: PartitionKey,
  { lower, upper }: ReadBound & { kind: 'range' },
): Parts => {
  const parts: string[] = []
  let same = 0
  for (const [i, { type }] of key.keys.entries()) {
    const [a, b] = [lower[i] as Limit, upper[i] as Limit]
    if (typeof a === 'string' || typeof b === 'string' || type.compare?.(a.value, b.value) !== 0) break
    parts.push(`(${names[i]} = ${typed(source, type, a.value)})`)
    same++
  }
  const sides = [side(source, names, key, lower, same, ['>', '>=']), side(source, names, key, upper, same, ['<', '<'])]
  return [...parts, ...sides.filter((text) => text !== null)]
}

const notNull = (names: readonly string[]): Parts => names.map((name) => `(${name} IS NOT NULL)`)

const boundConstraint = (source: InformationSource, table: RelationObject, bound: ReadBound): Parts => {
  const key = table.partitionKey as PartitionKey
  const names = key.keys.map((column) => keyText(source, table, column))
  const [name] = names as [string]
  const { type } = key.keys[0] as KeyColumn
  switch (bound.kind) {
    case 'list':
      return listConstraint(source, name, type, bound.values)
    case 'range':
      return [...notNull(names), ...rangeConstraint(source, names, key, bound)]
    case 'hash':
      return [
        `satisfies_hash_partition('${table.oid}'::oid, ${bound.modulus}, ${bound.remainder}, ${names.join(', ')})`,
      ]
    case 'default':
      return otherwise(source, table, names)
  }
}

/** What is left to the default partition. */
const otherwise = (source: InformationSource, table: RelationObject, names: readonly string[]): Parts => {
  const key = table.partitionKey as PartitionKey
  const others = partitionDescriptor(source.catalog, table).partitions.map((p) => p.bound)
  const lists = others.flatMap((bound) => (bound.kind === 'list' ? bound.values : []))
  if (key.strategy === 'list' && lists.length > 0) {
    const { type } = key.keys[0] as KeyColumn
    return [`(NOT ${conjunction(listConstraint(source, names[0] as string, type, lists))})`]
  }
  const ranges = others.flatMap((bound) =>
    bound.kind === 'range' ? [conjunction(rangeConstraint(source, names, key, bound))] : [],
  )
  return ranges.length === 0 ? [] : [`(NOT ${conjunction([...notNull(names), disjunction(ranges)])})`]
}

const partitionConstraint = (source: InformationSource, relation: RelationObject): string | null => {
  const parts: string[] = []
  for (let child: RelationObject = relation; child.partition !== undefined; ) {
    const parent = parentOf(source, child)
    if (parent?.partitionKey === undefined) break
    parts.unshift(...boundConstraint(source, parent, readBound(child.partition, parent.partitionKey)))
    child = parent
  }
  return parts.length === 0 ? null : conjunction(parts)
}

// ---- trees

const isPartition = ({ partition, index, inherits }: RelationObject): boolean =>
  partition !== undefined || (index !== null && inherits !== undefined)

const isPartitioned = ({ kind }: RelationObject): boolean => kind === 'p' || kind === 'I'

/** The tables above a partition, itself first. */
const lineage = (source: InformationSource, oid: Datum): RelationObject[] => {
  const relation = source.catalog.relation(oid)
  if (relation === null || !(isPartition(relation) || isPartitioned(relation))) return []
  return [relation, ...(isPartition(relation) ? ancestorsOf(source.catalog, relation) : [])]
}

export const partitionFunctions: InformationFunctions = {
  pg_get_partkeydef: (source, oid) => {
    const table = source.catalog.relation(oid)
    return table === null ? null : partitionKeyText(source, table)
  },
  pg_get_partition_constraintdef: (source, oid) => {
    const relation = source.catalog.relation(oid)
    return relation === null ? null : partitionConstraint(source, relation)
  },
  pg_partition_root: (source, oid) => lineage(source, oid).at(-1)?.oid ?? null,
  pg_partition_ancestors: (source, oid) => lineage(source, oid).map((relation) => relation.oid),
  pg_partition_tree: (source, oid) => {
    const root = source.catalog.relation(oid)
    if (root === null || !(isPartition(root) || isPartitioned(root))) return []
    const levels = new Map([[root.oid, 0]])
    return withDescendants(source.catalog, root).map((relation) => {
      const parent = relation.inherits?.[0] ?? null
      const level = levels.get(relation.oid) ?? (levels.get(parent ?? 0) ?? 0) + 1
      levels.set(relation.oid, level)
      return [relation.oid, isPartition(relation) ? parent : null, !isPartitioned(relation), level]
    })
  },
}

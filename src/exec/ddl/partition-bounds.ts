/** PARTITION BY and FOR VALUES: keys and bounds as written become those of the catalog. */
import { tryCoerce } from '../../analyze/coerce.ts'
import { locationOf } from '../../analyze/location.ts'
import { tableItem } from '../../analyze/from.ts'
import { CLAUSE, Scope } from '../../analyze/scope.ts'
import { expressionDependencies } from '../../analyze/query-dependencies.ts'
import { bindColumns } from '../../analyze/stored-trees.ts'
import { storedExpression } from '../../analyze/table-expressions.ts'
import { mentionedColumns } from '../../analyze/walk.ts'
import type {
  Dependency,
  ParseTree,
  PartitionBound,
  PartitionKey,
  RangeDatum,
  RelationObject,
} from '../../catalog/objects.ts'
import {
  boundText,
  compareLimits,
  partitionDescriptor,
  readBound,
  type Limit,
  type Partition,
  type ReadBound,
} from '../../catalog/partitions.ts'
import { boundAccepts } from '../../catalog/partitions.ts'
import { datatypeMismatch } from '../../errors/raise/analysis.ts'
import {
  emptyRange,
  hashModulus,
  invalidBound,
  invalidPartitionKey,
  missingKeyColumn,
  noKeyOperatorClass,
  partitionOverlaps,
  secondDefaultPartition,
} from '../../errors/raise/inheritance.ts'
import {
  bodyOf,
  namesOf,
  type Node,
  type PartitionBoundSpec,
  type PartitionElem,
  type PartitionSpec,
} from '../../sql/ast.ts'
import { formatType } from '../../types/index.ts'
import type { Datum, SqlType } from '../../types/sql-type.ts'
import { evaluateScalar } from '../expression/compile.ts'
import { unlocated } from './alter-action.ts'
import { typeByName } from './collations.ts'
import { analysisFor, type DefinitionContext, isSystemColumn } from './context.ts'
import { requireOperators } from './index-methods.ts'
import { requireImmutable } from './stored-expressions.ts'

const STRATEGIES = {
  PARTITION_STRATEGY_RANGE: 'range',
  PARTITION_STRATEGY_LIST: 'list',
  PARTITION_STRATEGY_HASH: 'hash',
} as const

type KeyColumn = PartitionKey['keys'][number]

export const partitionKeyOf = (
  context: DefinitionContext,
  relation: RelationObject,
  spec: PartitionSpec,
): PartitionKey => {
  const strategy = STRATEGIES[spec.strategy as keyof typeof STRATEGIES]
  const elements = (spec.partParams ?? []).map((node) => bodyOf(node, 'PartitionElem') as PartitionElem)
  if (strategy === 'list' && elements.length !== 1) {
    throw invalidPartitionKey('cannot use "list" partition strategy with more than one column')
  }
  return { strategy, keys: elements.map((element, i) => keyColumn(context, relation, element, strategy, i + 1)) }
}

/** What a table depends on by the expressions that it is partitioned by. */
export const keyDependencies = (
  context: DefinitionContext,
  relation: RelationObject,
  { keys }: PartitionKey,
): Dependency[] => {
  const analysis = analysisFor(context)
  const item = tableItem(analysis, relation)
  return keys.flatMap(({ expression }) =>
    expression === null
      ? []
      : expressionDependencies(
          context.catalog.snapshot,
          storedExpression(analysis, item, expression, CLAUSE.partitionKey),
        ),
  )
}

const keyColumn = (
  context: DefinitionContext,
  relation: RelationObject,
  element: PartitionElem,
  strategy: PartitionKey['strategy'],
  number: number,
): KeyColumn => {
  const opclass = namesOf(element.opclass).at(-1) ?? null
  const { location } = element
  const bare = element.expr === undefined ? undefined : bodyOf(element.expr, 'ColumnRef')
  const name = element.name ?? (bare?.fields?.length === 1 ? namesOf(bare.fields)[0] : undefined)
  const column = relation.columns.find((c) => c.name === name && !c.dropped)
  const method = strategy === 'hash' ? 'hash' : 'btree'
  if (column !== undefined) {
    if (column.generated) {
      const detail = `Column "${name}" is a generated column.`
      throw invalidPartitionKey('cannot use generated column in partition key', location, { detail })
    }
    const type = typeByName(context, column.type, element.collation)
    requireKeyClass(type, method, opclass)
    return { attnum: column.attnum, expression: null, type, opclass }
  }
  if (name !== undefined && isSystemColumn(relation, name)) {
    throw invalidPartitionKey(`cannot use system column "${name}" in partition key`, location)
  }
  if (element.name !== undefined) throw missingKeyColumn(element.name, location)
  const analysis = analysisFor(context)
  const written = unlocated(element.expr) as Node
  const tree = bindColumns(written as unknown as ParseTree, relation)
  const item = tableItem(analysis, relation)
  const expr = storedExpression(analysis, item, tree, CLAUSE.partitionKey)
  const isUnknown = bodyOf(written, 'A_Const')?.sval !== undefined
  if (isUnknown || expr.type.kind === 'p') {
    throw invalidBound(`partition key column ${number} has pseudo-type ${isUnknown ? 'unknown' : expr.type.sqlName}`)
  }
  requireImmutable(expr, 'functions in partition key expression must be marked IMMUTABLE')
  if (mentionedColumns(expr).size === 0) throw invalidPartitionKey('cannot use constant expression as partition key')
  const type = typeByName(context, expr.type, element.collation)
  requireKeyClass(type, method, opclass)
  return { attnum: 0, expression: tree, type, opclass }
}

const requireKeyClass = (type: SqlType, method: string, opclass: string | null): void => {
  if (opclass === null && (method === 'hash' ? type.hashKey : type.compare) === null) {
    throw noKeyOperatorClass(formatType(type, -1), method)
  }
  requireOperators(type, method, opclass)
}

/** A bound as the catalog keeps it. Throws 42P16 where it is not one of the key's strategy. */
export const partitionBound = (
  context: DefinitionContext,
  parent: RelationObject,
  spec: PartitionBoundSpec,
): PartitionBound => {
  const key = parent.partitionKey as PartitionKey
  if (spec.is_default) {
    if (key.strategy === 'hash') throw invalidBound('a hash-partitioned table may not have a default partition')
    return { kind: 'default' }
  }
  const letter = { range: 'r', list: 'l', hash: 'h' }[key.strategy]
  if (spec.strategy !== letter) {
    throw invalidBound(`invalid bound specification for a ${key.strategy} partition`, spec.location)
  }
  if (key.strategy === 'hash') return hashBound(spec)
  if (key.strategy === 'list') return listBound(context, parent, key, spec)
  return rangeBound(context, parent, key, spec)
}

const hashBound = ({ modulus = 0, remainder = 0 }: PartitionBoundSpec): PartitionBound => {
  if (modulus <= 0) throw invalidBound('modulus for hash partition must be an integer value greater than zero')
  if (remainder < 0) {
    throw invalidBound('remainder for hash partition must be an integer value greater than or equal to zero')
  }
  if (remainder >= modulus) throw invalidBound('remainder for hash partition must be less than modulus')
  return { kind: 'hash', modulus, remainder }
}

const listBound = (
  context: DefinitionContext,
  parent: RelationObject,
  { keys }: PartitionKey,
  spec: PartitionBoundSpec,
): PartitionBound => {
  const key = keys[0] as KeyColumn
  const texts = (spec.listdatums ?? []).map((node) => {
    const value = boundValue(context, parent, key, node)
    return value === null ? null : boundText(value, key.type)
  })
  return { kind: 'list', values: [...new Set(texts)] }
}

const rangeBound = (
  context: DefinitionContext,
  parent: RelationObject,
  { keys }: PartitionKey,
  spec: PartitionBoundSpec,
): PartitionBound => {
  const [from, to] = [spec.lowerdatums ?? [], spec.upperdatums ?? []]
  for (const [which, nodes] of [
    ['FROM', from],
    ['TO', to],
  ] as const) {
    if (nodes.length !== keys.length) {
      throw invalidBound(`${which} must specify exactly one value per partitioning column`)
    }
  }
  const limits = (nodes: readonly Node[]): RangeDatum[] => {
    let open: 'minvalue' | 'maxvalue' | null = null
    return nodes.map((node, i) => {
      const limit = rangeDatum(context, parent, keys[i] as KeyColumn, node)
      if (open !== null && limit !== open) {
        const word = open.toUpperCase()
        throw datatypeMismatch(`every bound following ${word} must also be ${word}`, locationOf(node))
      }
      if (typeof limit === 'string') open = limit
      return limit
    })
  }
  return { kind: 'range', lower: limits(from), upper: limits(to) }
}

const rangeDatum = (context: DefinitionContext, parent: RelationObject, key: KeyColumn, node: Node): RangeDatum => {
  const fields = bodyOf(node, 'ColumnRef')?.fields
  const word = fields?.length === 1 ? namesOf(fields)[0] : undefined
  if (word === 'minvalue' || word === 'maxvalue') return word
  const value = boundValue(context, parent, key, node)
  if (value === null) throw invalidPartitionKey('cannot specify NULL in range bound')
  return { value: boundText(value, key.type) }
}

/** What a bound says of a column: an expression without columns, computed now. */
const boundValue = (context: DefinitionContext, parent: RelationObject, key: KeyColumn, node: Node): Datum => {
  const analysis = analysisFor(context)
  const scope = new Scope(null)
  const column = parent.columns[key.attnum - 1]
  const expr = scope.within(CLAUSE.partitionBound, () => analysis.expr(scope, node))
  const coerced = tryCoerce(analysis, expr, key.type, column?.typmod ?? -1, 'assignment', locationOf(node))
  if (coerced === null) {
    const name = column?.name ?? String(context.execution().eval.catalog.call('pg_get_partkeydef', [parent.oid]))
    throw datatypeMismatch(
      `specified value cannot be cast to type ${formatType(key.type, -1)} for column "${name}"`,
      locationOf(node),
    )
  }
  return evaluateScalar(coerced, { context: context.execution(), layout: new Map() })
}

const limitText = (context: DefinitionContext, keys: PartitionKey['keys'], limits: readonly Limit[]): string =>
  `(${limits
    .map((limit, i) =>
      typeof limit === 'string' ? limit.toUpperCase() : (keys[i] as KeyColumn).type.format(limit.value, context.format),
    )
    .join(', ')})`

/** Throws 42P17 where a new partition's bound is empty or meets that of another partition. */
export const checkBound = (
  context: DefinitionContext,
  parent: RelationObject,
  name: string,
  bound: PartitionBound,
  spec: PartitionBoundSpec,
): void => {
  const { key, partitions, fallback } = partitionDescriptor(context.catalog.snapshot, parent)
  const read = readBound(bound, key)
  if (read.kind === 'default') {
    if (fallback !== null) throw secondDefaultPartition(name, fallback.relation.name, spec.location)
    return
  }
  if (read.kind === 'range' && compareLimits(key.keys, read.lower, read.upper) >= 0) {
    const [lower, upper] = [read.lower, read.upper].map((limits) => limitText(context, key.keys, limits))
    throw emptyRange(name, lower as string, upper as string, locationOf(spec.lowerdatums?.[0]))
  }
  if (read.kind === 'hash') checkModulus(read, partitions)
  for (const { relation, bound: other } of partitions) {
    const at = overlap(key, read, other, spec)
    if (at !== null) throw partitionOverlaps(name, relation.name, at)
  }
}

const checkModulus = (bound: ReadBound & { kind: 'hash' }, partitions: readonly Partition[]): void => {
  const moduli = partitions.flatMap(({ bound: other, relation }) =>
    other.kind === 'hash' ? [{ modulus: other.modulus, name: relation.name }] : [],
  )
  const below = moduli.findLast(({ modulus }) => modulus <= bound.modulus)
  const above = moduli.find(({ modulus }) => modulus >= bound.modulus)
  if (below !== undefined && bound.modulus % below.modulus !== 0) {
    throw hashModulus(
      `The new modulus ${bound.modulus} is not divisible by ${below.modulus}, the modulus of existing partition "${below.name}".`,
    )
  }
  if (above !== undefined && above.modulus % bound.modulus !== 0) {
    throw hashModulus(
      `The new modulus ${bound.modulus} is not a factor of ${above.modulus}, the modulus of existing partition "${above.name}".`,
    )
  }
}

/** Where in the text a bound meets another one; null: it does not. */
const overlap = (
  key: PartitionKey,
  bound: ReadBound,
  other: ReadBound,
  spec: PartitionBoundSpec,
): number | undefined | null => {
  if (bound.kind === 'list' && other.kind === 'list') {
    const at = bound.values.findIndex((value) => boundAccepts(other, key, [value]))
    return at < 0 ? null : locationOf(spec.listdatums?.[at])
  }
  if (bound.kind === 'range' && other.kind === 'range') {
    const before = compareLimits(key.keys, bound.upper, other.lower) <= 0
    const behind = compareLimits(key.keys, other.upper, bound.lower) <= 0
    if (before || behind) return null
    const lowerInside = compareLimits(key.keys, bound.lower, other.lower) >= 0
    return locationOf((lowerInside ? spec.lowerdatums : spec.upperdatums)?.[0])
  }
  if (bound.kind === 'hash' && other.kind === 'hash') {
    const [small, large] = bound.modulus < other.modulus ? [bound, other] : [other, bound]
    return large.remainder % small.modulus === small.remainder ? spec.location : null
  }
  return null
}

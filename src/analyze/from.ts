/** The FROM clause: tables, views, subqueries, functions, CTE references and joins, with the names each brings. */
import {
  duplicateAlias,
  invalidColumnReference,
  featureNotSupported,
  undefinedRelation,
  undefinedSchema,
  withQueryTooLate,
  wrongObjectType,
} from '../errors/raise/analysis.ts'
import { SqlError } from '../errors/sql-error.ts'
import type { RelationObject } from '../catalog/objects.ts'
import { usableSchema } from '../catalog/privileges/check.ts'
import { scannedTables } from '../catalog/partitions.ts'
import {
  bodyOf,
  namesOf,
  tagOf,
  type Alias,
  type JoinExpr,
  type Node,
  type RangeFunction,
  type RangeSubselect,
  type RangeTableFunc,
  type RangeTableSample,
  type RangeVar,
} from '../sql/ast.ts'
import { OID } from '../types/oids.ts'
import { coerceToBoolean } from './coerce.ts'
import type { AnalysisContext } from './context.ts'
import type { Expr } from './expression.ts'
import { rangeFunction } from './from-functions.ts'
import { joinItem, renamed, simple, type FromResult } from './from-names.ts'
import { mergeColumns, naturalColumns } from './from-using.ts'
import { locationOf } from './location.ts'
import { columnRef, conjunction } from './nodes.ts'
import type { Cte, FromItem, JoinItem, OutputColumn, TableItem } from './query.ts'
import { withSample } from './table-samples.ts'
import { CLAUSE, type BoundColumn, type NamespaceItem, type Scope } from './scope.ts'
import type { BoundRangeVar } from './stored-trees.ts'
import { rangeXmlTable } from './xml-table.ts'

/** Attribute numbers and types of the system columns. */
const SYSTEM_COLUMNS: Readonly<Record<string, { attnum: number; type: number }>> = {
  ctid: { attnum: -1, type: OID.tid },
  tableoid: { attnum: -6, type: OID.oid },
}

export const analyzeFrom = (context: AnalysisContext, scope: Scope, nodes: readonly Node[]): FromItem[] => {
  const items: FromItem[] = []
  for (const node of nodes) {
    const { item, names } = fromItem(context, scope, node)
    for (const name of names) name.lateralOnly = true
    scope.add(names)
    items.push(item)
  }
  for (const item of scope.items) {
    item.lateralOnly = false
    item.lateralAllowed = true
  }
  return items
}

const fromItem = (context: AnalysisContext, scope: Scope, node: Node): FromResult => {
  switch (tagOf(node)) {
    case 'RangeVar':
      return rangeVar(context, scope, bodyOf(node, 'RangeVar') as RangeVar)
    case 'RangeSubselect':
      return rangeSubselect(context, scope, bodyOf(node, 'RangeSubselect') as RangeSubselect)
    case 'RangeFunction':
      return rangeFunction(context, scope, bodyOf(node, 'RangeFunction') as RangeFunction)
    case 'RangeTableFunc':
      return rangeXmlTable(context, scope, bodyOf(node, 'RangeTableFunc') as RangeTableFunc)
    case 'JoinExpr':
      return join(context, scope, bodyOf(node, 'JoinExpr') as JoinExpr)
    case 'RangeTableSample': {
      const sampled = bodyOf(node, 'RangeTableSample') as RangeTableSample
      const found = fromItem(context, scope, sampled.relation as Node)
      return { ...found, item: withoutSiblings(scope, () => withSample(context, scope, sampled, found.item)) }
    }
    default:
      throw featureNotSupported(`${tagOf(node)} in FROM is not supported`, locationOf(node))
  }
}

/** What names of relations are looked up in. */
export interface NameScope extends Pick<AnalysisContext, 'catalog' | 'searchPath'> {
  readonly actingRole?: number | undefined
}

/** A schema by its name; `pg_temp` is the session's own for temporary objects, once there is one. Throws 42501. */
const schemaNamed = ({ catalog, searchPath, actingRole }: NameScope, name: string, location?: number) => {
  if (name !== 'pg_temp') return usableSchema(catalog, actingRole, name, location)
  const temporary = searchPath.find((oid) => catalog.schema(oid)?.name.startsWith('pg_temp_'))
  return temporary === undefined ? null : catalog.schema(temporary)
}

/** The relation a RangeVar names, by its schema or along the search path. Throws 42P01, 3F000. */
export const resolveRelation = (context: NameScope, node: BoundRangeVar): RelationObject => {
  const name = node.relname as string
  const known = node.bound === undefined ? null : context.catalog.relation(node.bound.oid)
  if (known !== null) return known
  if (node.schemaname !== undefined) {
    const schema = schemaNamed(context, node.schemaname, node.location)
    const found = schema === null ? null : context.catalog.relationIn(schema.oid, name)
    if (found === null) throw undefinedRelation(`${node.schemaname}.${name}`, node.location)
    return found
  }
  const found = context.catalog.findRelation(name, context.searchPath)
  if (found === null) throw undefinedRelation(name, node.location)
  return found
}

/** As `resolveRelation`, for commands: PostgreSQL does not say where a relation stands that they do not find. */
export const namedRelation = (context: NameScope, node: RangeVar): RelationObject => {
  const { location: _, ...range } = node
  const { schemaname } = range
  if (schemaname !== undefined && schemaNamed(context, schemaname) === null) throw undefinedSchema(schemaname)
  return resolveRelation(context, range)
}

const rangeVar = (context: AnalysisContext, scope: Scope, node: BoundRangeVar): FromResult => {
  if (node.schemaname === undefined && node.bound === undefined) {
    const name = node.relname as string
    const work = scope.findWorkTable(name)
    if (work !== null) return cteReference(context, work, node, true)
    const cte = scope.findCte(name)
    if (cte !== null) return cteReference(context, cte, node, false)
  }
  if (node.catalogname !== undefined && node.catalogname !== context.databaseName) {
    throw featureNotSupported(
      `cross-database references are not implemented: "${[node.catalogname, node.schemaname, node.relname].join('.')}"`,
      node.location,
    )
  }
  const relation = relationOrFutureCte(context, scope, node)
  context.ranges.set(node, relation)
  // Its columns may be compared without being named.
  if (relation.columns.some(({ type }) => type.collated !== undefined)) context.collated = true
  return relationItem(context, relation, node)
}

/** The relation that a name means; where there is none, that there may be a WITH query that comes too late is told. */
const relationOrFutureCte = (context: AnalysisContext, scope: Scope, node: BoundRangeVar): RelationObject => {
  try {
    return resolveRelation(context, node)
  } catch (error) {
    const name = node.relname as string
    const isFuture = node.schemaname === undefined && error instanceof SqlError && scope.isFutureCte(name)
    throw isFuture ? withQueryTooLate(name, node.location) : error
  }
}

/** A relation's columns under the names that the query has for them: its own, or those it had when the query was kept. */
const namedColumns = (columns: readonly OutputColumn[], node: BoundRangeVar): { columns?: BoundColumn[] } => {
  const { bound } = node
  if (bound === undefined) return {}
  const given = namesOf(node.alias?.colnames)
  const named = bound.names.flatMap(([attnum, name], i) => {
    const column = columns.find((c) => c.attnum === attnum)
    return column === undefined ? [] : [{ name: given[i] ?? name, expr: columnRef(column) }]
  })
  return { columns: named }
}

const relationItem = (context: AnalysisContext, relation: RelationObject, node: BoundRangeVar): FromResult => {
  const { alias: aliasNode, location } = node
  const alias = aliasNode?.aliasname ?? (node.bound === undefined ? relation.name : (node.relname as string))
  const schema = aliasNode === undefined ? (context.catalog.schema(relation.schema)?.name ?? null) : null
  context.relations.add(relation.oid)
  // System views have computed rows, as system tables do.
  switch (relation.system === null ? relation.kind : 'r') {
    case 'v': {
      const query = context.rules.view(context, relation)
      const live = relation.columns.filter((c) => !c.dropped)
      const columns = query.outputs.map((c, i) => ({
        ...c,
        name: live[i]?.name ?? c.name,
        tableOid: relation.oid,
        attnum: live[i]?.attnum ?? 0,
      }))
      const item = {
        kind: 'subquery',
        view: relation,
        query,
        alias,
        columns: renamed(columns, aliasNode, alias),
        lateral: false,
      } as const
      const wholeRow = rowOf(context, relation, item.columns)
      return simple(context, item, { schema, wholeRow, ...namedColumns(item.columns, node) })
    }
    case 'r':
    case 'p':
    case 'm':
    case 'S': {
      const item = context.rules.secured(
        context,
        withInheritors(context, tableItem(context, relation, aliasNode), node),
      )
      return tableResult(context, item, schema, namedColumns(item.columns, node))
    }
    case 'i':
    case 'I':
      throw wrongObjectType(`cannot open relation "${relation.name}"`, location, {
        detail: 'This operation is not supported for indexes.',
      })
    case 'c':
      throw wrongObjectType(`cannot open relation "${relation.name}"`, location, {
        detail: 'This operation is not supported for composite types.',
      })
  }
}

export const tableItem = (context: AnalysisContext, relation: RelationObject, aliasNode?: Alias): TableItem => {
  const alias = aliasNode?.aliasname ?? relation.name
  const columns = relation.columns
    .filter((c) => !c.dropped)
    .map((c) => ({
      id: context.freshColumn(),
      name: c.name,
      type: c.type,
      typmod: c.typmod,
      tableOid: relation.oid,
      attnum: c.attnum,
    }))
  return { kind: 'table', relation, alias, columns: [...renamed(columns, aliasNode, alias)], sample: null }
}

/** The item for all tables that its relation's name stands for; after ONLY it is the relation alone. */
export const withInheritors = (context: AnalysisContext, item: TableItem, node: RangeVar): TableItem => {
  const { relation } = item
  if (relation.kind !== 'p' && context.catalog.childrenOf(relation.oid).length === 0) return item
  if (node.inh !== true) return relation.kind === 'p' ? { ...item, inheritors: [] } : item
  const inheritors = scannedTables(context.catalog, relation)
  for (const { oid } of inheritors) context.relations.add(oid)
  return { ...item, inheritors }
}

/** A table's names, with its system columns, which join the item's columns when they are used. */
export const tableResult = (
  context: AnalysisContext,
  item: TableItem,
  schema: string | null,
  named: { columns?: BoundColumn[] } = {},
): FromResult => {
  const { relation } = item
  const systemColumn = (name: string): Expr | null => {
    const system = SYSTEM_COLUMNS[name]
    if (system === undefined || (relation.system !== null && name !== 'tableoid')) return null
    const known = item.columns.find((c) => c.attnum === system.attnum)
    if (known !== undefined) return columnRef(known)
    const column: OutputColumn = {
      id: context.freshColumn(),
      name,
      type: context.typeOf(system.type),
      typmod: -1,
      tableOid: relation.oid,
      attnum: system.attnum,
    }
    ;(item.columns as OutputColumn[]).push(column)
    return columnRef(column)
  }
  const wholeRow = rowOf(context, relation, [...item.columns])
  return simple(context, item, { schema, table: item, systemColumn, wholeRow, ...named })
}

/** A relation's row as one value of its type. */
const rowOf = (context: AnalysisContext, relation: RelationObject, columns: readonly OutputColumn[]) => (): Expr => ({
  kind: 'row',
  whole: true,
  fields: columns.map(columnRef),
  names: columns.map((c) => relation.columns[c.attnum - 1]?.name ?? c.name),
  type: relation.rowType === 0 ? context.typeOf(OID.record) : context.typeOf(relation.rowType),
  typmod: -1,
})

const cteReference = (context: AnalysisContext, cte: Cte, node: RangeVar, recursiveReference: boolean): FromResult => {
  const modifies = cte.query.kind === 'insert' || cte.query.kind === 'update' || cte.query.kind === 'delete'
  if (modifies && cte.columns.length === 0) {
    throw featureNotSupported(`WITH query "${cte.name}" does not have a RETURNING clause`, node.location)
  }
  cte.references++
  const alias = node.alias?.aliasname ?? (node.relname as string)
  const columns = cte.columns.map((c) => ({ ...c, id: context.freshColumn() }))
  const all = renamed(columns, node.alias, alias)
  const carried = recursiveReference ? all.slice(cte.carried ?? all.length) : []
  const found = simple(
    context,
    { kind: 'cte', cte, alias, columns: all, recursiveReference },
    { unlisted: new Set(carried.map((column) => column.name)) },
  )
  return { ...found, star: found.star.slice(0, all.length - carried.length) }
}

/** LATERAL expressions see the entries before them; everything else only the levels outside. */
const withoutSiblings = <T>(scope: Scope, body: () => T): T => {
  const hiddenItems = scope.items.splice(0, scope.items.length)
  const before = scope.beyondReach.length
  scope.beyondReach.push(...hiddenItems)
  try {
    return body()
  } finally {
    scope.beyondReach.length = before
    scope.items.push(...hiddenItems)
  }
}

const rangeSubselect = (context: AnalysisContext, scope: Scope, node: RangeSubselect): FromResult => {
  const lateral = node.lateral ?? false
  const analyze = () => context.rules.query(context, scope, node.subquery as Node)
  const query = lateral ? analyze() : withoutSiblings(scope, analyze)
  const alias = node.alias?.aliasname
  const columns = renamed(query.outputs, node.alias, alias ?? 'unnamed_subquery')
  return simple(
    context,
    { kind: 'subquery', query, alias: alias ?? 'unnamed_subquery', columns, lateral },
    { tableVisible: alias !== undefined },
  )
}

const JOIN_TYPES = { JOIN_INNER: 'inner', JOIN_LEFT: 'left', JOIN_RIGHT: 'right', JOIN_FULL: 'full' } as const

const join = (context: AnalysisContext, scope: Scope, node: JoinExpr): FromResult => {
  const type = JOIN_TYPES[node.jointype as keyof typeof JOIN_TYPES] ?? 'inner'
  const left = fromItem(context, scope, node.larg as Node)
  // The right side may refer laterally to the left one, unless the join could make left rows up.
  const lateralAllowed = type === 'inner' || type === 'left'
  for (const name of left.names) {
    name.lateralAllowed = lateralAllowed
    name.lateralOnly = true
  }
  const before = scope.items.length
  scope.items.push(...left.names)
  const right = fromItem(context, scope, node.rarg as Node)
  scope.items.length = before
  for (const name of left.names) {
    name.lateralAllowed = true
    name.lateralOnly = false
  }
  checkDuplicates(left, right)

  const using = node.isNatural ? naturalColumns(left, right) : namesOf(node.usingClause)
  const merged = mergeColumns(context, using, left, right, type, locationOf({ JoinExpr: node }))
  const extended = (side: FromResult): NamespaceItem[] => side.names.map((name) => nullExtended(context, name))
  const names = [
    ...(type === 'right' || type === 'full' ? extended(left) : left.names),
    ...(type === 'left' || type === 'full' ? extended(right) : right.names),
  ]
  let condition: Expr | null
  if (node.quals === undefined) condition = conjunction(merged.conditions, context.bool)
  else {
    const { quals } = node
    const inner = scope.items.splice(0, scope.items.length)
    scope.items.push(...inner, ...names)
    try {
      condition = scope.within(CLAUSE.joinOn, () =>
        coerceToBoolean(context, context.expr(scope, quals), 'JOIN/ON', locationOf(quals)),
      )
    } finally {
      scope.items.splice(0, scope.items.length, ...inner)
    }
  }
  if (condition === null && (type === 'left' || type === 'right' || type === 'full')) {
    condition = { kind: 'const', value: true, type: context.bool, typmod: -1 }
  }
  const sides = { left: left.item, right: right.item }
  const item: JoinItem = { kind: 'join', type, ...sides, condition, using, merged: merged.computed }
  const mergedNames = new Set(using)
  const rest = (star: readonly BoundColumn[]) => star.filter((c) => !mergedNames.has(c.name))
  const star = [...merged.columns, ...rest(left.star), ...rest(right.star)]
  if (node.alias !== undefined) return aliasedJoin(context, node.alias, item, names, star)
  if (using.length === 0) return { item, names, star }
  const hide = (n: NamespaceItem): NamespaceItem => ({ ...n, hidden: new Set([...n.hidden, ...using]) })
  // USING (…) AS j: the merged columns alone are j's.
  const alias = node.join_using_alias?.aliasname
  if (alias !== undefined && names.some((n) => n.tableVisible && n.alias === alias)) throw duplicateAlias(alias)
  const mergedItem: NamespaceItem = {
    ...joinItem(context, alias ?? '', merged.columns),
    tableVisible: alias !== undefined,
  }
  return { item, names: [mergedItem, ...names.map(hide)], star }
}

/**
 * An entry whose rows an outer join may have made up: as one value such a row is NULL. A table's row tells by its
 * address; of others, one whose columns are all NULL is taken for made up.
 */
const nullExtended = (context: AnalysisContext, name: NamespaceItem): NamespaceItem => ({
  ...name,
  wholeRow: () => {
    const row = name.wholeRow()
    const arg = name.systemColumn?.('ctid') ?? row
    const when: Expr = { kind: 'is-null', arg, negated: false, type: context.bool, typmod: -1 }
    const nothing: Expr = { kind: 'const', value: null, type: row.type, typmod: -1 }
    const { type, typmod } = row
    return { kind: 'case', whens: [{ when, then: nothing }], otherwise: row, whole: true, type, typmod }
  },
})

/** `(a JOIN b) AS j`: only j's columns can be named. */
const aliasedJoin = (
  context: AnalysisContext,
  alias: Alias,
  item: JoinItem,
  names: NamespaceItem[],
  star: readonly BoundColumn[],
): FromResult => {
  const given = namesOf(alias.colnames)
  if (given.length > star.length) {
    throw invalidColumnReference(
      `join expression "${alias.aliasname}" has ${star.length} columns available but ${given.length} columns specified`,
    )
  }
  const columns = star.map((c, i) => ({ ...c, name: given[i] ?? c.name }))
  const hiddenNames = names.map((n) => ({ ...n, tableVisible: false, columnsVisible: false }))
  const own = joinItem(context, alias.aliasname as string, columns)
  return { item, names: [...hiddenNames, own], star: columns }
}

const checkDuplicates = (left: FromResult, right: FromResult): void => {
  for (const l of left.names) {
    for (const r of right.names) {
      if (l.tableVisible && r.tableVisible && l.alias === r.alias && l.schema === r.schema) {
        throw duplicateAlias(l.alias)
      }
    }
  }
}

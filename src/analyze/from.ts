/** The FROM clause: tables, views, subqueries, functions, CTE references and joins, with the names each brings. */
import {
  duplicateAlias,
  featureNotSupported,
  invalidColumnReference,
  syntaxErrorAt,
  ambiguousColumn,
  undefinedRelation,
  undefinedUsingColumn,
  wrongObjectType,
} from '../errors/raise/analysis.ts'
import type { RelationObject } from '../catalog/objects.ts'
import {
  bodyOf,
  listItems,
  namesOf,
  tagOf,
  type Alias,
  type ColumnDef,
  type JoinExpr,
  type Node,
  type RangeFunction,
  type RangeSubselect,
  type RangeVar,
} from '../sql/ast.ts'
import { OID } from '../types/oids.ts'
import { coerceToBoolean, coerceToCommon, commonType, settleUnknown } from './coerce.ts'
import type { AnalysisContext } from './context.ts'
import type { Expr } from './expression.ts'
import { locationOf } from './location.ts'
import { columnRef, conjunction } from './nodes.ts'
import { operatorOn } from './operators.ts'
import type { Cte, FromItem, FunctionItem, JoinItem, OutputColumn, TableItem } from './query.ts'
import { CLAUSE, type BoundColumn, type NamespaceItem, type Scope } from './scope.ts'
import { resolveTypeName } from './type-name.ts'

/** A FROM entry with the names it adds and what `*` expands to. */
export interface FromResult {
  readonly item: FromItem
  readonly names: NamespaceItem[]
  readonly star: readonly BoundColumn[]
}

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
    case 'JoinExpr':
      return join(context, scope, bodyOf(node, 'JoinExpr') as JoinExpr)
    default:
      throw featureNotSupported(`${tagOf(node)} in FROM is not supported`, locationOf(node))
  }
}

const NOTHING_HIDDEN: ReadonlySet<string> = new Set()

const namespaceItem = (
  context: AnalysisContext,
  alias: string,
  columns: readonly OutputColumn[],
  extra: Partial<NamespaceItem> = {},
): NamespaceItem => {
  const bound = columns.map((c) => ({ name: c.name, expr: columnRef(c) }))
  return {
    alias,
    schema: null,
    columns: bound,
    tableVisible: true,
    hidden: NOTHING_HIDDEN,
    columnsVisible: true,
    lateralOnly: false,
    lateralAllowed: true,
    table: null,
    systemColumn: null,
    wholeRow: () => ({
      kind: 'row',
      fields: bound.map((c) => c.expr),
      names: bound.map((c) => c.name),
      type: context.typeOf(OID.record),
      typmod: -1,
    }),
    ...extra,
  }
}

const simple = (
  context: AnalysisContext,
  item: Exclude<FromItem, JoinItem>,
  extra: Partial<NamespaceItem> = {},
): FromResult => {
  const names = namespaceItem(context, item.alias, item.columns, extra)
  return { item, names: [names], star: names.columns }
}

/** Column aliases `t(a, b)` rename the first columns. */
const renamed = (columns: readonly OutputColumn[], alias: Alias | undefined, name: string): readonly OutputColumn[] => {
  const names = namesOf(alias?.colnames)
  if (names.length > columns.length) {
    throw invalidColumnReference(
      `table "${name}" has ${columns.length} columns available but ${names.length} columns specified`,
    )
  }
  return names.length === 0 ? columns : columns.map((c, i) => ({ ...c, name: names[i] ?? c.name }))
}

/** The relation a RangeVar names, by its schema or along the search path. Throws 42P01, 3F000. */
export const resolveRelation = (
  context: Pick<AnalysisContext, 'catalog' | 'searchPath'>,
  node: RangeVar,
): RelationObject => {
  const name = node.relname as string
  if (node.schemaname !== undefined) {
    const schema = context.catalog.schemaByName(node.schemaname)
    const found = schema === null ? null : context.catalog.relationIn(schema.oid, name)
    if (found === null) throw undefinedRelation(`${node.schemaname}.${name}`, node.location)
    return found
  }
  const found = context.catalog.findRelation(name, context.searchPath)
  if (found === null) throw undefinedRelation(name, node.location)
  return found
}

const rangeVar = (context: AnalysisContext, scope: Scope, node: RangeVar): FromResult => {
  if (node.schemaname === undefined) {
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
  const relation = resolveRelation(context, node)
  return relationItem(context, relation, node.alias, node.location)
}

const relationItem = (
  context: AnalysisContext,
  relation: RelationObject,
  aliasNode: Alias | undefined,
  location: number | undefined,
): FromResult => {
  const alias = aliasNode?.aliasname ?? relation.name
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
        attnum: i + 1,
      }))
      const item = {
        kind: 'subquery',
        view: relation,
        query,
        alias,
        columns: renamed(columns, aliasNode, alias),
        lateral: false,
      } as const
      return simple(context, item, { schema })
    }
    case 'r':
    case 'm':
    case 'S': {
      const item = tableItem(context, relation, aliasNode)
      return tableResult(context, item, schema)
    }
    case 'i':
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

/** A table's names, with its system columns, which join the item's columns when they are used. */
export const tableResult = (context: AnalysisContext, item: TableItem, schema: string | null): FromResult => {
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
  const columns = [...item.columns]
  const wholeRow = (): Expr => ({
    kind: 'row',
    fields: columns.map(columnRef),
    names: columns.map((c) => c.name),
    type: relation.rowType === 0 ? context.typeOf(OID.record) : context.typeOf(relation.rowType),
    typmod: -1,
  })
  return simple(context, item, { schema, table: item, systemColumn, wholeRow })
}

const cteReference = (context: AnalysisContext, cte: Cte, node: RangeVar, recursiveReference: boolean): FromResult => {
  cte.references++
  const alias = node.alias?.aliasname ?? (node.relname as string)
  const columns = cte.columns.map((c) => ({ ...c, id: context.freshColumn() }))
  return simple(context, { kind: 'cte', cte, alias, columns: renamed(columns, node.alias, alias), recursiveReference })
}

/** LATERAL expressions see the entries before them; everything else only the levels outside. */
const withoutSiblings = <T>(scope: Scope, body: () => T): T => {
  const hiddenItems = scope.items.splice(0, scope.items.length)
  try {
    return body()
  } finally {
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

const rangeFunction = (context: AnalysisContext, scope: Scope, node: RangeFunction): FromResult => {
  const calls = (node.functions ?? []).flatMap(unnestApart).map(([fn, definitions]) => {
    const own = listItems(definitions).map((d) => bodyOf(d, 'ColumnDef') as ColumnDef)
    const shared = (node.coldeflist ?? []).map((d) => bodyOf(d, 'ColumnDef') as ColumnDef)
    return functionCall(context, scope, fn as Node, own.length > 0 ? own : shared, node)
  })
  const ordinality: OutputColumn | null = node.ordinality
    ? {
        id: context.freshColumn(),
        name: 'ordinality',
        type: context.typeOf(OID.int8),
        typmod: -1,
        tableOid: 0,
        attnum: 0,
      }
    : null
  const produced = [...calls.flatMap((c) => c.columns), ...(ordinality === null ? [] : [ordinality])]
  const alias = node.alias?.aliasname ?? calls[0]?.name ?? 'function'
  const columns = renamed(produced, node.alias, alias)
  let next = 0
  const item: FunctionItem = {
    kind: 'function',
    calls: calls.map((call) => ({
      function: call.function,
      args: call.args,
      columns: call.columns.map(() => columns[next++] as OutputColumn),
    })),
    ordinality: ordinality === null ? null : (columns.at(-1) as OutputColumn),
    alias,
    columns,
    lateral: true,
  }
  // A function that returns one scalar column can be named as if the entry were its value.
  const only = columns[0]
  const scalar = columns.length === 1 && only !== undefined
  return simple(context, item, scalar ? { wholeRow: () => columnRef(only) } : {})
}

/** An entry's call and column definitions; `unnest(a, b)` is `unnest(a), unnest(b)` side by side. */
const unnestApart = (entry: Node): (readonly Node[])[] => {
  const [fn, definitions] = listItems(entry)
  const call = fn === undefined ? undefined : bodyOf(fn, 'FuncCall')
  if (call === undefined || namesOf(call.funcname).at(-1) !== 'unnest' || (call.args ?? []).length < 2) {
    return [listItems(entry)]
  }
  return (call.args ?? []).map((arg) => [{ FuncCall: { ...call, args: [arg] } }, ...(definitions ? [definitions] : [])])
}

const functionCall = (
  context: AnalysisContext,
  scope: Scope,
  node: Node,
  definitions: readonly ColumnDef[],
  range: RangeFunction,
) => {
  const call = scope.within(CLAUSE.from, () => context.expr(scope, node))
  const name =
    namesOf(bodyOf(node, 'FuncCall')?.funcname).at(-1) ?? (call.kind === 'call' ? call.function.name : 'function')
  const column = (columnName: string, type: OutputColumn['type'], typmod = -1): OutputColumn => ({
    id: context.freshColumn(),
    name: columnName,
    type,
    typmod,
    tableOid: 0,
    attnum: 0,
  })
  const single = range.alias?.aliasname ?? name
  if (call.kind !== 'set-call') {
    return {
      name,
      function: null,
      args: [settleUnknown(context, call)],
      columns: [column(single, call.type, call.typmod)],
    }
  }
  const { function: fn, args, type } = call
  if (definitions.length > 0) {
    if (type.oid !== OID.record) {
      throw syntaxErrorAt('a column definition list is only allowed for functions returning "record"', locationOf(node))
    }
    const columns = definitions.map((d) => {
      const resolved = resolveTypeName(context, d.typeName ?? {})
      return column(d.colname as string, resolved.type, resolved.typmod)
    })
    return { name, function: fn, args, columns }
  }
  if (fn.columns !== undefined) {
    return {
      name,
      function: fn,
      args,
      columns: fn.columns.map((c) => column(c.name, context.typeOf(c.type))),
    }
  }
  if (type.oid === OID.record) {
    throw syntaxErrorAt('a column definition list is required for functions returning "record"', locationOf(node))
  }
  return { name, function: fn, args, columns: [column(single, type)] }
}

const JOIN_TYPES = { JOIN_INNER: 'inner', JOIN_LEFT: 'left', JOIN_RIGHT: 'right', JOIN_FULL: 'full' } as const

const join = (context: AnalysisContext, scope: Scope, node: JoinExpr): FromResult => {
  const type = JOIN_TYPES[node.jointype as keyof typeof JOIN_TYPES] ?? 'inner'
  const left = fromItem(context, scope, node.larg as Node)
  // The right side may refer laterally to the left one, unless the join could make left rows up.
  const lateralAllowed = type === 'inner' || type === 'left'
  for (const name of left.names) name.lateralAllowed = lateralAllowed
  const before = scope.items.length
  scope.items.push(...left.names)
  const right = fromItem(context, scope, node.rarg as Node)
  scope.items.length = before
  for (const name of left.names) name.lateralAllowed = true
  checkDuplicates(left, right)

  const using = node.isNatural ? naturalColumns(left, right) : namesOf(node.usingClause)
  const merged = mergeColumns(context, using, left, right, type, locationOf({ JoinExpr: node }))
  const names = [...left.names, ...right.names]
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
  const mergedItem: NamespaceItem = {
    ...namespaceItem(context, '', []),
    columns: merged.columns,
    tableVisible: false,
  }
  return { item, names: [mergedItem, ...names.map(hide)], star }
}

/** `(a JOIN b) AS j`: only j's columns can be named. */
const aliasedJoin = (
  context: AnalysisContext,
  alias: Alias,
  item: JoinItem,
  names: NamespaceItem[],
  star: readonly BoundColumn[],
): FromResult => {
  const given = namesOf(alias.colnames)
  const columns = star.map((c, i) => ({ ...c, name: given[i] ?? c.name }))
  const hiddenNames = names.map((n) => ({ ...n, tableVisible: false, columnsVisible: false }))
  const own: NamespaceItem = { ...namespaceItem(context, alias.aliasname as string, []), columns }
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

const naturalColumns = (left: FromResult, right: FromResult): string[] => {
  const rightNames = new Set(right.star.map((c) => c.name))
  return left.star.filter((c) => rightNames.has(c.name)).map((c) => c.name)
}

const mergeColumns = (
  context: AnalysisContext,
  using: readonly string[],
  left: FromResult,
  right: FromResult,
  type: JoinItem['type'],
  location: number | undefined,
) => {
  const conditions: Expr[] = []
  const columns: BoundColumn[] = []
  const computed: { column: OutputColumn; expr: Expr }[] = []
  for (const name of using) {
    const l = usingColumn(left, name, 'left', location)
    const r = usingColumn(right, name, 'right', location)
    conditions.push(operatorOn(context, '=', l, r, location))
    const common = commonType(context, [l, r], 'JOIN/USING', () => location)
    const lc = coerceToCommon(context, l, common, 'JOIN/USING', location)
    const rc = coerceToCommon(context, r, common, 'JOIN/USING', location)
    if (type !== 'full') {
      columns.push({ name, expr: type === 'right' ? rc : lc })
      continue
    }
    const expr: Expr = { kind: 'coalesce', args: [lc, rc], type: common, typmod: -1 }
    const column: OutputColumn = { id: context.freshColumn(), name, type: common, typmod: -1, tableOid: 0, attnum: 0 }
    computed.push({ column, expr })
    columns.push({ name, expr: columnRef(column) })
  }
  return { conditions, columns, computed }
}

const usingColumn = (side: FromResult, name: string, which: 'left' | 'right', location: number | undefined): Expr => {
  const matches = side.star.filter((c) => c.name === name)
  if (matches.length === 0) {
    throw undefinedUsingColumn(name, which, location)
  }
  if (matches.length > 1) {
    throw ambiguousColumn(name, location)
  }
  return (matches[0] as BoundColumn).expr
}

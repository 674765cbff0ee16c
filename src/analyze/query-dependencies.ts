/** What kept queries and expressions depend on: relations, the columns of them that are used, functions, types. */
import type { Dependency } from '../catalog/objects.ts'
import { type CatalogSnapshot, FIRST_NORMAL_OID } from '../catalog/snapshot.ts'
import { baseTypeOf } from '../types/domain-type.ts'
import { OID } from '../types/oids.ts'
import type { SqlType } from '../types/sql-type.ts'
import type { ColumnId, Expr, FieldExpr } from './expression.ts'
import type { DmlQuery, FromItem, Query, TableItem } from './query.ts'
import { children } from './nodes.ts'
import { innerQueries, queryExpressions, visitDeep } from './walk.ts'

/** Expressions that say a type by themselves; of others it follows from what they are made of. */
const TYPED = new Set<Expr['kind']>(['const', 'relabel', 'coerce-io', 'coerce-domain', 'array-coerce', 'typmod'])

/** Objects of the database that one node names: functions, types, relations as constants. */
const namedBy = (expr: Expr): number[] => {
  const found = 'function' in expr ? [expr.function.oid] : []
  if (TYPED.has(expr.kind) || (expr.kind === 'call' && expr.cast)) found.push(typeNamed(expr.type))
  if (expr.kind === 'const' && expr.type.oid === OID.regclass && typeof expr.value === 'number') found.push(expr.value)
  return found.filter((oid) => oid >= FIRST_NORMAL_OID)
}

const typeNamed = (type: SqlType): number =>
  type.category === 'A' && type.element !== null ? type.element.oid : type.oid

/** The column behind a field of a row. */
const fieldColumn = (catalog: CatalogSnapshot, { arg, field }: FieldExpr): Dependency | null => {
  const relation = catalog.relation(baseTypeOf(arg.type).relation)
  const column = relation?.columns.filter((c) => !c.dropped)[field]
  return relation === null || column === undefined ? null : { oid: relation.oid, attnum: column.attnum, kind: 'normal' }
}

/** What a kept expression depends on beside the columns of its table. */
export const expressionDependencies = (catalog: CatalogSnapshot, expr: Expr): Dependency[] => {
  const found = new Map<string, Dependency>()
  const add = (dependency: Dependency): void => void found.set(`${dependency.oid}.${dependency.attnum}`, dependency)
  visitDeep(expr, (e) => {
    for (const oid of namedBy(e)) add({ oid, attnum: 0, kind: 'normal' })
    const column = e.kind === 'field' ? fieldColumn(catalog, e) : null
    if (column !== null) add(column)
  })
  return [...found.values()]
}

/** Dependencies on relations as a whole are left out where one of their columns is used. Views are not looked into. */
export const queryDependencies = (query: Query): Dependency[] => {
  const columns = new Map<ColumnId, { readonly oid: number; readonly attnum: number }>()
  const relations = new Set<number>()
  const used = new Map<string, Dependency>()
  const views = new Set<Query>()
  const named = new Set<number>()
  const learn = (item: FromItem): void => {
    if (item.kind === 'function') {
      for (const { function: fn } of item.calls) if (fn !== null && fn.oid >= FIRST_NORMAL_OID) named.add(fn.oid)
    }
    if (item.kind === 'join') {
      learn(item.left)
      learn(item.right)
      return
    }
    const relation = item.kind === 'table' ? item.relation : item.kind === 'subquery' ? item.view : undefined
    if (relation === undefined) return
    relations.add(relation.oid)
    if (item.kind === 'subquery') views.add(item.query)
    for (const { id, attnum } of item.columns) if (attnum > 0) columns.set(id, { oid: relation.oid, attnum })
  }
  const visit = (expr: Expr): void => {
    const column = expr.kind === 'column' ? columns.get(expr.id) : undefined
    if (column !== undefined) used.set(`${column.oid}.${column.attnum}`, { ...column, kind: 'normal' })
    for (const oid of namedBy(expr)) named.add(oid)
    for (const child of children(expr)) visit(child)
    if (expr.kind === 'subquery') enter(expr.query)
  }
  const enter = (inner: Query | DmlQuery): void => {
    if (inner.kind === 'select') inner.from.forEach(learn)
    for (const other of innerQueries(inner)) if (!views.has(other as Query)) enter(other)
    for (const expr of queryExpressions(inner)) visit(expr)
  }
  enter(query)
  const whole = new Set(Array.from(used.values(), ({ oid }) => oid))
  const rest = [...relations].filter((oid) => !whole.has(oid))
  const others = [...rest, ...named]
  return [...used.values(), ...others.map((oid) => ({ oid, attnum: 0, kind: 'normal' as const }))]
}

/** What a policy's condition depends on: columns of its table (`item`), and what queries in it read. */
export const policyDependencies = (catalog: CatalogSnapshot, condition: Expr, item: TableItem): Dependency[] => {
  const own = new Map(item.columns.map(({ id, attnum }) => [id, attnum]))
  const found = new Map<string, Dependency>()
  const add = (dependency: Dependency): void => void found.set(`${dependency.oid}.${dependency.attnum}`, dependency)
  const visit = (expr: Expr): void => {
    const attnum = expr.kind === 'column' ? own.get(expr.id) : undefined
    if (attnum !== undefined && attnum > 0) add({ oid: item.relation.oid, attnum, kind: 'normal' })
  }
  visitDeep(condition, (expr) => {
    visit(expr)
    if (expr.kind === 'subquery') queryDependencies(expr.query).forEach(add)
  })
  expressionDependencies(catalog, condition).forEach(add)
  return [...found.values()]
}

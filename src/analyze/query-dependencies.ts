/** What a kept query depends on: the relations it names, which of their columns it uses, and functions. */
import type { Dependency } from '../catalog/objects.ts'
import { FIRST_NORMAL_OID } from '../catalog/snapshot.ts'
import type { ColumnId, Expr } from './expression.ts'
import type { DmlQuery, FromItem, Query } from './query.ts'
import { children } from './nodes.ts'
import { innerQueries, queryExpressions } from './walk.ts'

/** OID of the function that a node calls, 0 when it calls none. */
const calledFunction = (expr: Expr): number => ('function' in expr ? expr.function.oid : 0)

/** Dependencies on relations as a whole are left out where one of their columns is used. Views are not looked into. */
export const queryDependencies = (query: Query): Dependency[] => {
  const columns = new Map<ColumnId, { readonly oid: number; readonly attnum: number }>()
  const relations = new Set<number>()
  const used = new Map<string, Dependency>()
  const views = new Set<Query>()
  const functions = new Set<number>()
  const learn = (item: FromItem): void => {
    if (item.kind === 'function') {
      for (const { function: fn } of item.calls) if (fn !== null && fn.oid >= FIRST_NORMAL_OID) functions.add(fn.oid)
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
    const called = calledFunction(expr)
    if (called >= FIRST_NORMAL_OID) functions.add(called)
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
  const others = [...rest, ...functions]
  return [...used.values(), ...others.map((oid) => ({ oid, attnum: 0, kind: 'normal' as const }))]
}

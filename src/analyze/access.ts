/**
 * What a statement must be allowed to do: privileges on the relations and columns that it names, each as the role whose
 * privileges count (views read as their owners), and functions that it calls. Found in the query tree, checked when the
 * statement is to run.
 */
import type { RelationObject } from '../catalog/objects.ts'
import { isSecurityInvoker } from '../catalog/view-options.ts'
import { PRIVILEGE } from '../types/acl-item.ts'
import type { ColumnId, Expr } from './expression.ts'
import { children } from './nodes.ts'
import type { DmlQuery, FromItem, InsertQuery, MergeQuery, Query, TableItem, UpdateQuery, ViewLevel } from './query.ts'
import { innerQueries, queryExpressions } from './walk.ts'

export interface RelationAccess {
  readonly relation: RelationObject
  /** The role whose privileges count; null: the one that runs the statement. */
  readonly as: number | null
  privileges: number
  /** Attribute numbers that are read, given values when rows are made, and changed. */
  readonly selected: Set<number>
  readonly inserted: Set<number>
  readonly updated: Set<number>
}

export interface StatementAccess {
  readonly relations: readonly RelationAccess[]
  readonly functions: readonly number[]
}

class AccessCollector {
  readonly relations: RelationAccess[] = []
  readonly functions = new Set<number>()
  readonly #columns = new Map<ColumnId, { readonly access: RelationAccess; readonly attnum: number }>()
  readonly #tables = new Map<TableItem, RelationAccess>()
  /** Conditions of policies: whoever reads a table need not be allowed to read what its policies look at of a row. */
  readonly #policies = new Set<Expr>()

  enter(query: Query | DmlQuery, as: number | null): void {
    const nested: (() => void)[] = []
    const target = 'table' in query ? this.#target(query, as) : null
    for (const item of fromItems(query)) this.#learn(item, as, nested)
    if (query.kind === 'select') {
      for (const item of query.locks.flatMap(({ items }) => items)) {
        const access = this.#tables.get(item)
        if (access !== undefined) access.privileges |= PRIVILEGE.UPDATE
      }
    }
    const learned = new Set<Query | DmlQuery>(fromItems(query).flatMap(subqueriesOf))
    for (const inner of innerQueries(query)) if (!learned.has(inner)) nested.push(() => this.enter(inner, as))
    for (const inner of nested) inner()
    for (const expr of readExpressions(query)) this.#visit(expr, as)
    // Defaults and constraints are the table's matter, but call functions for whoever changes it.
    for (const expr of queryExpressions(query)) this.#visitCalls(expr)
    if (target !== null) target()
  }

  #learn(item: FromItem, as: number | null, nested: (() => void)[]): void {
    switch (item.kind) {
      case 'join':
        this.#learn(item.left, as, nested)
        this.#learn(item.right, as, nested)
        return
      case 'table': {
        const access = this.#relation(item.relation, as, PRIVILEGE.SELECT)
        this.#tables.set(item, access)
        for (const condition of item.security ?? []) this.#policies.add(condition)
        this.#bind(item.columns, access)
        return
      }
      case 'subquery': {
        const { view, query } = item
        if (view !== undefined) {
          const access = this.#relation(view, as, PRIVILEGE.SELECT | (isLocked(query) ? PRIVILEGE.UPDATE : 0))
          this.#bind(item.columns, access)
        }
        const inside = view === undefined ? as : roleBehind(view)
        nested.push(() => this.enter(query, inside))
        return
      }
      case 'function':
        for (const { function: called } of item.calls) if (called !== null) this.functions.add(called.oid)
        return
      default:
    }
  }

  #relation(relation: RelationObject, as: number | null, privileges: number): RelationAccess {
    const access = {
      relation,
      as,
      privileges,
      selected: new Set<number>(),
      inserted: new Set<number>(),
      updated: new Set<number>(),
    }
    this.relations.push(access)
    return access
  }

  #bind(columns: readonly { readonly id: ColumnId; readonly attnum: number }[], access: RelationAccess): void {
    for (const { id, attnum } of columns) if (attnum !== 0) this.#columns.set(id, { access, attnum })
  }

  #visit(expr: Expr, as: number | null): void {
    if (this.#policies.has(expr)) {
      this.#enterQueries(expr, as)
      return
    }
    if (expr.kind === 'column') {
      const column = this.#columns.get(expr.id)
      if (column !== undefined) {
        column.access.privileges |= PRIVILEGE.SELECT
        column.access.selected.add(column.attnum)
      }
    }
    for (const child of children(expr)) this.#visit(child, as)
    if (expr.kind === 'subquery') this.enter(expr.query, as)
  }

  /** The queries in a policy's condition are run as the table is read. */
  #enterQueries(expr: Expr, as: number | null): void {
    if (expr.kind === 'subquery') this.enter(expr.query, as)
    for (const child of children(expr)) this.#enterQueries(child, as)
  }

  #visitCalls(expr: Expr): void {
    if ('function' in expr && typeof expr.function === 'object' && expr.function !== null) {
      this.functions.add(expr.function.oid)
    }
    for (const child of children(expr)) this.#visitCalls(child)
  }

  /** The relation that is changed and, of a view, those behind it. Answers what is to be done when all else was seen. */
  #target(query: DmlQuery, as: number | null): () => void {
    const levels = 'levels' in query ? query.levels : []
    const { table } = query
    const chain = [table.relation, ...levels.map(({ view }) => view)]
    const accesses = chain
      .map((relation, i) => {
        const above = chain[i + 1]
        return { relation, as: above === undefined ? as : roleBehind(above) }
      })
      .toReversed()
      .map(({ relation, as: role }) => this.#relation(relation, role, 0))
      .toReversed()
    const base = accesses[0] as RelationAccess
    for (const condition of 'security' in query ? query.security : []) this.#policies.add(condition)
    for (const { policy, condition } of 'checkOptions' in query ? query.checkOptions : []) {
      if (policy !== undefined) this.#enterQueries(condition, base.as)
    }
    const outermost = accesses.at(-1) as RelationAccess
    this.#bind(table.columns, base)
    for (const [i, level] of levels.entries()) this.#bind(levelColumns(level), accesses[i + 1] as RelationAccess)
    // The row that could not be inserted is read as the target is.
    if (query.kind === 'insert' && query.onConflict !== null) this.#bind(query.onConflict.excluded, outermost)
    const change = changeOf(query)
    const names = [(attnum: number): number => attnum, ...namesThrough(table, levels)]
    for (const [i, access] of accesses.entries()) {
      const named = names[i] as (attnum: number) => number
      access.privileges |= change.privileges
      for (const attnum of change.inserted) access.inserted.add(named(attnum))
      for (const attnum of change.updated) access.updated.add(named(attnum))
    }
    for (const attnum of change.read) {
      outermost.privileges |= PRIVILEGE.SELECT
      outermost.selected.add((names.at(-1) as (attnum: number) => number)(attnum))
    }
    return () => {
      if ((outermost.privileges & PRIVILEGE.SELECT) === 0) return
      for (const [i, { columns, condition }] of levels.entries()) {
        const below = accesses[i] as RelationAccess
        below.privileges |= PRIVILEGE.SELECT
        for (const { expr } of columns) this.#visit(expr, below.as)
        if (condition !== null) this.#visit(condition, below.as)
      }
    }
  }
}

/** Whose privileges count for what a view reads. */
const roleBehind = (view: RelationObject): number | null => (isSecurityInvoker(view) ? null : view.owner)

const fromItems = (query: Query | DmlQuery): readonly FromItem[] => {
  if (query.kind === 'merge') return [query.from]
  return query.kind === 'select' || query.kind === 'update' || query.kind === 'delete' ? query.from : []
}

const subqueriesOf = (item: FromItem): Query[] => {
  if (item.kind === 'join') return [...subqueriesOf(item.left), ...subqueriesOf(item.right)]
  return item.kind === 'subquery' ? [item.query] : []
}

/** Whether rows of a query in FROM are locked by the query around it. */
const isLocked = (query: Query): boolean =>
  query.kind === 'select' &&
  (query.locks.length > 0 || query.from.flatMap(subqueriesOf).some((inner) => isLocked(inner)))

/** Expressions in which a query reads columns: not those that follow from the definition of a table. */
const readExpressions = (query: Query | DmlQuery): readonly Expr[] => {
  switch (query.kind) {
    case 'insert':
      return [
        ...(query.onConflict?.assignments.map((a) => a.expr) ?? []),
        ...(query.onConflict === null || query.onConflict.where === null ? [] : [query.onConflict.where]),
        ...(query.returning?.targets.map((t) => t.expr) ?? []),
      ]
    case 'update':
    case 'delete':
    case 'merge':
      return queryExpressions({ ...query, ...NO_DEFINITION })
    default:
      return queryExpressions(query)
  }
}

const NO_DEFINITION = { generated: [], checks: [], levels: [] } as const

interface Change {
  readonly privileges: number
  readonly inserted: readonly number[]
  readonly updated: readonly number[]
  /** Columns that are compared to find conflicts. */
  readonly read: readonly number[]
}

const attnumsOf = (assignments: readonly { readonly column: { readonly attnum: number } }[]): number[] =>
  assignments.map(({ column }) => column.attnum)

const changeOf = (query: DmlQuery): Change => {
  switch (query.kind) {
    case 'insert':
      return insertion(query)
    case 'update':
      return { privileges: PRIVILEGE.UPDATE, inserted: [], updated: written(query), read: [] }
    case 'delete':
      return { privileges: PRIVILEGE.DELETE, inserted: [], updated: [], read: [] }
    case 'merge':
      return merging(query)
  }
}

const written = ({ assignments }: UpdateQuery): number[] => attnumsOf(assignments)

const insertion = ({ columns, onConflict }: InsertQuery): Change => ({
  privileges: PRIVILEGE.INSERT | (onConflict?.action === 'update' ? PRIVILEGE.UPDATE : 0),
  inserted: columns.map(({ attnum }) => attnum),
  updated: attnumsOf(onConflict?.assignments ?? []),
  read: onConflict?.columns ?? [],
})

const MERGE_PRIVILEGES = { insert: PRIVILEGE.INSERT, update: PRIVILEGE.UPDATE, delete: PRIVILEGE.DELETE, nothing: 0 }

const merging = ({ actions }: MergeQuery): Change => ({
  privileges: actions.reduce((sum, { kind }) => sum | MERGE_PRIVILEGES[kind], 0),
  inserted: actions.flatMap(({ kind, given, assignments }) =>
    kind === 'insert' ? (given ?? attnumsOf(assignments)) : [],
  ),
  updated: actions.flatMap(({ kind, assignments }) => (kind === 'update' ? attnumsOf(assignments) : [])),
  read: [],
})

/** A view's columns as the query over it names them. */
const levelColumns = ({ view, columns }: ViewLevel): { id: ColumnId; attnum: number }[] => {
  const live = view.columns.filter((c) => !c.dropped)
  return columns.map(({ id }, i) => ({ id, attnum: live[i]?.attnum ?? 0 }))
}

/** For each view, from the innermost: the attribute number of its column that is a column of the table. */
const namesThrough = (table: TableItem, levels: readonly ViewLevel[]): ((attnum: number) => number)[] => {
  let below = new Map(table.columns.map(({ id, attnum }) => [attnum, id]))
  return levels.map((level) => {
    const ids = levelColumns(level)
    const here = new Map<number, number>()
    const next = new Map<number, ColumnId>()
    for (const [attnum, id] of below) {
      const place = level.columns.findIndex(({ expr }) => expr.kind === 'column' && expr.id === id)
      const column = ids[place]
      if (column === undefined) continue
      here.set(attnum, column.attnum)
      next.set(attnum, column.id)
    }
    below = next
    return (attnum: number) => here.get(attnum) ?? 0
  })
}

/** What a statement must be allowed to do. */
export const statementAccess = (query: Query | DmlQuery): StatementAccess => {
  const collector = new AccessCollector()
  collector.enter(query, null)
  return { relations: collector.relations, functions: [...collector.functions] }
}

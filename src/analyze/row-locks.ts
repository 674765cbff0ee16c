/** FOR UPDATE and its kin: which rows of which tables a query locks. Subqueries in FROM and views pass the lock on. */
import type { AnalysisContext } from './context.ts'
import { securedForLock } from './row-security.ts'
import { featureNotSupported, type Location, syntaxErrorAt, undefinedTable } from '../errors/raise/analysis.ts'
import { bodyOf, type SelectStmt } from '../sql/ast.ts'
import { someNode } from './nodes.ts'
import type { SubqueryItem, FromItem, Query, RowLock, SelectQuery, TableItem } from './query.ts'

const STRENGTHS = {
  LCS_FORKEYSHARE: 'key share',
  LCS_FORSHARE: 'share',
  LCS_FORNOKEYUPDATE: 'no key update',
  LCS_FORUPDATE: 'update',
} as const
const POLICIES = { LockWaitBlock: 'block', LockWaitSkip: 'skip', LockWaitError: 'error' } as const

type LockClause = Omit<RowLock, 'items'>

/** `FOR UPDATE`, for messages. */
const clauseName = ({ strength }: LockClause): string => `FOR ${strength.toUpperCase()}`

/** The words of a statement's first locking clause, for messages; null when it has none. */
export const lockingClauseName = (node: SelectStmt): string | null => {
  const first = node.lockingClause?.[0]
  if (first === undefined) return null
  const strength = bodyOf(first, 'LockingClause')?.strength ?? 'LCS_FORUPDATE'
  return `FOR ${STRENGTHS[strength as keyof typeof STRENGTHS].toUpperCase()}`
}

/** Throws 0A000 for a locking clause of a set operation or of one of its arms. */
export const refuseArmLocks = (node: SelectStmt | undefined): void => {
  const clause = node === undefined ? null : lockingClauseName(node)
  if (clause !== null) throw featureNotSupported(`${clause} is not allowed with UNION/INTERSECT/EXCEPT`)
}

/** What keeps a query's rows from being rows of its tables, as messages name it. */
const collapsedBy = (query: Query): string | null => {
  if (query.kind === 'set-operation') return 'UNION/INTERSECT/EXCEPT'
  if (query.kind === 'values') return null
  if (query.distinct !== 'none') return 'DISTINCT clause'
  if (query.grouping !== null) return 'GROUP BY clause'
  if (query.having !== null) return 'HAVING clause'
  if (query.aggregated) return 'aggregate functions'
  const has = (kind: 'window' | 'set-call'): boolean =>
    query.targets.some(({ expr }) => someNode(expr, (e) => e.kind === kind))
  if (has('window')) return 'window functions'
  return has('set-call') ? 'set-returning functions in the target list' : null
}

/** Things in FROM without rows to lock, as messages name them. */
const UNLOCKABLE = { cte: 'a WITH query', function: 'a function' } as const

/** Throws 0A000 for a query that nothing can be locked through. */
const lockQuery = (
  context: AnalysisContext,
  query: Query,
  clause: LockClause,
  names: ReadonlyMap<string, Location> | null,
): Query => {
  const what = collapsedBy(query)
  if (what !== null) throw featureNotSupported(`${clauseName(clause)} is not allowed with ${what}`)
  if (query.kind !== 'select') return query
  const items: TableItem[] = []
  const missing = new Map(names)
  const wanted = (alias: string): boolean => names === null || missing.delete(alias)
  const locked = (item: TableItem): TableItem => {
    items.push(item)
    return item
  }
  const lockItem = (item: FromItem): FromItem => {
    switch (item.kind) {
      case 'join':
        return { ...item, left: lockItem(item.left), right: lockItem(item.right) }
      case 'table':
        if (!wanted(item.alias) || item.relation.system !== null) return item
        return locked(securedForLock(context, item))
      case 'subquery':
        if (!wanted(item.alias)) return item
        return { ...item, query: lockedWithin(context, item, clause) }
      default:
        if (names !== null && wanted(item.alias)) {
          throw featureNotSupported(
            `${clauseName(clause)} cannot be applied to ${UNLOCKABLE[item.kind]}`,
            names.get(item.alias),
          )
        }
        return item
    }
  }
  const from = query.from.map(lockItem)
  for (const [name, location] of missing) {
    throw undefinedTable(`relation "${name}" in ${clauseName(clause)} clause not found in FROM clause`, location)
  }
  return { ...query, from, locks: items.length === 0 ? query.locks : [...query.locks, { ...clause, items }] }
}

/** What is behind a view is read as its owner reads it. */
const lockedWithin = (context: AnalysisContext, { view, query }: SubqueryItem, clause: LockClause): Query => {
  const lock = (): Query => lockQuery(context, query, clause, null)
  return view === undefined ? lock() : context.behindView(view, lock)
}

/** The query with the locking clauses of its statement. */
export const withRowLocks = (context: AnalysisContext, query: SelectQuery, node: SelectStmt): SelectQuery => {
  let locked: Query = query
  for (const n of node.lockingClause ?? []) {
    const clause = bodyOf(n, 'LockingClause')
    const ranges = (clause?.lockedRels ?? []).map((r) => bodyOf(r, 'RangeVar'))
    const names = new Map(ranges.map((range) => [range?.relname as string, range?.location]))
    const lock = {
      strength: STRENGTHS[(clause?.strength ?? 'LCS_FORUPDATE') as keyof typeof STRENGTHS],
      waitPolicy: POLICIES[clause?.waitPolicy ?? 'LockWaitBlock'],
    }
    const qualified = ranges.find((range) => range?.schemaname !== undefined)
    if (qualified !== undefined) {
      throw syntaxErrorAt(`${clauseName(lock)} must specify unqualified relation names`, qualified.location)
    }
    locked = lockQuery(context, locked, lock, names.size === 0 ? null : names)
  }
  return locked as SelectQuery
}

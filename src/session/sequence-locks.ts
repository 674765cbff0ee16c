/**
 * Sequences that a statement takes values of: they are locked with it, so that it waits for a transaction that is
 * changing their definition. Those that are only known while it runs are not: what it takes is of the sequence as it was.
 */
import type { Expr } from '../analyze/expression.ts'
import type { DmlQuery, Query } from '../analyze/query.ts'
import { visitDeep, visitQuery } from '../analyze/walk.ts'
import type { CatalogSnapshot } from '../catalog/snapshot.ts'

/** nextval, currval, and both of setval. */
const SEQUENCE_FUNCTIONS: ReadonlySet<number> = new Set([1574, 1575, 1576, 1765])

type Visitor = (expr: Expr) => void

const collect = (visit: (visitor: Visitor) => void, catalog: CatalogSnapshot): number[] => {
  if (!catalog.hasSequences) return []
  const sequences = new Set<number>()
  visit((expr) => {
    if (expr.kind !== 'call' || !SEQUENCE_FUNCTIONS.has(expr.function.oid)) return
    const [sequence] = expr.args
    if (sequence?.kind !== 'const' || typeof sequence.value !== 'number') return
    const relation = catalog.relation(sequence.value)
    if (relation !== null && relation.sequence !== null) sequences.add(relation.oid)
  })
  return [...sequences]
}

/** Oids of sequences that a query names. */
export const sequencesOf = (query: Query | DmlQuery, catalog: CatalogSnapshot): number[] =>
  collect((visitor) => visitQuery(query, visitor), catalog)

/** Oids of sequences that expressions name. */
export const sequencesIn = (exprs: readonly Expr[], catalog: CatalogSnapshot): number[] =>
  collect((visitor) => exprs.forEach((expr) => visitDeep(expr, visitor)), catalog)

/** WITH RECURSIVE: the order in which its queries are analysed, and where a query may refer to itself. */
import { featureNotSupported, invalidRecursion } from '../errors/raise/analysis.ts'
import { bodyOf, type CommonTableExpr, type JoinExpr, type Node, type SelectStmt } from '../sql/ast.ts'
import { locationOf } from './location.ts'
import { refuseArmLocks } from './row-locks.ts'

/** Where in a recursive query a reference stands; null: where it may. */
type Place = 'its non-recursive term' | 'a subquery' | 'an outer join' | 'INTERSECT' | 'EXCEPT' | null

/** A WITH query, and which others of its clause it refers to. */
interface Item {
  readonly cte: CommonTableExpr
  readonly refersTo: ReadonlySet<string>
  readonly recursive: boolean
}

interface RangeVar {
  readonly relname?: string
  readonly schemaname?: string
  readonly location?: number
}

/** Calls back for each reference to a name that no inner WITH has taken. */
const visitReferences = (
  value: unknown,
  place: Place,
  hidden: ReadonlySet<string>,
  visit: (range: RangeVar, place: Place, hidden: ReadonlySet<string>) => void,
): void => {
  if (value === null || typeof value !== 'object') return
  if (Array.isArray(value)) {
    for (const element of value) visitReferences(element, place, hidden, visit)
    return
  }
  for (const [tag, body] of Object.entries(value as Record<string, unknown>)) {
    const go = (part: unknown, where: Place, names = hidden): void => visitReferences(part, where, names, visit)
    switch (tag) {
      case 'RangeVar':
        visit(body as RangeVar, place, hidden)
        break
      case 'SelectStmt':
      case 'larg':
      case 'rarg':
        if (isSelect(tag, body)) visitSelect(body as SelectStmt, place, hidden, visit)
        else go(body, place)
        break
      case 'JoinExpr':
        visitJoin(body as JoinExpr, place, go)
        break
      case 'SubLink':
        go((body as { testexpr?: unknown }).testexpr, place)
        go((body as { subselect?: unknown }).subselect, place ?? 'a subquery')
        break
      default:
        go(body, place)
    }
  }
}

/** Arms of set operations are bare statements, those of joins are nodes. */
const isSelect = (tag: string, body: unknown): boolean =>
  tag === 'SelectStmt' || (typeof body === 'object' && body !== null && 'op' in body)

const visitSelect = (
  select: SelectStmt,
  place: Place,
  outer: ReadonlySet<string>,
  visit: (range: RangeVar, place: Place, hidden: ReadonlySet<string>) => void,
): void => {
  const { withClause, larg, rarg, op, all, ...rest } = select
  let hidden = outer
  for (const node of withClause?.ctes ?? []) {
    const cte = bodyOf(node, 'CommonTableExpr') as CommonTableExpr
    const inner = new Set([...hidden, cte.ctename as string])
    visitReferences(cte.ctequery, place, withClause?.recursive ? inner : hidden, visit)
    hidden = inner
  }
  const within = (construct: Place): Place => place ?? construct
  const left = op === 'SETOP_INTERSECT' && all ? 'INTERSECT' : op === 'SETOP_EXCEPT' && all ? 'EXCEPT' : null
  const right = op === 'SETOP_EXCEPT' ? 'EXCEPT' : left
  if (larg !== undefined) visitSelect(larg, within(left), hidden, visit)
  if (rarg !== undefined) visitSelect(rarg, within(right), hidden, visit)
  visitReferences(rest, place, hidden, visit)
}

const visitJoin = (join: JoinExpr, place: Place, go: (part: unknown, where: Place) => void): void => {
  const { larg, rarg, jointype, ...rest } = join
  const outer = place ?? 'an outer join'
  go(larg, jointype === 'JOIN_RIGHT' || jointype === 'JOIN_FULL' ? outer : place)
  go(rarg, jointype === 'JOIN_LEFT' || jointype === 'JOIN_FULL' ? outer : place)
  go(rest, place)
}

/** The queries of a WITH RECURSIVE, each behind those that it refers to. Throws 0A000, 42P19. */
export const orderRecursive = (ctes: readonly CommonTableExpr[]): Item[] => {
  const names = new Set(ctes.map((cte) => cte.ctename as string))
  let waiting = ctes.map((cte): Item => {
    const refersTo = new Set<string>()
    visitReferences(cte.ctequery, null, new Set(), ({ relname, schemaname }, _place, hidden) => {
      if (schemaname === undefined && relname !== undefined && names.has(relname) && !hidden.has(relname)) {
        refersTo.add(relname)
      }
    })
    return { cte, refersTo, recursive: refersTo.delete(cte.ctename as string) }
  })
  const ordered: Item[] = []
  while (waiting.length > 0) {
    const pending = new Set(waiting.map(({ cte }) => cte.ctename as string))
    const next = waiting.find(({ refersTo }) => [...refersTo].every((name) => !pending.has(name)))
    if (next === undefined) {
      throw featureNotSupported('mutual recursion between WITH items is not implemented', waiting[0]?.cte.location)
    }
    ordered.push(next)
    waiting = waiting.filter((item) => item !== next)
  }
  for (const item of ordered) if (item.recursive) checkRecursive(item.cte)
  return ordered
}

/** A recursive query is a UNION whose right side refers to it, once and where each round's rows can be read. */
const checkRecursive = (cte: CommonTableExpr): void => {
  const name = cte.ctename as string
  const select = bodyOf(cte.ctequery as Node, 'SelectStmt')
  if (select === undefined) {
    throw invalidRecursion(`recursive query "${name}" must not contain data-modifying statements`, cte.location)
  }
  if (select.op !== 'SETOP_UNION' || select.larg === undefined || select.rarg === undefined) {
    throw invalidRecursion(
      `recursive query "${name}" does not have the form non-recursive-term UNION [ALL] recursive-term`,
      cte.location,
    )
  }
  let seen = 0
  const check = ({ relname, schemaname, location }: RangeVar, place: Place, hidden: ReadonlySet<string>): void => {
    if (relname !== name || schemaname !== undefined || hidden.has(name)) return
    const problem = place === null ? (++seen > 1 ? 'appear more than once' : null) : `appear within ${place}`
    if (problem !== null) throw invalidRecursion(`recursive reference to query "${name}" must not ${problem}`, location)
  }
  // The statement's own WITH can only be refused references.
  for (const inner of select.withClause?.ctes ?? []) visitReferences(inner, 'a subquery', new Set(), check)
  const hidden = new Set(
    (select.withClause?.ctes ?? []).map((node) => bodyOf(node, 'CommonTableExpr')?.ctename as string),
  )
  for (const arm of [select.larg, select.rarg]) refuseArmLocks(arm)
  visitSelect(select.larg, 'its non-recursive term', hidden, check)
  visitSelect(select.rarg, null, hidden, check)
  const [sort] = select.sortClause ?? []
  refuse(sort === undefined ? undefined : bodyOf(sort, 'SortBy')?.node, 'ORDER BY')
  refuse(select.limitOffset, 'OFFSET')
  refuse(select.limitCount, 'LIMIT')
  refuse(select.lockingClause?.[0], 'FOR UPDATE/SHARE')
  if (seen !== 1)
    throw invalidRecursion(
      `recursive query "${name}" does not have the form non-recursive-term UNION [ALL] recursive-term`,
      cte.location,
    )
}

const refuse = (node: Node | undefined, clause: string): void => {
  if (node === undefined) return
  throw featureNotSupported(`${clause} in a recursive query is not implemented`, locationOf(node))
}

/**
 * A region of joins that may be ordered freely: relations, the conditions between them, and what is attached to them –
 * outer, semi and anti joins – each of which may come at any time after the relations that its condition needs.
 */
import type { ColumnId, Expr } from '../analyze/expression.ts'
import { conjuncts, substituteColumns } from '../analyze/nodes.ts'
import type { LogicalJoin, LogicalPlan } from '../plan/logical.ts'
import { columnsOf, isVolatile } from './expressions.ts'
import { columnEquality } from './implied.ts'
import { outerColumns, outputIds } from './plans.ts'

export interface Relation {
  readonly plan: LogicalPlan
  /** Null for a relation proper; else the join that attaches it: left, semi or anti. */
  readonly attached: LogicalJoin | null
  /** Condition of the attaching join. */
  readonly on: readonly Expr[]
  /** Relations that must be joined before (positions). */
  readonly requires: readonly number[]
}

/** A condition over several relations. */
interface Condition {
  readonly expr: Expr
  readonly members: readonly number[]
}

/** Columns that are all equal: one per relation. Any two of them may be compared. */
interface EquivalenceClass {
  readonly members: readonly { readonly relation: number; readonly column: Expr & { kind: 'column' } }[]
  /** An equality of the class's type to make others from. */
  readonly template: Expr & { kind: 'call' }
}

export interface JoinGraph {
  readonly relations: readonly Relation[]
  readonly conditions: readonly Condition[]
  readonly classes: readonly EquivalenceClass[]
  /** Conditions over no relation. */
  readonly loose: readonly Expr[]
  /** Columns that projections inside the region computed, to be computed above it. */
  readonly computed: ReadonlyMap<ColumnId, Expr>
}

interface Flat {
  readonly relations: { plan: LogicalPlan; attached: LogicalJoin | null; on: Expr[] }[]
  readonly conditions: Expr[]
  readonly computed: Map<ColumnId, Expr>
}

/** The region whose top is `plan`, null when it is no join. */
export const joinGraph = (plan: LogicalPlan): JoinGraph | null => {
  if (!isInside(plan)) return null
  const flat: Flat = { relations: [], conditions: [], computed: new Map() }
  flatten(plan, flat)
  return flat.relations.length < 2 ? null : connected(flat)
}

/** Nodes that dissolve into the region. */
const isInside = (plan: LogicalPlan): boolean => {
  switch (plan.kind) {
    case 'join':
      return !plan.lateral && (plan.type === 'inner' || isAttaching(plan))
    case 'filter':
      return !conjuncts(plan.condition).some(isVolatile) && isInside(plan.input)
    case 'project':
      return isInside(plan.input) && !plan.columns.some((c) => isVolatile(c.expr))
    default:
      return false
  }
}

const isAttaching = (plan: LogicalJoin): boolean =>
  (plan.type === 'left' || plan.type === 'semi' || plan.type === 'anti') && !conjuncts(plan.condition).some(isVolatile)

const flatten = (plan: LogicalPlan, flat: Flat): void => {
  if (plan.kind === 'project' && (isInside(plan.input) || isRename(plan))) {
    flatten(plan.input, flat)
    for (const { id, expr } of plan.columns) {
      if (expr.kind !== 'column' || expr.id !== id) flat.computed.set(id, resolved(expr, flat))
    }
    return
  }
  if (!isInside(plan)) {
    flat.relations.push({ plan, attached: null, on: [] })
    return
  }
  if (plan.kind === 'filter') {
    flatten(plan.input, flat)
    for (const part of conjuncts(plan.condition)) flat.conditions.push(resolved(part, flat))
    return
  }
  if (plan.kind !== 'join') return
  flatten(plan.left, flat)
  if (plan.type === 'inner') flatten(plan.right, flat)
  const own = conjuncts(plan.condition).map((part) => resolved(part, flat))
  if (plan.type === 'inner') flat.conditions.push(...own)
  else flat.relations.push({ plan: plan.right, attached: plan, on: own })
}

/** Only gives columns other ids: nothing is computed for a relation that it stands over. */
const isRename = (plan: LogicalPlan & { kind: 'project' }): boolean =>
  plan.columns.every((c) => c.expr.kind === 'column') && plan.input.kind === 'scan'

const resolved = (expr: Expr, { computed }: Flat): Expr =>
  computed.size === 0 ? expr : substituteColumns(expr, (id) => computed.get(id))

const connected = (flat: Flat): JoinGraph => {
  const owner = new Map<ColumnId, number>()
  flat.relations.forEach(({ plan, attached }, i) => {
    if (attached === null || attached.type === 'left') for (const id of outputIds(plan)) owner.set(id, i)
  })
  const membersOf = (expr: Expr): number[] => [...new Set([...columnsOf(expr)].flatMap((id) => owner.get(id) ?? []))]
  const relations = flat.relations.map(({ plan, attached, on }, i): Relation => {
    const requires = new Set(on.flatMap(membersOf))
    // A relation may itself mention others only when it is lateral, which is not flattened.
    for (const id of attached === null ? [] : outerColumns(plan)) {
      const from = owner.get(id)
      if (from !== undefined) requires.add(from)
    }
    requires.delete(i)
    return { plan, attached, on, requires: [...requires] }
  })
  const conditions: Condition[] = []
  const equalities: { pair: NonNullable<ReturnType<typeof columnEquality>>; expr: Expr & { kind: 'call' } }[] = []
  const loose: Expr[] = []
  for (const expr of flat.conditions) {
    const members = membersOf(expr)
    const pair = columnEquality(expr)
    const proper = members.every((i) => relations[i]?.attached === null)
    if (members.length === 0) loose.push(expr)
    else if (pair !== null && members.length === 2 && proper && expr.kind === 'call') equalities.push({ pair, expr })
    else conditions.push({ expr, members })
  }
  const { classes, inner } = equivalenceClasses(equalities, owner)
  conditions.push(...inner.map((expr) => ({ expr, members: membersOf(expr) })))
  return { relations, conditions, classes, loose, computed: flat.computed }
}

/** Groups equalities; `inner` are those between two columns of one relation that follow. */
const equivalenceClasses = (
  equalities: readonly {
    pair: NonNullable<ReturnType<typeof columnEquality>>
    expr: Expr & { kind: 'call' }
  }[],
  owner: ReadonlyMap<ColumnId, number>,
): { classes: EquivalenceClass[]; inner: Expr[] } => {
  const groups: { columns: (Expr & { kind: 'column' })[]; template: Expr & { kind: 'call' } }[] = []
  for (const { pair, expr } of equalities) {
    const touched = groups.filter(
      (g) => g.template.operator?.oid === expr.operator?.oid && g.columns.some((c) => pair.some((p) => p.id === c.id)),
    )
    const columns = touched.flatMap((g) => g.columns)
    for (const column of pair) if (!columns.some((c) => c.id === column.id)) columns.push(column)
    for (const group of touched) groups.splice(groups.indexOf(group), 1)
    groups.push({ columns, template: expr })
  }
  const inner: Expr[] = []
  const classes = groups.map(({ columns, template }): EquivalenceClass => {
    const members: { relation: number; column: Expr & { kind: 'column' } }[] = []
    for (const column of columns) {
      const relation = owner.get(column.id) as number
      const known = members.find((m) => m.relation === relation)
      if (known === undefined) members.push({ relation, column })
      else inner.push({ ...template, args: [known.column, column] })
    }
    return { members, template }
  })
  return { classes, inner }
}

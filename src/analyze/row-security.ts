/**
 * Row level security: the conditions that policies put on a table's rows. USING conditions filter rows before anything
 * else of the statement looks at them; WITH CHECK conditions are checked of rows that are about to be stored.
 */
import type { ParseTree, PolicyObject, RelationObject } from '../catalog/objects.ts'
import { isOwner } from '../catalog/privileges/check.ts'
import { privilegedAs } from '../catalog/privileges/membership.ts'
import { appliesRowSecurity } from '../catalog/privileges/row-security.ts'
import { affectedByRowSecurity, policyRecursion } from '../errors/raise/privileges.ts'
import { PUBLIC } from '../types/acl-item.ts'
import type { AnalysisContext } from './context.ts'
import type { ColumnId, Expr } from './expression.ts'
import type { ModifyTarget } from './modify-target.ts'
import { constant } from './nodes.ts'
import type { CheckOption, PolicyMoment, TableItem } from './query.ts'
import { CLAUSE } from './scope.ts'
import { storedCondition } from './table-expressions.ts'
import { mentionedColumns } from './walk.ts'

type Command = Exclude<PolicyObject['command'], 'all'>

/** A policy's condition for one use of it. */
interface Condition {
  readonly policy: PolicyObject
  readonly expr: Expr
}

/** The policies of a table that are for the role, and for a command. */
const policiesFor = (
  { catalog }: AnalysisContext,
  role: number,
  relation: RelationObject,
  command: Command,
): readonly PolicyObject[] => {
  const roles = privilegedAs(catalog, role)
  return catalog
    .policiesOf(relation.oid)
    .filter((policy) => policy.command === 'all' || policy.command === command)
    .filter((policy) => policy.roles.some((oid) => oid === PUBLIC || roles.has(oid)))
}

/** The role whose policies hold for a table; null: none do. Throws 42501 where policies would change what is asked for. */
const restrictedRole = (context: AnalysisContext, relation: RelationObject): number | null => {
  if (relation.rowSecurity !== true || context.policyRole === undefined) return null
  context.dependsOnRole = true
  const { policyRole: role, catalog } = context
  if (!appliesRowSecurity(catalog, role, relation)) return null
  if (!context.rowSecurity) throw affectedByRowSecurity(relation.name, isOwner(catalog, role, relation))
  return role
}

/** Analyses a policy's condition over a row of the table. Throws 42P17 for one that asks for the table's rows itself. */
const conditionOf = (context: AnalysisContext, item: TableItem, tree: ParseTree): Expr => {
  const { relation } = item
  if (context.securing.has(relation.oid)) throw policyRecursion(relation.name)
  context.securing.add(relation.oid)
  try {
    return storedCondition(context, item, tree, CLAUSE.policy)
  } finally {
    context.securing.delete(relation.oid)
  }
}

const conditionsOf = (
  context: AnalysisContext,
  item: TableItem,
  policies: readonly PolicyObject[],
  treeOf: (policy: PolicyObject) => ParseTree | null,
): Condition[] =>
  policies.flatMap((policy) => {
    const tree = treeOf(policy)
    return tree === null ? [] : [{ policy, expr: conditionOf(context, item, tree) }]
  })

const either = (context: AnalysisContext, conditions: readonly Condition[]): Expr => {
  const [first, ...others] = conditions.map(({ expr }) => expr)
  if (first === undefined) return constant(false, context.bool)
  if (others.length === 0) return first
  return { kind: 'or', args: [first, ...others], type: context.bool, typmod: -1 }
}

/** Conditions on rows that a command looks at: every restrictive policy's, and one of the permissive ones'. */
const usingConditions = (context: AnalysisContext, role: number, item: TableItem, command: Command): Expr[] => {
  const found = conditionsOf(context, item, policiesFor(context, role, item.relation, command), ({ using }) => using)
  const restrictive = found.filter(({ policy }) => !policy.permissive)
  return [
    ...restrictive.map(({ expr }) => expr),
    either(
      context,
      found.filter(({ policy }) => policy.permissive),
    ),
  ]
}

/** A table in FROM, with the conditions on its rows. `locked`: its rows are locked as if they were to be changed. */
export const securedItem = (context: AnalysisContext, item: TableItem): TableItem => {
  const role = restrictedRole(context, item.relation)
  if (role === null) return item
  return { ...item, security: usingConditions(context, role, item, 'select') }
}

/** The same of a table whose rows are locked: only those that might be changed. */
export const securedForLock = (context: AnalysisContext, item: TableItem): TableItem => {
  const role = restrictedRole(context, item.relation)
  if (role === null) return item
  return { ...item, security: [...(item.security ?? []), ...usingConditions(context, role, item, 'update')] }
}

/** Checks of a row at a moment, over the columns of the table. */
const checks = (
  context: AnalysisContext,
  role: number,
  item: TableItem,
  command: Command,
  on: PolicyMoment,
  only: 'using' | 'with check' = 'with check',
): CheckOption[] => {
  const policies = policiesFor(context, role, item.relation, command)
  const found = conditionsOf(context, item, policies, ({ using, withCheck }) =>
    only === 'using' ? using : (withCheck ?? using),
  )
  const view = item.relation.name
  const permissive = either(
    context,
    found.filter(({ policy }) => policy.permissive),
  )
  const restrictive = found.filter(({ policy }) => !policy.permissive)
  return [
    { view, levels: [], condition: permissive, policy: { name: null, on } },
    ...restrictive.map(({ policy: { name }, expr }) => ({ view, levels: [], condition: expr, policy: { name, on } })),
  ]
}

export interface TargetSecurity {
  /** Conditions on the rows that may be changed. */
  readonly security: readonly Expr[]
  readonly checks: readonly CheckOption[]
}

const UNRESTRICTED: TargetSecurity = { security: [], checks: [] }

/** Whether expressions read columns of the target, itself or through its views. */
const readsTarget = ({ table, levels }: ModifyTarget, exprs: readonly (Expr | null)[]): boolean => {
  const own = new Set<ColumnId>([
    ...table.columns.map(({ id }) => id),
    ...levels.flatMap(({ columns }) => columns.map(({ id }) => id)),
  ])
  return exprs.some((expr) => expr !== null && [...mentionedColumns(expr)].some((id) => own.has(id)))
}

/** As whom the table behind a statement's target is read. */
const asReader = <T>(context: AnalysisContext, { levels }: ModifyTarget, body: () => T): T => {
  const [innermost] = levels
  return innermost === undefined ? body() : context.behindView(innermost.view, body)
}

/** Policies on the target of UPDATE and DELETE; `read`: everything of the statement that may read its columns. */
export const targetSecurity = (
  context: AnalysisContext,
  target: ModifyTarget,
  command: 'update' | 'delete',
  read: readonly (Expr | null)[],
): TargetSecurity =>
  asReader(context, target, () => {
    const { table } = target
    const role = restrictedRole(context, table.relation)
    if (role === null) return UNRESTRICTED
    const reads = readsTarget(target, read)
    const security = [
      ...usingConditions(context, role, table, command),
      ...(reads ? usingConditions(context, role, table, 'select') : []),
    ]
    if (command === 'delete') return { security, checks: [] }
    return {
      security,
      checks: [
        ...checks(context, role, table, 'update', 'update'),
        ...(reads ? checks(context, role, table, 'select', 'update', 'using') : []),
      ],
    }
  })

/** Policies on the rows of an INSERT; `read`: what reads them afterwards. `updates`: ON CONFLICT DO UPDATE. */
export const insertSecurity = (
  context: AnalysisContext,
  target: ModifyTarget,
  updates: boolean,
  read: readonly (Expr | null)[],
  readsKey: boolean,
): readonly CheckOption[] =>
  asReader(context, target, () => {
    const { table } = target
    const role = restrictedRole(context, table.relation)
    if (role === null) return []
    const reads = readsKey || readsTarget(target, read)
    const seen = (on: PolicyMoment): CheckOption[] => (reads ? checks(context, role, table, 'select', on, 'using') : [])
    const inserted = [...checks(context, role, table, 'insert', 'insert'), ...seen('insert')]
    if (!updates) return inserted
    return [
      ...inserted,
      ...checks(context, role, table, 'update', 'conflict', 'using'),
      ...seen('conflict'),
      ...checks(context, role, table, 'update', 'update'),
      ...seen('update'),
    ]
  })

/** Policies on the target of MERGE: rows that are not seen do not match, others must be allowed to be changed. */
export const mergeSecurity = (context: AnalysisContext, target: ModifyTarget): TargetSecurity => {
  const { table } = target
  const role = restrictedRole(context, table.relation)
  if (role === null) return UNRESTRICTED
  return {
    security: usingConditions(context, role, table, 'select'),
    checks: [
      ...checks(context, role, table, 'update', 'merge update', 'using'),
      ...checks(context, role, table, 'delete', 'merge delete', 'using'),
      ...checks(context, role, table, 'update', 'update'),
      ...checks(context, role, table, 'select', 'update', 'using'),
      ...checks(context, role, table, 'insert', 'insert'),
    ],
  }
}

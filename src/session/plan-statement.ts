/**
 * The way of a query from its parse tree to an executable plan:
 *
 *     analyze -> build -> optimize
 *
 * and what the session remembers of it: the row description, the parameter types, the tables to lock.
 */
import type { EvalContext } from '../functions/context.ts'
import { type StatementAccess, statementAccess } from '../analyze/access.ts'
import { analysisContext, analyzeStatement } from '../analyze/analyze.ts'
import { type AnalysisContext, type CursorRows, ParameterTypes, type RoutineScope } from '../analyze/context.ts'
import { isModification } from '../analyze/nodes.ts'
import type { DmlQuery, OutputColumn, Query } from '../analyze/query.ts'
import { sequencesOf } from './sequence-locks.ts'
import { isRenewable } from '../exec/build.ts'
import { constantComputer } from '../exec/expression/constants.ts'
import { buildPlan } from '../plan/build.ts'
import type { PlannerMethods } from '../optimize/methods.ts'
import type { SqlError } from '../errors/sql-error.ts'
import { optimize, type TableFacts } from '../optimize/optimize.ts'
import type { LockRows, PhysicalPlan } from '../plan/physical.ts'
import type { RoleObject } from '../catalog/objects.ts'
import type { CatalogSnapshot } from '../catalog/snapshot.ts'
import type { Node } from '../sql/ast.ts'
import type { FormatContext, SqlType } from '../types/sql-type.ts'
import type { FieldDescription } from './contract.ts'
import { rowLocksOf } from './row-lock-plan.ts'
import type { RunningPlan } from './run-plan.ts'

export type TableLockMode = 'accessShare' | 'rowShare' | 'rowExclusive' | 'share' | 'shareRowExclusive'

export interface TableLock {
  readonly relation: number
  readonly mode: TableLockMode
}

export interface StatementPlan {
  readonly plan: PhysicalPlan
  readonly query: Query | DmlQuery
  /** Null for a data-modifying statement without RETURNING. */
  readonly fields: readonly FieldDescription[] | null
  readonly parameterTypes: readonly SqlType[]
  readonly locks: readonly TableLock[]
  /** Row locks that the statement asks for (FOR UPDATE and its kin), at any level. */
  readonly rowLocks: LockRows['locks']
  /** What whoever runs it must be allowed to do; found when it is asked for. */
  readonly access: () => StatementAccess
  /** It names views, whose owners must be allowed to do what they do. */
  readonly namesViews: boolean
  /** Whom it was planned for, where policies may hold rows back from others; else null. */
  readonly plannedFor: { readonly role: number; readonly rowSecurity: boolean } | null
  /** The role that may run it, as it was found. */
  authorized: RoleObject | null
  readonly catalogVersion: number
  readonly statisticsVersion: number
  readonly searchPath: readonly number[]
  /** What the planner settings allowed. */
  readonly methods: PlannerMethods
  /** May be used again for the same text. */
  readonly cacheable: boolean
  readonly writes: boolean
  /** What a computation of constants in it ends in, as soon as it is to run. */
  readonly failure: SqlError | null
  /** Whether its operators may run again (`isRenewable`), and those that have run and are ready to. */
  readonly renewable: boolean
  idle: RunningPlan | null
}

export interface PlanningInput {
  readonly catalog: CatalogSnapshot
  readonly searchPath: readonly number[]
  readonly format: FormatContext
  readonly databaseName: string
  readonly actingRole: number
  /** The setting row_security. */
  readonly rowSecurity: boolean
  readonly tables: TableFacts
  /** For what is computed while planning. */
  readonly eval?: EvalContext
  readonly statisticsVersion: number
  readonly methods: PlannerMethods
  /** Declared parameter types; null where they are to be inferred. */
  readonly parameters: readonly (SqlType | null)[]
  /** Parameters beyond the declared ones may appear. */
  readonly openParameters: boolean
  /** The function whose body the statement is part of. */
  readonly routine?: RoutineScope
  /** The session's cursors, for WHERE CURRENT OF. */
  readonly cursors?: CursorRows
  /** Changes the query before it is planned. */
  readonly reshape?: (context: AnalysisContext, query: Query | DmlQuery) => Query | DmlQuery
}

export const planStatement = (node: Node, input: PlanningInput): StatementPlan => {
  const parameters = new ParameterTypes(input.parameters, input.openParameters)
  const context = analysisContext({ ...input, parameters, policyRole: input.actingRole })
  context.cursors = input.cursors ?? null
  context.rowSecurity = input.rowSecurity
  const analyzed = analyzeStatement(context, node)
  const query = input.reshape?.(context, analyzed) ?? analyzed
  const logical = buildPlan(context, query)
  let failure: SqlError | null = null
  const plan = optimize(logical, {
    freshColumn: () => context.freshColumn(),
    typeOf: (oid) => context.typeOf(oid),
    catalog: input.catalog,
    tables: input.tables,
    ...(input.eval === undefined ? {} : { compute: constantComputer(input.catalog, input.eval) }),
    methods: input.methods,
    failed: (error) => {
      failure ??= error
    },
  })
  const targets = modifiedTables(query)
  const rowLocks = rowLocksOf(plan)
  return {
    plan,
    query,
    fields: isModification(query) && query.returning === null ? null : query.outputs.map(fieldOf),
    parameterTypes: parameters.resolved(),
    locks: [
      ...[...context.relations]
        .filter((oid) => input.catalog.relation(oid)?.system === null)
        .map((relation) => ({ relation, mode: lockMode(relation, targets, rowLocks) })),
      ...sequencesOf(query, input.catalog).map((relation) => ({ relation, mode: 'rowExclusive' as const })),
    ],
    rowLocks,
    access: () => statementAccess(analyzed),
    namesViews: [...context.relations].some((oid) => input.catalog.relation(oid)?.kind === 'v'),
    plannedFor: context.dependsOnRole ? { role: input.actingRole, rowSecurity: input.rowSecurity } : null,
    authorized: null,
    catalogVersion: input.catalog.version,
    statisticsVersion: input.statisticsVersion,
    searchPath: input.searchPath,
    methods: input.methods,
    cacheable: !context.dependsOnSettings,
    writes: targets.size > 0,
    failure,
    renewable: isRenewable(plan),
    idle: null,
  }
}

const lockMode = (
  relation: number,
  targets: ReadonlySet<number>,
  rowLocks: StatementPlan['rowLocks'],
): TableLockMode => {
  if (targets.has(relation)) return 'rowExclusive'
  const isLocked = rowLocks.some(({ item }) =>
    [item.relation, ...(item.inheritors ?? [])].some((r) => r.oid === relation),
  )
  return isLocked ? 'rowShare' : 'accessShare'
}

/** Tables that the statement or a CTE of it changes. */
const modifiedTables = (query: Query | DmlQuery): Set<number> => {
  const tables = new Set<number>()
  if (isModification(query)) {
    tables.add(query.table.relation.oid)
    for (const { oid } of query.table.inheritors ?? []) tables.add(oid)
  }
  for (const cte of query.ctes) {
    if (isModification(cte.query)) for (const oid of modifiedTables(cte.query)) tables.add(oid)
  }
  return tables
}

const fieldOf = ({ name, tableOid, attnum, type, typmod }: OutputColumn): FieldDescription => ({
  name,
  tableOid,
  attnum,
  type,
  typmod,
})

/** CREATE DOMAIN and ALTER DOMAIN. */
import { withoutPlace } from './without-place.ts'
import { requireOwnerOf, requireTypeUsage } from './permissions.ts'
import { coerceToBoolean, tryCoerce } from '../../analyze/coerce.ts'
import { domainScope } from '../../analyze/domains.ts'
import { tableItem } from '../../analyze/from.ts'
import { columnRef } from '../../analyze/nodes.ts'
import type { OutputColumn } from '../../analyze/query.ts'
import { CLAUSE, Scope } from '../../analyze/scope.ts'
import { resolveTypeName } from '../../analyze/type-name.ts'
import type { ConstraintObject, DomainDefinition, ParseTree, TypeObject } from '../../catalog/objects.ts'
import { expressionDependencies } from '../../analyze/query-dependencies.ts'
import { undefinedType } from '../../errors/raise/analysis.ts'
import {
  columnValuesNull,
  columnValuesViolate,
  conflictingNulls,
  constraintNotForDomains,
  defaultMismatch,
  duplicateDomainConstraint,
  invalidDomainBase,
  multipleDomainDefaults,
  noConstraintForDomain,
  noDomainConstraint,
  notADomain,
  typeUsedByColumn,
} from '../../errors/raise/types.ts'
import {
  bodyOf,
  namesOf,
  type AlterDomainStmt,
  type Constraint,
  type CreateDomainStmt,
  type Node,
  type TypeName,
} from '../../sql/ast.ts'
import { formatType } from '../../types/index.ts'
import { isDomainType } from '../../types/domain-type.ts'
import type { SqlType } from '../../types/sql-type.ts'
import { planColumn } from '../../plan/build-nodes.ts'
import { descriptorsOf } from '../../catalog/columns.ts'
import { compileCondition, layoutOf } from '../expression/compile.ts'
import { analysisFor, chooseName, noticeOf, PG_TYPE, targetSchema, type DefinitionContext } from './context.ts'
import { typeUnder } from './collations.ts'
import { dropObjects } from './drop.ts'
import { containsType } from './contains-type.ts'
import { newTypeName, storeType } from './store-type.ts'
import { batchesOf } from '../../storage/table/batches.ts'

const scopeOf = (context: DefinitionContext) => ({ catalog: context.catalog.snapshot, searchPath: context.searchPath })

export const createDomain = (context: DefinitionContext, node: CreateDomainStmt): void =>
  withoutPlace(() => defineDomain(context, node))

const defineDomain = (context: DefinitionContext, node: CreateDomainStmt): void => {
  const { schema, name } = newTypeName(context, node.domainname)
  const { type: named, typmod } = resolveTypeName(scopeOf(context), node.typeName as TypeName)
  requireTypeUsage(context, named)
  const base = typeUnder(context, named, node.collClause)
  if (!DOMAIN_BASES.has(base.kind)) throw invalidDomainBase(formatType(base, -1))
  const constraints = (node.constraints ?? []).map((n) => bodyOf(n, 'Constraint') as Constraint)
  let nullness: boolean | null = null
  let written: Node | null = null
  for (const constraint of constraints) {
    switch (constraint.contype) {
      case 'CONSTR_NOTNULL':
      case 'CONSTR_NULL': {
        const notNull = constraint.contype === 'CONSTR_NOTNULL'
        if (nullness !== null && nullness !== notNull) throw conflictingNulls()
        nullness = notNull
        break
      }
      case 'CONSTR_DEFAULT':
        if (written !== null) throw multipleDomainDefaults()
        written = constraint.raw_expr ?? null
        break
      case 'CONSTR_CHECK':
        break
      default:
        throw constraintNotForDomains(constraint.contype ?? '')
    }
  }
  const value = defaultTree(context, written, base, typmod, name)
  const collation = base.collated === undefined ? {} : { collation: base.collated.oid }
  const domain: DomainDefinition = { base: base.oid, ...collation, typmod, notNull: nullness === true, default: value }
  const object = storeType(context, { schema, name, domain })
  for (const constraint of constraints) if (constraint.contype === 'CONSTR_CHECK') addCheck(context, object, constraint)
}

/** Types that domains may be over: base types, composites, domains, enums, ranges and multiranges. */
const DOMAIN_BASES: ReadonlySet<SqlType['kind']> = new Set(['b', 'c', 'd', 'e', 'r', 'm'])

/** A default must be of the domain's type. Null: no default, or NULL. */
const defaultTree = (
  context: DefinitionContext,
  node: Node | null,
  type: SqlType,
  typmod: number,
  name: string,
): ParseTree | null => {
  if (node === null || bodyOf(node, 'A_Const')?.isnull) return null
  const analysis = analysisFor(context)
  const scope = new Scope(null)
  const expr = scope.within(CLAUSE.default, () => analysis.expr(scope, node))
  if (tryCoerce(analysis, expr, type, typmod, 'assignment', undefined) === null) {
    throw defaultMismatch(name, formatType(type, -1), formatType(expr.type, -1))
  }
  return node as unknown as ParseTree
}

const constraintsOf = (context: DefinitionContext, { oid }: TypeObject): readonly ConstraintObject[] =>
  context.catalog.snapshot.constraintsOf(oid)

const addCheck = (context: DefinitionContext, domain: TypeObject, node: Constraint): ConstraintObject => {
  const taken = new Set(constraintsOf(context, domain).map((c) => c.name))
  if (node.conname !== undefined && taken.has(node.conname)) throw duplicateDomainConstraint(node.conname, domain.name)
  const name = node.conname ?? chooseName(domain.name, null, 'check', (candidate) => taken.has(candidate))
  const check = node.raw_expr as unknown as ParseTree
  const { base, typmod } = domain.domain as DomainDefinition
  const analysis = analysisFor(context)
  const { scope } = domainScope(analysis, analysis.typeOf(base), typmod)
  const condition = scope.within(CLAUSE.check, () =>
    coerceToBoolean(analysis, analysis.expr(scope, check as unknown as Node), 'CHECK', undefined),
  )
  const constraint: ConstraintObject = {
    class: 'constraint',
    oid: context.catalog.allocateOid(),
    name,
    owner: domain.owner,
    comment: null,
    acl: null,
    depends: [
      { oid: domain.oid, attnum: 0, kind: 'auto' },
      ...expressionDependencies(context.catalog.snapshot, condition),
    ],
    schema: domain.schema,
    table: 0,
    domain: domain.oid,
    type: 'check',
    columns: [],
    check,
    index: 0,
    foreign: null,
    deferrable: false,
    initiallyDeferred: false,
    validated: !(node.skip_validation ?? false),
    noInherit: false,
  }
  context.catalog.put(constraint)
  return constraint
}

/** The domain that is named. Throws 42704, 42809. */
export const domainNamed = (context: DefinitionContext, names: readonly string[]): TypeObject => {
  const { snapshot } = context.catalog
  const path = names.length > 1 ? [targetSchema(context, names.at(-2)).oid] : context.searchPath
  const type = snapshot.findType(names.at(-1) as string, path)
  if (type === null) throw undefinedType(names.join('.'))
  const object = snapshot.typeObject(type.oid)
  if (object?.domain === undefined) throw notADomain(formatType(type, -1))
  return object
}

export const alterDomain = async (context: DefinitionContext, node: AlterDomainStmt): Promise<void> => {
  const object = domainNamed(context, namesOf(node.typeName))
  requireOwnerOf(context, object)
  await context.lockObject(PG_TYPE, object.oid, 'accessExclusive')
  const domain = object.domain as DomainDefinition
  const put = (changed: Partial<DomainDefinition>): void =>
    context.catalog.put({ ...object, domain: { ...domain, ...changed } })
  switch (node.subtype) {
    case 'T': {
      const base = context.catalog.snapshot.typeOf(domain.base)
      return put({ default: defaultTree(context, node.def ?? null, base, domain.typmod, object.name) })
    }
    case 'N':
      return put({ notNull: false })
    case 'O':
      await requireValues(context, object, null)
      return put({ notNull: true })
    case 'C': {
      const constraint = addCheck(context, object, bodyOf(node.def as Node, 'Constraint') as Constraint)
      if (constraint.validated) await requireValues(context, object, constraint)
      return
    }
    case 'X': {
      const constraint = constraintsOf(context, object).find((c) => c.name === node.name)
      if (constraint !== undefined) return dropObjects(context, [constraint], node.behavior === 'DROP_CASCADE')
      if (!node.missing_ok) throw noDomainConstraint(node.name ?? '', object.name)
      noticeOf(context, `constraint "${node.name}" of domain "${object.name}" does not exist, skipping`)
      return
    }
    case 'V': {
      const constraint = constraintsOf(context, object).find((c) => c.name === node.name)
      if (constraint === undefined) throw noDomainConstraint(node.name ?? '', object.name)
      await requireValues(context, object, constraint)
      context.catalog.put({ ...constraint, validated: true })
    }
  }
}

/** Whether a column's values are of the domain, or of a domain over it. */
const isOfDomain = (type: SqlType, domain: number): boolean =>
  type.oid === domain || (isDomainType(type) && isOfDomain(type.base, domain))

/** Values in tables must satisfy a new constraint; null: NOT NULL. Throws 23514, 23502. */
const requireValues = async (
  context: DefinitionContext,
  object: TypeObject,
  constraint: ConstraintObject | null,
): Promise<void> => {
  for (const relation of context.catalog.snapshot.all('relation')) {
    if (relation.kind !== 'r' || relation.system !== null) continue
    const holders = relation.columns.filter((c) => !c.dropped && containsType(context, c.type, object.oid))
    const columns = holders.filter((c) => isOfDomain(c.type, object.oid))
    const within = holders.find((c) => !columns.includes(c))
    if (within !== undefined) throw typeUsedByColumn(object.name, relation.name, within.name)
    if (columns.length === 0) continue
    await context.lock(relation.oid, 'share')
    const analysis = analysisFor(context)
    const item = tableItem(analysis, relation)
    const execution = context.execution()
    for (const column of columns) {
      const output = item.columns.find((c) => c.attnum === column.attnum) as OutputColumn
      const bool = analysis.bool
      const { scope, value } = domainScope(analysis, output.type, output.typmod)
      const tree = constraint?.check as unknown as Node
      const check =
        constraint === null
          ? null
          : scope.within(CLAUSE.check, () => coerceToBoolean(analysis, analysis.expr(scope, tree), 'CHECK', undefined))
      const violated = compileCondition(
        check === null
          ? { kind: 'is-null', arg: columnRef(output), negated: false, type: bool, typmod: -1 }
          : { kind: 'bool-test', arg: check, test: 'false', negated: false, type: bool, typmod: -1 },
        { context: execution, layout: layoutOf([check === null ? planColumn(output) : planColumn(value)]) },
      )
      const scan = context.storage
        .store(relation.storageId)
        .scan(execution.snapshot, { columns: descriptorsOf(relation), projection: [column.attnum - 1] })
      for await (const batch of batchesOf(scan)) {
        if (violated(batch) !== null) {
          throw check === null
            ? columnValuesNull(column.name, relation.name)
            : columnValuesViolate(column.name, relation.name)
        }
      }
    }
  }
}

/** ALTER DOMAIN … RENAME CONSTRAINT. */
export const renameDomainConstraint = (
  context: DefinitionContext,
  names: readonly string[],
  from: string,
  to: string,
): void => {
  const object = domainNamed(context, names)
  requireOwnerOf(context, object)
  const constraints = constraintsOf(context, object)
  const found = constraints.find((c) => c.name === from)
  if (found === undefined) throw noConstraintForDomain(from, object.name)
  if (constraints.some((c) => c.name === to)) throw duplicateDomainConstraint(to, object.name)
  context.catalog.put({ ...found, name: to })
}

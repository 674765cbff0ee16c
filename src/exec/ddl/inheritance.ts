/** CREATE TABLE … INHERITS, ALTER TABLE … INHERIT and NO INHERIT: what a table has from its parents. */
import { requireTableOwner } from './permissions.ts'
import { namedRelation } from '../../analyze/from.ts'
import { rebindColumns, sameTree } from '../../analyze/stored-trees.ts'
import { ancestorsOf, columnMap, parentDependency } from '../../catalog/inheritance.ts'
import type { Column, ConstraintObject, Dependency, ParseTree, RelationObject } from '../../catalog/objects.ts'
import { duplicateConstraint } from '../../errors/raise/definitions.ts'
import {
  becomesChildOfPartition,
  childColumnCollation,
  childColumnNullable,
  childColumnType,
  childConstraintDiffers,
  childLacksColumn,
  childLacksConstraint,
  circularInheritance,
  columnCollationConflict,
  columnTypeConflict,
  childColumnGeneration,
  childSpecifiesDefault,
  childSpecifiesGeneration,
  conflictingDefaults,
  conflictingGenerations,
  constraintConflict,
  fixedInheritance,
  generationConflict,
  inheritedCollationConflict,
  inheritedTwice,
  inheritsFromPartition,
  inheritsFromPartitioned,
  notAParent,
  notInheritable,
  typedInheritance,
} from '../../errors/raise/inheritance.ts'
import { bodyOf, type Node, type RangeVar } from '../../sql/ast.ts'
import { formatType } from '../../types/index.ts'
import { currentRelation, noticeOf, type DefinitionContext } from './context.ts'
import { validateCheck } from './constraints.ts'

const typeText = ({ type, typmod }: Column): string => formatType(type, typmod)

const collationText = (column: Column): string => column.type.collated?.name ?? 'default'

const sameType = (a: Column, b: Column): boolean => a.type.oid === b.type.oid && a.typmod === b.typmod

const liveColumnsOf = (relation: RelationObject): Column[] => relation.columns.filter((c) => !c.dropped)

/** The tables named after INHERITS. Throws for what cannot be a parent. */
export const parentTables = (context: DefinitionContext, nodes: readonly Node[]): RelationObject[] => {
  const scope = { catalog: context.catalog.snapshot, searchPath: context.searchPath }
  const parents: RelationObject[] = []
  for (const node of nodes) {
    const parent = namedRelation(scope, bodyOf(node, 'RangeVar') as RangeVar)
    if (parents.some(({ oid }) => oid === parent.oid)) throw inheritedTwice(parent.name)
    requireTableOwner(context, parent)
    refuseParent(parent)
    parents.push(parent)
  }
  return parents
}

const refuseParent = (parent: RelationObject): void => {
  if (parent.kind === 'p') throw inheritsFromPartitioned(parent.name)
  if (parent.partition !== undefined) throw inheritsFromPartition(parent.name)
  if (parent.kind !== 'r' || parent.system !== null) throw notInheritable(parent.name)
}

/** A column on its way into a table, and where its default comes from. */
interface MergedColumn {
  column: Column
  conflict: boolean
}

/** A parent's default or generation expression, over the columns of a child. */
const inheritedDefault = (tree: ParseTree, parent: RelationObject, names: readonly string[]): ParseTree =>
  rebindColumns(tree, (attnum) => names.indexOf(parent.columns[attnum - 1]?.name ?? '') + 1)

/**
 * The columns of a new table: its parents' first, each once, then its own. A column of its own that a parent has as well
 * stands where the parent's does. Numbers of columns are those of the new table.
 */
export const mergeColumns = (
  context: DefinitionContext,
  parents: readonly RelationObject[],
  own: readonly Column[],
  isPartition: boolean,
): Column[] => {
  const merged: MergedColumn[] = []
  const find = (name: string): MergedColumn | undefined => merged.find(({ column }) => column.name === name)
  const names = [...new Set([...parents.flatMap(liveColumnsOf), ...own].map((c) => c.name))]
  for (const parent of parents) {
    for (const from of liveColumnsOf(parent)) {
      const fallback = from.default === null ? null : inheritedDefault(from.default, parent, names)
      const known = find(from.name)
      if (known === undefined) {
        const column: Column = { ...from, default: fallback, identity: null, missing: null, inherited: 1, local: false }
        merged.push({ column: { ...column, comment: null }, conflict: false })
        continue
      }
      noticeOf(context, `merging multiple inherited definitions of column "${from.name}"`)
      const { column } = known
      if (!sameType(column, from)) throw columnTypeConflict(true, from.name, typeText(column), typeText(from))
      if (column.collation !== from.collation) {
        throw inheritedCollationConflict(from.name, collationText(column), collationText(from))
      }
      if (column.generated !== from.generated) throw generationConflict(from.name)
      if (fallback !== null && column.default !== null) {
        known.conflict ||= !sameTree(fallback, column.default)
      }
      known.column = {
        ...column,
        notNull: column.notNull || from.notNull,
        default: column.default ?? fallback,
        inherited: (column.inherited ?? 0) + 1,
      }
    }
  }
  for (const column of own) {
    const known = find(column.name)
    if (known === undefined) {
      merged.push({ column, conflict: false })
      continue
    }
    if (!isPartition) {
      noticeOf(context, `merging column "${column.name}" with inherited definition`)
      if (!sameType(known.column, column)) {
        throw columnTypeConflict(false, column.name, typeText(known.column), typeText(column))
      }
      if (known.column.collation !== column.collation) {
        throw columnCollationConflict(column.name, collationText(known.column), collationText(column))
      }
    }
    if (known.column.generated && column.generated) throw childSpecifiesGeneration(column.name)
    if (known.column.generated && column.default !== null) throw childSpecifiesDefault(column.name)
    const { local: _, ...inherited } = known.column
    known.conflict &&= column.default === null
    known.column = {
      ...inherited,
      ...(isPartition ? { local: false as const } : {}),
      notNull: inherited.notNull || column.notNull,
      default: column.default ?? inherited.default,
      generated: column.default === null ? inherited.generated : column.generated,
    }
  }
  const conflict = merged.find((m) => m.conflict)
  if (conflict !== undefined) {
    const { name, generated } = conflict.column
    throw generated ? conflictingGenerations(name) : conflictingDefaults(name)
  }
  return merged.map(({ column }, i) => ({ ...column, attnum: i + 1 }))
}

/** A parent's check over the child's columns. */
const checkFor = (parent: RelationObject, child: RelationObject, constraint: ConstraintObject): ParseTree => {
  const map = columnMap(parent, child)
  return rebindColumns(constraint.check as ParseTree, (attnum) => (map === null ? attnum : (map[attnum - 1] ?? 0)))
}

/** Checks that children get. */
export const heritableChecks = (context: DefinitionContext, parent: RelationObject): ConstraintObject[] =>
  context.catalog.snapshot.constraintsOf(parent.oid).filter((c) => c.type === 'check' && !c.noInherit)

/**
 * Gives a child a check of its parent, or counts the one it has already. `isNew`: the child has no rows yet, or they
 * are known to satisfy it.
 */
export const inheritCheck = async (
  context: DefinitionContext,
  parent: RelationObject,
  child: RelationObject,
  constraint: ConstraintObject,
  isNew: boolean,
): Promise<void> => {
  const check = checkFor(parent, child, constraint)
  const existing = context.catalog.snapshot.constraintsOf(child.oid).find((c) => c.name === constraint.name)
  if (existing !== undefined) {
    if (existing.check === null || !sameTree(existing.check, check)) {
      throw duplicateConstraint(constraint.name, child.name)
    }
    if (existing.noInherit) throw constraintConflict(constraint.name, isNew ? 'inherited' : 'non-inherited', child.name)
    if (!isNew && constraint.validated && !existing.validated) {
      throw constraintConflict(constraint.name, 'NOT VALID', child.name)
    }
    if (!isNew) noticeOf(context, `merging constraint "${constraint.name}" with inherited definition`)
    context.catalog.put({ ...existing, inherited: (existing.inherited ?? 0) + 1 })
    return
  }
  const map = columnMap(parent, child)
  const columns = constraint.columns.map((attnum) => (map === null ? attnum : (map[attnum - 1] ?? 0)))
  const depends: Dependency[] = [
    ...(columns.length === 0 ? [0] : columns).map((attnum) => ({ oid: child.oid, attnum, kind: 'auto' as const })),
    ...constraint.depends.filter(({ oid }) => oid !== parent.oid),
  ]
  const inherited: ConstraintObject = {
    ...constraint,
    oid: context.catalog.allocateOid(),
    table: child.oid,
    schema: child.schema,
    columns,
    check,
    depends,
    inherited: 1,
    local: false,
    comment: null,
  }
  context.catalog.put(inherited)
  if (!isNew && inherited.validated) await validateCheck(context, child.oid, inherited.name)
}

/** A check that a new child writes itself as well as its parent stays one: it is local and inherited. */
export const mergeChecks = async (
  context: DefinitionContext,
  parents: readonly RelationObject[],
  child: RelationObject,
): Promise<void> => {
  for (const parent of parents) {
    for (const constraint of heritableChecks(context, parent)) {
      await inheritCheck(context, parent, child, constraint, true)
    }
  }
}

const sameGeneration = (parent: RelationObject, from: Column, child: RelationObject, column: Column): boolean => {
  const map = columnMap(parent, child)
  const over = (tree: ParseTree): ParseTree =>
    rebindColumns(tree, (attnum) => (map === null ? attnum : (map[attnum - 1] ?? 0)))
  return from.default !== null && sameTree(over(from.default), column.default)
}

/** What partitioned tables and partitions inherit is fixed. Throws 42809. */
const requireOwnParents = (child: RelationObject): void => {
  if (child.ofType !== undefined) throw typedInheritance()
  if (child.partition !== undefined) throw fixedInheritance('a partition')
  if (child.kind === 'p') throw fixedInheritance('partitioned table')
}

/** ALTER TABLE … INHERIT. */
export const addParent = (context: DefinitionContext, child: RelationObject, node: RangeVar): void => {
  const { snapshot } = context.catalog
  requireOwnParents(child)
  const parent = namedRelation({ catalog: snapshot, searchPath: context.searchPath }, node)
  requireTableOwner(context, parent)
  if (parent.partition !== undefined && parent.kind === 'r') throw becomesChildOfPartition()
  refuseParent(parent)
  if (parent.oid === child.oid || ancestorsOf(snapshot, parent).some(({ oid }) => oid === child.oid)) {
    throw circularInheritance(parent.name, child.name)
  }
  if (child.inherits?.includes(parent.oid)) throw inheritedTwice(parent.name)
  attachColumns(context, parent, child, false)
}

/** Makes a table that is there a child: it must have the parent's columns and checks. */
export const attachColumns = (
  context: DefinitionContext,
  parent: RelationObject,
  child: RelationObject,
  isPartition: boolean,
): RelationObject => {
  const inherited = liveColumnsOf(parent)
  for (const from of inherited) {
    const column = liveColumnsOf(child).find((c) => c.name === from.name)
    if (column === undefined) throw childLacksColumn(from.name)
    if (!sameType(column, from)) throw childColumnType(child.name, from.name)
    if (column.collation !== from.collation) throw childColumnCollation(child.name, from.name)
    if (from.notNull && !column.notNull) throw childColumnNullable(from.name)
    if (from.generated && !column.generated) throw childColumnGeneration(from.name, 'missing')
    if (from.generated && !sameGeneration(parent, from, child, column)) {
      throw childColumnGeneration(from.name, 'different')
    }
  }
  for (const constraint of heritableChecks(context, parent)) {
    const own = context.catalog.snapshot.constraintsOf(child.oid).find((c) => c.name === constraint.name)
    if (own === undefined || own.check === null) throw childLacksConstraint(constraint.name)
    if (!sameTree(own.check, checkFor(parent, child, constraint))) {
      throw childConstraintDiffers(child.name, constraint.name)
    }
    const { local: _, ...rest } = own
    context.catalog.put({
      ...rest,
      inherited: (own.inherited ?? 0) + 1,
      ...(isPartition || own.local === false ? { local: false as const } : {}),
    })
  }
  const names = new Set(inherited.map((c) => c.name))
  const changed: RelationObject = {
    ...child,
    columns: child.columns.map((c) =>
      c.dropped || !names.has(c.name)
        ? c
        : { ...c, inherited: (c.inherited ?? 0) + 1, ...(isPartition ? { local: false as const } : {}) },
    ),
    inherits: [...(child.inherits ?? []), parent.oid],
    depends: [...child.depends, parentDependency(parent, isPartition)],
  }
  context.catalog.put(changed)
  return changed
}

/** ALTER TABLE … NO INHERIT. */
export const removeParent = (context: DefinitionContext, child: RelationObject, node: RangeVar): void => {
  if (child.partition !== undefined) throw fixedInheritance('a partition')
  const scope = { catalog: context.catalog.snapshot, searchPath: context.searchPath }
  const parent = namedRelation(scope, node)
  if (!child.inherits?.includes(parent.oid)) throw notAParent(parent.name, child.name)
  detachColumns(context, parent, currentRelation(context, child.oid))
}

/** Ends what `attachColumns` begins: what is left is the child's own. */
export const detachColumns = (
  context: DefinitionContext,
  parent: RelationObject,
  child: RelationObject,
): RelationObject => {
  const names = new Set(liveColumnsOf(parent).map((c) => c.name))
  const checks = new Set(heritableChecks(context, parent).map((c) => c.name))
  for (const constraint of context.catalog.snapshot.constraintsOf(child.oid)) {
    if (constraint.type === 'check' && checks.has(constraint.name)) context.catalog.put(withoutParent(constraint))
  }
  const { inherits = [], ...rest } = child
  const others = inherits.filter((oid) => oid !== parent.oid)
  const changed: RelationObject = {
    ...rest,
    ...(others.length === 0 ? {} : { inherits: others }),
    columns: child.columns.map((c) => (!c.dropped && names.has(c.name) ? withoutParent(c) : c)),
    depends: child.depends.filter((d) => d.oid !== parent.oid || d.attnum !== 0),
  }
  context.catalog.put(changed)
  return changed
}

/** One parent less has it; without any it is the table's own. */
export const withoutParent = <T extends { readonly inherited?: number; readonly local?: false }>(
  item: T,
): Omit<T, 'local' | 'inherited'> & T => {
  const { inherited = 0, local, ...rest } = item
  const left = Math.max(0, inherited - 1)
  const kept = { ...rest, ...(left === 0 ? {} : { inherited: left }) }
  return (left > 0 && local === false ? { ...kept, local } : kept) as Omit<T, 'local' | 'inherited'> & T
}

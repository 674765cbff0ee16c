/** Partitions: what a new one gets from its table, ATTACH and DETACH. */
import { requireTableOwner } from './permissions.ts'
import { namedRelation } from '../../analyze/from.ts'
import { withDescendants } from '../../catalog/inheritance.ts'
import type { PartitionBound, RelationObject } from '../../catalog/objects.ts'
import { partitionDescriptor, scannedTables } from '../../catalog/partitions.ts'
import {
  circularInheritance,
  detachesBesideDefault,
  differentPersistence,
  extraPartitionColumn,
  notAPartition,
  partitionOfOther,
  partitionViolatedByRow,
  tableNotPartitioned,
} from '../../errors/raise/inheritance.ts'
import { actionNotForKind } from '../../errors/raise/definitions.ts'
import type { PartitionCmd, RangeVar } from '../../sql/ast.ts'
import { descriptorsOf } from '../../catalog/columns.ts'
import { checkPartitionRemoval, foreignKeysAbove } from '../foreign-keys/partition-removal.ts'
import { PartitionCheck } from '../modify/partition-key.ts'
import { currentRelation, type DefinitionContext } from './context.ts'
import { attachColumns, detachColumns } from './inheritance.ts'
import { checkBound, partitionBound } from './partition-bounds.ts'
import { inheritForeignKey } from './partition-foreign-keys.ts'
import { attachIndexPartition, inheritIndex } from './partition-indexes.ts'
import { batchesOf } from '../../storage/table/batches.ts'

/** Reads all rows of a table, or of its partitions, and throws 23514 for one that the table is not to have. */
const checkPartitionRows = async (
  context: DefinitionContext,
  relation: RelationObject,
  isDefault: boolean,
): Promise<void> => {
  for (const { oid } of scannedTables(context.catalog.snapshot, relation)) {
    const table = currentRelation(context, oid)
    const execution = context.execution()
    const check = new PartitionCheck(execution, table)
    const columns = descriptorsOf(table)
    const projection = columns.map((_, i) => i)
    const scan = context.storage.store(table.storageId).scan(execution.snapshot, { columns, projection })
    for await (const batch of batchesOf(scan)) {
      for (let k = 0; k < batch.count; k++) {
        if (!check.accepts(batch.row(k))) throw partitionViolatedByRow(table.name, isDefault)
      }
      const wait = execution.poll()
      if (wait !== null) await wait.promise
    }
  }
}

/** Rows of the default partition that a new partition is for must not be there. */
export const checkDefaultPartition = async (context: DefinitionContext, parent: RelationObject): Promise<void> => {
  const { fallback } = partitionDescriptor(context.catalog.snapshot, parent)
  if (fallback !== null) await checkPartitionRows(context, currentRelation(context, fallback.relation.oid), true)
}

/** Gives a partition the indexes, keys and foreign keys of its table. */
export const inheritKeys = async (
  context: DefinitionContext,
  parent: RelationObject,
  child: RelationObject,
): Promise<void> => {
  const { snapshot } = context.catalog
  for (const index of snapshot.indexesOf(parent.oid)) await inheritIndex(context, parent, child.oid, index)
  for (const constraint of snapshot.constraintsOf(parent.oid)) {
    if (constraint.foreign !== null) await inheritForeignKey(context, parent, child.oid, constraint)
  }
}

const named = (context: DefinitionContext, range: RangeVar): RelationObject =>
  namedRelation({ catalog: context.catalog.snapshot, searchPath: context.searchPath }, range)

export const attachPartition = async (
  context: DefinitionContext,
  parent: RelationObject,
  command: PartitionCmd,
): Promise<void> => {
  if (parent.kind === 'I') return attachIndexPartition(context, parent, named(context, command.name as RangeVar))
  if (parent.kind !== 'p') throw tableNotPartitioned(parent.name)
  const child = named(context, command.name as RangeVar)
  if (child.kind !== 'r' && child.kind !== 'p') throw actionNotForKind('ATTACH PARTITION', child.name, child.kind)
  requireTableOwner(context, child)
  await context.lock(child.oid, 'accessExclusive')
  if (child.partition !== undefined) throw partitionOfOther(child.name)
  if (child.ofType !== undefined) throw partitionOfOther(child.name, 'cannot attach a typed table as partition')
  if ((child.inherits?.length ?? 0) > 0)
    throw partitionOfOther(child.name, 'cannot attach inheritance child as partition')
  if (child.kind === 'r' && context.catalog.snapshot.childrenOf(child.oid).length > 0) {
    throw partitionOfOther(child.name, 'cannot attach inheritance parent as partition')
  }
  if (withDescendants(context.catalog.snapshot, child).some(({ oid }) => oid === parent.oid)) {
    throw circularInheritance(parent.name, child.name)
  }
  requireSamePersistence(parent, child.persistence, 'attach')
  const extra = child.columns.find((c) => !c.dropped && !parent.columns.some((p) => !p.dropped && p.name === c.name))
  if (extra !== undefined) throw extraPartitionColumn(child.name, extra.name, parent.name)
  const spec = command.bound ?? {}
  const bound = partitionBound(context, parent, spec)
  checkBound(context, parent, child.name, bound, spec)
  const attached = becomePartition(context, parent, child, bound)
  await checkPartitionRows(context, attached, false)
  await checkDefaultPartition(context, parent)
  await inheritKeys(context, parent, attached)
}

/** Rows of the session's own and of all sessions do not go together. Throws 42809. */
export const requireSamePersistence = (
  parent: RelationObject,
  persistence: RelationObject['persistence'],
  verb: 'create' | 'attach',
): void => {
  const isTemporary = persistence === 't'
  if (isTemporary !== (parent.persistence === 't')) throw differentPersistence(parent.name, isTemporary, verb)
}

const becomePartition = (
  context: DefinitionContext,
  parent: RelationObject,
  child: RelationObject,
  bound: PartitionBound,
): RelationObject => {
  const attached = { ...attachColumns(context, parent, child, true), partition: bound }
  context.catalog.put(attached)
  return attached
}

export const detachPartition = async (
  context: DefinitionContext,
  parent: RelationObject,
  command: PartitionCmd,
): Promise<void> => {
  if (parent.kind !== 'p') throw tableNotPartitioned(parent.name)
  if (command.concurrent && partitionDescriptor(context.catalog.snapshot, parent).fallback !== null) {
    throw detachesBesideDefault()
  }
  const child = named(context, command.name as RangeVar)
  if (child.partition === undefined || !child.inherits?.includes(parent.oid))
    throw notAPartition(child.name, parent.name)
  await context.lock(child.oid, 'accessExclusive')
  const execution = context.execution()
  for (const constraint of foreignKeysAbove(execution, currentRelation(context, child.oid))) {
    await context.lock(constraint.table, 'share')
    await checkPartitionRemoval(execution, currentRelation(context, child.oid), constraint)
  }
  const { partition: _, ...rest } = detachColumns(context, parent, currentRelation(context, child.oid))
  context.catalog.put(rest)
  const { snapshot } = context.catalog
  for (const index of snapshot.indexesOf(child.oid)) {
    if (index.inherits === undefined) continue
    const { inherits, ...own } = index
    context.catalog.put({ ...own, depends: index.depends.filter((d) => !inherits.includes(d.oid)) })
  }
  for (const constraint of snapshot.constraintsOf(child.oid)) {
    if (constraint.parent === undefined) continue
    const { parent: above, inherited: __, local: ___, ...own } = constraint
    context.catalog.put({ ...own, depends: constraint.depends.filter((d) => d.oid !== above) })
  }
}

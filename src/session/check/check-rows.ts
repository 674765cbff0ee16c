/** Whether a table's rows satisfy its constraints: NOT NULL, CHECK, FOREIGN KEY and the bounds of a partition. */
import { PG_CATALOG } from '../../types/oids.ts'
import { analysisContext } from '../../analyze/analyze.ts'
import { ParameterTypes } from '../../analyze/context.ts'
import { tableItem } from '../../analyze/from.ts'
import { tableChecks } from '../../analyze/table-expressions.ts'
import type { ConstraintObject, ForeignKey, RelationObject } from '../../catalog/objects.ts'
import { PUBLIC_SCHEMA } from '../../catalog/snapshot.ts'
import { descriptorsOf } from '../../catalog/columns.ts'
import type { ExecutionContext } from '../../exec/context.ts'
import { compileCondition, layoutOf } from '../../exec/expression/compile.ts'
import { partsOf } from '../../exec/foreign-keys/reference.ts'
import { PartitionCheck } from '../../exec/modify/partition-key.ts'
import { planColumn } from '../../plan/build-nodes.ts'
import type { Batch } from '../../vector/batch.ts'
import { type CheckContext, type Finding, nameOf, RowProblems } from './finding.ts'
import { batchesOf } from '../../storage/table/batches.ts'

/** Looks at the visible rows of a batch, whose last column holds their rowids. */
interface BatchCheck {
  look(batch: Batch): void | Promise<void>
  readonly problems: RowProblems
}

/** Throws XX001 when rows cannot be read. */
export const checkRows = async (context: CheckContext, relation: RelationObject): Promise<Finding[]> => {
  const { execution, rest } = context
  const checks: BatchCheck[] = [
    ...notNullChecks(execution, relation),
    ...checkConstraints(execution, relation),
    ...(await foreignKeyChecks(execution, relation)),
    ...partitionChecks(execution, relation),
  ]
  const columns = relation.columns.filter((column) => !column.dropped)
  const scan = execution.storage.store(relation.storageId).scan(execution.snapshot, {
    columns: descriptorsOf(relation),
    projection: columns.map((column) => column.attnum - 1),
    withRowids: true,
  })
  for await (const batch of batchesOf(scan)) {
    for (const check of checks) await check.look(batch)
    await rest()
  }
  return checks.flatMap(({ problems }) => problems.findings())
}

const rowidAt = (batch: Batch, position: number): number => batch.columns.at(-1)?.get(position) as number

/** Places of columns in the batches of `checkRows`, by attribute number. */
const placesOf = (relation: RelationObject, attnums: readonly number[]): number[] => {
  const present = relation.columns.filter((column) => !column.dropped).map((column) => column.attnum)
  return attnums.map((attnum) => present.indexOf(attnum))
}

const notNullChecks = ({ catalog }: ExecutionContext, relation: RelationObject): BatchCheck[] => {
  const columns = relation.columns.filter((column) => column.notNull && !column.dropped)
  const places = placesOf(
    relation,
    columns.map((column) => column.attnum),
  )
  return columns.map((column, i): BatchCheck => {
    const place = places[i] as number
    const problems = new RowProblems(
      nameOf(catalog, relation),
      (row) => `row ${row} has a null value in column "${column.name}", which is NOT NULL`,
    )
    const look = (batch: Batch): void => {
      const vector = batch.columns[place]
      for (let k = 0; k < batch.count; k++) {
        if (vector?.isNull(batch.position(k))) problems.add(rowidAt(batch, batch.position(k)))
      }
    }
    return { look, problems }
  })
}

/** A partition has only rows that its bounds, and those above it, let in. */
const partitionChecks = (execution: ExecutionContext, relation: RelationObject): BatchCheck[] => {
  if (relation.partition === undefined) return []
  const check = new PartitionCheck(execution, relation)
  const places = placesOf(
    relation,
    relation.columns.map((column) => column.attnum),
  )
  const problems = new RowProblems(nameOf(execution.catalog, relation), (row) => `row ${row} is not for this partition`)
  const look = (batch: Batch): void => {
    for (let k = 0; k < batch.count; k++) {
      const position = batch.position(k)
      const row = places.map((place) => batch.columns[place]?.get(position) ?? null)
      if (!check.accepts(row)) problems.add(rowidAt(batch, position))
    }
  }
  return [{ look, problems }]
}

const checkConstraints = (execution: ExecutionContext, relation: RelationObject): BatchCheck[] => {
  const { catalog } = execution
  const validated = new Set(
    catalog
      .constraintsOf(relation.oid)
      .filter((constraint) => constraint.type === 'check' && constraint.validated)
      .map((constraint) => constraint.name),
  )
  if (validated.size === 0) return []
  const analysis = analysisContext({
    catalog,
    searchPath: [PG_CATALOG, PUBLIC_SCHEMA],
    format: execution.eval.format,
    parameters: new ParameterTypes([], false),
    databaseName: '',
  })
  const item = tableItem(analysis, relation)
  const layout = layoutOf(item.columns.map(planColumn))
  return tableChecks(analysis, item)
    .filter(({ name }) => validated.has(name))
    .map(({ name, expr }): BatchCheck => {
      const violated = compileCondition(
        { kind: 'bool-test', arg: expr, test: 'false', negated: false, type: expr.type, typmod: -1 },
        { context: execution, layout },
      )
      const problems = new RowProblems(
        nameOf(catalog, relation),
        (row) => `row ${row} violates check constraint "${name}"`,
      )
      const look = (batch: Batch): void => {
        const bad = violated(batch)
        for (let k = 0; k < (bad?.count ?? 0); k++) problems.add(rowidAt(batch, (bad as Batch).position(k)))
      }
      return { look, problems }
    })
}

type ForeignConstraint = ConstraintObject & { readonly foreign: ForeignKey }

const foreignKeyChecks = async (execution: ExecutionContext, relation: RelationObject): Promise<BatchCheck[]> => {
  const constraints = execution.catalog
    .constraintsOf(relation.oid)
    .filter((constraint): constraint is ForeignConstraint => constraint.foreign !== null && constraint.validated)
  const checks: BatchCheck[] = []
  for (const constraint of constraints) {
    const check = await foreignKeyCheck(execution, relation, constraint)
    if (check !== null) checks.push(check)
  }
  return checks
}

/** Null when the catalog does not have what the constraint names, which is reported elsewhere. */
const foreignKeyCheck = async (
  execution: ExecutionContext,
  relation: RelationObject,
  { name, foreign, columns }: ForeignConstraint,
): Promise<BatchCheck | null> => {
  const { catalog, snapshot } = execution
  const parent = catalog.relation(foreign.table)
  if (parent === null || catalog.relation(foreign.index) === null) return null
  const parts = partsOf(execution, foreign, parent)
  for (const { index } of parts) {
    for (let wait = index.prepare(); wait !== null; wait = index.prepare()) await wait.promise
  }
  const places = placesOf(relation, columns)
  const problems = new RowProblems(
    nameOf(catalog, relation),
    (row) => `row ${row} violates foreign key constraint "${name}": its key is not in ${nameOf(catalog, parent)}`,
  )
  const look = (batch: Batch): void => {
    for (let k = 0; k < batch.count; k++) {
      const position = batch.position(k)
      const key = places.map((place) => batch.columns[place]?.get(position))
      const nulls = key.filter((value) => value === null).length
      if (nulls > 0 && !(foreign.matchFull && nulls < key.length)) continue
      const isIn = ({ index, places: order }: (typeof parts)[number]): boolean => {
        const ordered = order.map((place) => key[place])
        return index.lookup(ordered, snapshot, index.definition.reads).length > 0
      }
      if (nulls > 0 || !parts.some(isIn)) problems.add(rowidAt(batch, position))
    }
  }
  return { look, problems }
}

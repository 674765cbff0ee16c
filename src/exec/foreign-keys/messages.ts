/** What foreign keys say when something is wrong with a row, and the statements that PostgreSQL shows as their context. */
import type { Column, RelationObject } from '../../catalog/objects.ts'
import { foreignKeyViolation } from '../../errors/raise/execution.ts'
import { SqlError } from '../../errors/sql-error.ts'
import { operatorsByName } from '../../functions/index.ts'
import { quoteIdentifier } from '../../functions/keywords.ts'
import { OID } from '../../types/oids.ts'
import type { Datum, SqlType } from '../../types/sql-type.ts'
import type { ExecutionContext } from '../context.ts'
import { columnsAt, type ForeignConstraint, isForeign } from './constraint.ts'

const namesOf = (context: ExecutionContext, relation: RelationObject, constraint: ForeignConstraint) => ({
  schema: context.catalog.schema(relation.schema)?.name ?? '',
  table: relation.name,
  constraint: constraint.name,
})

/** `(a, b)=(1, x)` */
const describeKey = (context: ExecutionContext, columns: readonly Column[], key: readonly Datum[]): string => {
  const values = columns.map(({ type }, i) => type.format(key[i], context.eval.format))
  return `(${columns.map(({ name }) => name).join(', ')})=(${values.join(', ')})`
}

const referencingViolation = (
  context: ExecutionContext,
  constraint: ForeignConstraint,
  child: RelationObject,
  detail: string,
): SqlError =>
  foreignKeyViolation(
    `insert or update on table "${child.name}" violates foreign key constraint "${constraint.name}"`,
    {
      ...namesOf(context, child, constraint),
      detail,
    },
  )

/** A referencing row's key is not there. */
export const keyMissing = (
  context: ExecutionContext,
  constraint: ForeignConstraint,
  child: RelationObject,
  parent: RelationObject,
  key: readonly Datum[],
): SqlError => {
  const described = describeKey(context, columnsAt(child, constraint.columns), key)
  return referencingViolation(context, constraint, child, `Key ${described} is not present in table "${parent.name}".`)
}

/** MATCH FULL: some columns of a key are NULL, but not all. */
export const mixedNulls = (context: ExecutionContext, constraint: ForeignConstraint, child: RelationObject): SqlError =>
  referencingViolation(context, constraint, child, 'MATCH FULL does not allow mixing of null and nonnull key values.')

/** The partitioned table that a partition's foreign key is one of. */
export const wholeTable = (
  { catalog }: Pick<ExecutionContext, 'catalog'>,
  constraint: ForeignConstraint,
): RelationObject | null => {
  const above = constraint.parent === undefined ? null : catalog.constraint(constraint.parent)
  return above !== null && isForeign(above) ? wholeTable({ catalog }, above) : catalog.relation(constraint.table)
}

/** A key that is to go has referencing rows. */
export const keyReferenced = (
  context: ExecutionContext,
  constraint: ForeignConstraint,
  parent: RelationObject,
  part: RelationObject,
  key: readonly Datum[],
): SqlError => {
  const described = describeKey(context, columnsAt(parent, constraint.foreign.columns), key)
  const child = wholeTable(context, constraint) ?? part
  return foreignKeyViolation(
    `update or delete on table "${parent.name}" violates foreign key constraint "${constraint.name}" on table "${child.name}"`,
    {
      ...namesOf(context, child, constraint),
      detail: `Key ${described} is still referenced from table "${child.name}".`,
    },
  )
}

/** A row refers to a key of a partition that is to be removed. */
export const partitionReferenced = (
  context: ExecutionContext,
  constraint: ForeignConstraint,
  partition: RelationObject,
  key: readonly Datum[],
): SqlError => {
  const parent = context.catalog.relation(constraint.foreign.table) as RelationObject
  const described = describeKey(context, columnsAt(parent, constraint.foreign.columns), key)
  const child = wholeTable(context, constraint) as RelationObject
  return foreignKeyViolation(
    `removing partition "${partition.name}" violates foreign key constraint "${constraint.name}"`,
    {
      ...namesOf(context, child, constraint),
      detail: `Key ${described} is still referenced from table "${child.name}".`,
    },
  )
}

// ---- statements

/** Names here are always quoted. */
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

const tableName = ({ catalog }: ExecutionContext, relation: RelationObject): string =>
  `${quoted(catalog.schema(relation.schema)?.name ?? '')}.${quoted(relation.name)}`

/** The types that `=` between a referenced and a referencing column takes. */
const comparedTypes = (referenced: SqlType, referencing: SqlType): readonly [number, number] => {
  const equals = operatorsByName('=')
  if (equals.some((o) => o.left === referenced.oid && o.right === referencing.oid)) {
    return [referenced.oid, referencing.oid]
  }
  const both = equals.some((o) => o.left === referenced.oid && o.right === referenced.oid)
    ? referenced.oid
    : referenced.oid === OID.varchar
      ? OID.text
      : referenced.kind === 'e'
        ? OID.anyenum
        : OID.anyarray
  return [both, both]
}

const castTo = ({ catalog }: ExecutionContext, operand: string, from: SqlType, to: number): string =>
  from.oid === to ? operand : `${operand}::${quoteIdentifier('pg_catalog')}.${quoteIdentifier(catalog.typeOf(to).name)}`

/** `left OPERATOR(pg_catalog.=) right` of the two sides' operands. */
const comparison = (
  context: ExecutionContext,
  [left, leftType]: readonly [string, SqlType],
  [right, rightType]: readonly [string, SqlType],
  [leftTaken, rightTaken]: readonly [number, number],
): string =>
  `${castTo(context, left, leftType, leftTaken)} OPERATOR(pg_catalog.=) ${castTo(context, right, rightType, rightTaken)}`

/** Partitioned tables have no rows of their own. */
const wholeName = (context: ExecutionContext, relation: RelationObject): string =>
  `${relation.kind === 'p' ? '' : 'ONLY '}${tableName(context, relation)}`

/** The query that looks for a referenced row and locks it. */
export const referenceQuery = (
  context: ExecutionContext,
  constraint: ForeignConstraint,
  child: RelationObject,
  parent: RelationObject,
): string => {
  const referencing = columnsAt(child, constraint.columns)
  const conditions = columnsAt(parent, constraint.foreign.columns).map(({ name, type }, i) => {
    const other = (referencing[i] as Column).type
    return comparison(context, [quoted(name), type], [`$${i + 1}`, other], comparedTypes(type, other))
  })
  return `SELECT 1 FROM ${wholeName(context, parent)} x WHERE ${conditions.join(' AND ')} FOR KEY SHARE OF x`
}

/** The statement that removes referencing rows, or gives their columns other values. */
export const cascadeStatement = (
  context: ExecutionContext,
  constraint: ForeignConstraint,
  child: RelationObject,
  parent: RelationObject,
  {
    kind,
    columns,
  }: { readonly kind: 'delete' | 'cascade' | 'set null' | 'set default'; readonly columns: readonly number[] },
): string => {
  const table = wholeName(context, wholeTable(context, constraint) ?? child)
  // New values are numbered first.
  const first = kind === 'cascade' ? constraint.columns.length + 1 : 1
  const referenced = columnsAt(parent, constraint.foreign.columns)
  const conditions = columnsAt(child, constraint.columns).map(({ name, type }, i) => {
    const other = (referenced[i] as Column).type
    return comparison(context, [`$${first + i}`, other], [quoted(name), type], comparedTypes(other, type))
  })
  const where = conditions.join(' AND ')
  if (kind === 'delete') return `DELETE FROM ${table} WHERE ${where}`
  const values = columnsAt(child, columns).map(({ name }, i) => {
    const value = kind === 'cascade' ? `$${i + 1}` : kind === 'set null' ? 'NULL' : 'DEFAULT'
    return `${quoted(name)} = ${value}`
  })
  return `UPDATE ${table} SET ${values.join(', ')} WHERE ${where}`
}

/** An error that came up in such a statement. */
export const within = (error: unknown, statement: string): unknown =>
  error instanceof SqlError ? error.with({ where: `SQL statement "${statement}"` }) : error

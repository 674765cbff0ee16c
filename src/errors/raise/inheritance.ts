/** What inheritance and partitioning refuse. */
import { SqlError, type ErrorFields } from '../sql-error.ts'
import { SQL_STATE, type SqlState } from '../sql-state.ts'
import { LocatedError, type Location } from './analysis.ts'

const error =
  (code: SqlState) =>
  (message: string, fields: ErrorFields = {}): SqlError =>
    new SqlError(code, message, fields)

const wrongType = error(SQL_STATE.wrong_object_type)
const invalidTable = error(SQL_STATE.invalid_table_definition)
const duplicateTable = error(SQL_STATE.duplicate_table)

export const notInheritable = (name: string): SqlError =>
  wrongType(`inherited relation "${name}" is not a table or foreign table`)

export const inheritsFromPartitioned = (name: string): SqlError =>
  wrongType(`cannot inherit from partitioned table "${name}"`)

export const inheritsFromPartition = (name: string): SqlError => wrongType(`cannot inherit from partition "${name}"`)

/** The same where a table is there already. */
export const becomesChildOfPartition = (): SqlError => wrongType('cannot inherit from a partition')

export const inheritedTwice = (name: string): SqlError =>
  duplicateTable(`relation "${name}" would be inherited from more than once`)

export const circularInheritance = (child: string, parent: string): SqlError =>
  duplicateTable('circular inheritance not allowed', { detail: `"${child}" is already a child of "${parent}".` })

export const notAParent = (parent: string, child: string): SqlError =>
  error(SQL_STATE.undefined_table)(`relation "${parent}" is not a parent of relation "${child}"`)

export const columnTypeConflict = (inherited: boolean, column: string, first: string, second: string): SqlError =>
  error(SQL_STATE.datatype_mismatch)(`${inherited ? 'inherited ' : ''}column "${column}" has a type conflict`, {
    detail: `${first} versus ${second}`,
  })

export const conflictingDefaults = (column: string): SqlError =>
  error(SQL_STATE.invalid_column_definition)(`column "${column}" inherits conflicting default values`, {
    hint: 'To resolve the conflict, specify a default explicitly.',
  })

export const conflictingGenerations = (column: string): SqlError =>
  error(SQL_STATE.invalid_column_definition)(`column "${column}" inherits conflicting generation expressions`)

export const generationConflict = (column: string): SqlError =>
  error(SQL_STATE.datatype_mismatch)(`inherited column "${column}" has a generation conflict`)

export const childSpecifiesGeneration = (column: string): SqlError =>
  error(SQL_STATE.invalid_column_definition)(`child column "${column}" specifies generation expression`, {
    hint: 'Omit the generation expression in the definition of the child table column to inherit the generation expression from the parent table.',
  })

export const childSpecifiesIdentity = (column: string): SqlError =>
  error(SQL_STATE.invalid_column_definition)(`column "${column}" inherits from generated column but specifies identity`)

export const typedTablesInherit = (): SqlError => wrongType('typed tables cannot inherit')

export const typedInheritance = (): SqlError => wrongType('cannot change inheritance of typed table')

export const childSpecifiesDefault = (column: string): SqlError =>
  error(SQL_STATE.invalid_column_definition)(`column "${column}" inherits from generated column but specifies default`)

/** ALTER TABLE … INHERIT, ATTACH PARTITION. */
export const childColumnGeneration = (column: string, wrong: 'missing' | 'different'): SqlError =>
  error(SQL_STATE.datatype_mismatch)(
    `column "${column}" in child table ${
      wrong === 'different' ? 'has a conflicting generation expression' : 'must be a generated column'
    }`,
  )

export const inheritedColumnOf = (verb: 'alter', column: string, relation: string): SqlError =>
  invalidTable(`cannot ${verb} inherited column "${column}" of relation "${relation}"`)

export const inheritsFromTemporary = (parent: string): SqlError =>
  error(SQL_STATE.wrong_object_type)(`cannot inherit from temporary relation "${parent}"`)

export const retypedTwice = (column: string): SqlError =>
  error(SQL_STATE.feature_not_supported)(`cannot alter type of column "${column}" twice`)

/** A check that cannot be one with that of a parent. */
export const constraintConflict = (
  constraint: string,
  kind: 'non-inherited' | 'inherited' | 'NOT VALID',
  relation: string,
): SqlError =>
  error(SQL_STATE.invalid_object_definition)(
    `constraint "${constraint}" conflicts with ${kind} constraint on relation "${relation}"`,
  )

export const childLacksColumn = (column: string): SqlError =>
  error(SQL_STATE.datatype_mismatch)(`child table is missing column "${column}"`)

export const childColumnType = (table: string, column: string): SqlError =>
  error(SQL_STATE.datatype_mismatch)(`child table "${table}" has different type for column "${column}"`)

export const childColumnNullable = (column: string): SqlError =>
  error(SQL_STATE.datatype_mismatch)(`column "${column}" in child table must be marked NOT NULL`)

export const childLacksConstraint = (constraint: string): SqlError =>
  error(SQL_STATE.datatype_mismatch)(`child table is missing constraint "${constraint}"`)

export const childConstraintDiffers = (table: string, constraint: string): SqlError =>
  error(SQL_STATE.datatype_mismatch)(
    `child table "${table}" has different definition for check constraint "${constraint}"`,
  )

export const childrenToo = (what: string): SqlError => invalidTable(`${what} must be added to child tables too`)

export const identityWithChildren = (): SqlError =>
  invalidTable('cannot recursively add identity column to table that has child tables')

export const identityNotSupported = (where: 'typed tables' | 'partitions'): SqlError =>
  error(SQL_STATE.feature_not_supported)(`identity columns are not supported on ${where}`)

export const renamedInChildrenToo = (column: string): SqlError =>
  invalidTable(`inherited column "${column}" must be renamed in child tables too`)

export const changedInChildrenToo = (column: string): SqlError =>
  invalidTable(`type of inherited column "${column}" must be changed in child tables too`)

export const inheritedColumn = (verb: 'drop' | 'alter' | 'rename', column: string): SqlError =>
  invalidTable(`cannot ${verb} inherited column "${column}"`)

export const inheritedConstraint = (verb: 'drop' | 'rename', constraint: string, table: string): SqlError =>
  invalidTable(
    verb === 'drop'
      ? `cannot drop inherited constraint "${constraint}" of relation "${table}"`
      : `cannot rename inherited constraint "${constraint}"`,
  )

export const changesPartitionColumns = (verb: 'add' | 'drop', column: string): SqlError =>
  wrongType(verb === 'add' ? 'cannot add column to a partition' : `cannot drop column "${column}" from a partition`)

export const partitionKeyColumn = (verb: 'drop' | 'alter', column: string, table: string): SqlError =>
  invalidTable(`cannot ${verb} column "${column}" because it is part of the partition key of relation "${table}"`)

// ---- partitions

const invalidObject = (message: string, location: Location, fields: ErrorFields = {}): SqlError =>
  new LocatedError(SQL_STATE.invalid_object_definition, message, location, fields)

export const notPartitioned = (name: string): SqlError => invalidObject(`"${name}" is not partitioned`, undefined)

/** ATTACH PARTITION, DETACH PARTITION. */
export const tableNotPartitioned = (name: string): SqlError =>
  invalidObject(`table "${name}" is not partitioned`, undefined)

/** A partition and its table are both of the session or neither. */
export const differentPersistence = (parent: string, isTemporary: boolean, verb: 'create' | 'attach'): SqlError => {
  const [own, other] = isTemporary ? ['temporary', 'permanent'] : ['permanent', 'temporary']
  return wrongType(`cannot ${verb} a ${own} relation as partition of ${other} relation "${parent}"`)
}

export const childOfPartitioned = (): SqlError =>
  invalidObject('cannot create partitioned table as inheritance child', undefined)

export const fixedInheritance = (what: 'partitioned table' | 'a partition'): SqlError =>
  wrongType(`cannot change inheritance of ${what}`)

/** `column`: of a partition, which is not marked yet. */
export const notNullInPartitionsToo = (column: string, partition: string): SqlError =>
  invalidTable('constraint must be added to child tables too', {
    detail: `Column "${column}" of relation "${partition}" is not already NOT NULL.`,
    hint: 'Do not specify the ONLY keyword.',
  })

export const removedFromPartitionsToo = (what: 'constraint' | 'column'): SqlError =>
  invalidTable(
    `cannot ${what === 'column' ? 'drop' : 'remove'} ${what} from only the partitioned table when partitions exist`,
    {
      hint: 'Do not specify the ONLY keyword.',
    },
  )

export const noInheritOnPartitioned = (table: string): SqlError =>
  invalidTable(`cannot add NO INHERIT constraint to partitioned table "${table}"`)

export const columnCollationConflict = (column: string, first: string, second: string): SqlError =>
  error(SQL_STATE.collation_mismatch)(`column "${column}" has a collation conflict`, {
    detail: `"${first}" versus "${second}"`,
  })

export const inheritedCollationConflict = (column: string, first: string, second: string): SqlError =>
  error(SQL_STATE.collation_mismatch)(`inherited column "${column}" has a collation conflict`, {
    detail: `"${first}" versus "${second}"`,
  })

export const childColumnCollation = (table: string, column: string): SqlError =>
  error(SQL_STATE.collation_mismatch)(`child table "${table}" has different collation for column "${column}"`)

export const partitionOverlaps = (partition: string, other: string, location?: Location): SqlError =>
  invalidObject(`partition "${partition}" would overlap partition "${other}"`, location)

export const secondDefaultPartition = (partition: string, other: string, location?: Location): SqlError =>
  invalidObject(`partition "${partition}" conflicts with existing default partition "${other}"`, location)

export const emptyRange = (partition: string, lower: string, upper: string, location?: Location): SqlError =>
  invalidObject(`empty range bound specified for partition "${partition}"`, location, {
    detail: `Specified lower bound ${lower} is greater than or equal to upper bound ${upper}.`,
  })

export const hashModulus = (detail: string): SqlError =>
  invalidObject('every hash partition modulus must be a factor of the next larger modulus', undefined, { detail })

export const invalidPartitionKey = (message: string, location?: Location, fields: ErrorFields = {}): SqlError =>
  invalidObject(message, location, fields)

export const invalidBound = (message: string, location?: Location): SqlError =>
  new LocatedError(SQL_STATE.invalid_table_definition, message, location)

export const noKeyOperatorClass = (type: string, method: string): SqlError =>
  error(SQL_STATE.undefined_object)(`data type ${type} has no default operator class for access method "${method}"`, {
    hint: `You must specify a ${method} operator class or define a default ${method} operator class for the data type.`,
  })

export const missingKeyColumn = (name: string, location?: Location): SqlError =>
  new LocatedError(SQL_STATE.undefined_column, `column "${name}" named in partition key does not exist`, location)

export const partitionViolatedByRow = (partition: string, isDefault: boolean): SqlError =>
  error(SQL_STATE.check_violation)(
    isDefault
      ? `updated partition constraint for default partition "${partition}" would be violated by some row`
      : `partition constraint of relation "${partition}" is violated by some row`,
    { table: partition },
  )

export const keyLacksPartitionColumn = (kind: string, table: string, column: string): SqlError =>
  error(SQL_STATE.feature_not_supported)(
    'unique constraint on partitioned table must include all partitioning columns',
    {
      detail: `${kind} constraint on table "${table}" lacks column "${column}" which is part of the partition key.`,
    },
  )

export const partitionOfOther = (name: string, message = `"${name}" is already a partition`): SqlError =>
  wrongType(message)

export const extraPartitionColumn = (table: string, column: string, parent: string): SqlError =>
  error(SQL_STATE.datatype_mismatch)(`table "${table}" contains column "${column}" not found in parent "${parent}"`, {
    detail: 'The new partition may contain only the columns present in parent.',
  })

export const detachesBesideDefault = (): SqlError =>
  error(SQL_STATE.object_not_in_prerequisite_state)(
    'cannot detach partitions concurrently when a default partition exists',
  )

export const notAPartition = (name: string, parent: string): SqlError =>
  error(SQL_STATE.undefined_table)(`relation "${name}" is not a partition of relation "${parent}"`)

export const noSuchColumn = (name: string): SqlError =>
  error(SQL_STATE.undefined_column)(`column "${name}" does not exist`)

export const keyOverExpressions = (kind: string): SqlError =>
  error(SQL_STATE.feature_not_supported)(`unsupported ${kind} constraint with partition key definition`, {
    detail: `${kind} constraints cannot be used when partition keys include expressions.`,
  })

export const truncatesOnlyPartitioned = (): SqlError =>
  wrongType('cannot truncate only a partitioned table', {
    hint: 'Do not specify the ONLY keyword, or use TRUNCATE ONLY on the partitions directly.',
  })

export const notComposite = (type: string): SqlError => wrongType(`type ${type} is not a composite type`)

export const typedTable = (action: 'add' | 'drop' | 'alter' | 'rename'): SqlError =>
  wrongType(
    {
      add: 'cannot add column to typed table',
      drop: 'cannot drop column from typed table',
      alter: 'cannot alter column type of typed table',
      rename: 'cannot rename column of typed table',
    }[action],
  )

export const typedTableDiffers = (message: string): SqlError => error(SQL_STATE.datatype_mismatch)(message)

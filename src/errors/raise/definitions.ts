/** What DDL refuses. */
import { SqlError, type ErrorFields } from '../sql-error.ts'
import { SQL_STATE, type SqlState } from '../sql-state.ts'
import { LocatedError } from './analysis.ts'

export const duplicateObject = (kind: string, name: string): SqlError =>
  new SqlError(SQL_STATE.duplicate_object, `${kind} "${name}" already exists`)

export const duplicateRelation = (name: string): SqlError =>
  new SqlError(SQL_STATE.duplicate_table, `relation "${name}" already exists`)

export const duplicateSchema = (name: string): SqlError =>
  new SqlError(SQL_STATE.duplicate_schema, `schema "${name}" already exists`)

export const duplicateDatabase = (name: string): SqlError =>
  new SqlError(SQL_STATE.duplicate_database, `database "${name}" already exists`)

export const duplicateColumnName = (name: string): SqlError =>
  new SqlError(SQL_STATE.duplicate_column, `column "${name}" specified more than once`)

export const duplicateKeyColumn = (name: string, primary: boolean): SqlError =>
  new SqlError(
    SQL_STATE.duplicate_column,
    `column "${name}" appears twice in ${primary ? 'primary key' : 'unique'} constraint`,
  )

export const multiplePrimaryKeys = (table: string): SqlError =>
  new SqlError(SQL_STATE.invalid_table_definition, `multiple primary keys for table "${table}" are not allowed`)

export const notConcurrently = (what: string, name: string): SqlError =>
  new SqlError(SQL_STATE.feature_not_supported, `cannot ${what} "${name}" concurrently`)

/** ALTER INDEX … ATTACH PARTITION of what is no index. */
export const notAnIndex = (name: string): SqlError =>
  new SqlError(SQL_STATE.invalid_object_definition, `"${name}" is not an index`)

/** Why an index does not become part of another one: for where it is, or for what it says. */
export const indexNotAttached = (index: string, parent: string) => {
  const refused = (code: SqlState) => (detail: string) =>
    new SqlError(code, `cannot attach index "${index}" as a partition of index "${parent}"`, { detail })
  return {
    state: refused(SQL_STATE.object_not_in_prerequisite_state),
    definition: refused(SQL_STATE.invalid_object_definition),
  }
}

export const duplicateEnumLabel = (type: number, label: string): SqlError =>
  new SqlError(
    SQL_STATE.unique_violation,
    'duplicate key value violates unique constraint "pg_enum_typid_label_index"',
    { detail: `Key (enumtypid, enumlabel)=(${type}, ${label}) already exists.` },
  )

export const columnExists = (column: string, relation: string): SqlError =>
  new SqlError(SQL_STATE.duplicate_column, `column "${column}" of relation "${relation}" already exists`)

export const duplicateConstraint = (name: string, relation: string): SqlError =>
  new SqlError(SQL_STATE.duplicate_object, `constraint "${name}" for relation "${relation}" already exists`)

export const temporaryElsewhere = (location: number | undefined): SqlError =>
  new LocatedError(
    SQL_STATE.invalid_table_definition,
    'cannot create temporary relation in non-temporary schema',
    location,
  )

export const onlyTemporaryThere = (location: number | undefined): SqlError =>
  new LocatedError(
    SQL_STATE.invalid_table_definition,
    'only temporary relations may be created in temporary schemas',
    location,
  )

export const temporaryPersistence = (table: string): SqlError =>
  new SqlError(
    SQL_STATE.invalid_table_definition,
    `cannot change logged status of table "${table}" because it is temporary`,
    { table },
  )

/** `toLogged`: the table would refer to one that is not; else one that is refers to it. */
export const persistenceConflict = (table: string, other: string, toLogged: boolean, fields: ErrorFields): SqlError => {
  const [to, from] = toLogged ? ['logged', 'unlogged'] : ['unlogged', 'logged']
  return new SqlError(
    SQL_STATE.invalid_table_definition,
    `could not change table "${table}" to ${to} because it references ${from} table "${other}"`,
    fields,
  )
}

export const referencesOtherPersistence = (kind: 'permanent' | 'unlogged' | 'temporary'): SqlError =>
  new SqlError(
    SQL_STATE.invalid_table_definition,
    kind === 'unlogged'
      ? 'constraints on unlogged tables may reference only permanent or unlogged tables'
      : `constraints on ${kind} tables may reference only ${kind} tables`,
  )

export const systemColumnInForeignKey = (): SqlError =>
  new SqlError(SQL_STATE.feature_not_supported, 'system columns cannot be used in foreign keys')

export const invalidOwner = (): SqlError =>
  new SqlError(SQL_STATE.syntax_error, 'invalid OWNED BY option', {
    hint: 'Specify OWNED BY table.column or OWNED BY NONE.',
  })

export const sequenceOwnerKind = (relation: string, kind: string): SqlError =>
  new SqlError(SQL_STATE.wrong_object_type, `sequence cannot be owned by relation "${relation}"`, {
    detail: `This operation is not supported for ${RELATION_KIND_PLURALS[kind] ?? 'it'}.`,
  })

export const identitySequenceOwner = (sequence: string, table: string): SqlError =>
  new SqlError(SQL_STATE.feature_not_supported, 'cannot change ownership of identity sequence', {
    detail: `Sequence "${sequence}" is linked to table "${table}".`,
  })

/** A command that a column cannot have because its values are made for it. */
export const madeColumn = (column: string, table: string, what: 'identity' | 'generated', hint?: string): SqlError =>
  new SqlError(
    SQL_STATE.syntax_error,
    `column "${column}" of relation "${table}" is ${what === 'identity' ? 'an identity' : 'a generated'} column`,
    hint === undefined ? {} : { hint },
  )

export const redundantOption = (location: number | undefined): SqlError =>
  new LocatedError(SQL_STATE.syntax_error, 'conflicting or redundant options', location)

export const noCreationSchema = (): SqlError =>
  new SqlError(SQL_STATE.invalid_schema_name, 'no schema has been selected to create in')

export const invalidTableDefinition = (message: string, fields: ErrorFields = {}): SqlError =>
  new SqlError(SQL_STATE.invalid_table_definition, message, fields)

export const invalidObjectDefinition = (message: string, fields: ErrorFields = {}): SqlError =>
  new SqlError(SQL_STATE.invalid_object_definition, message, fields)

export const noSuchKeyColumn = (name: string): SqlError =>
  new SqlError(SQL_STATE.undefined_column, `column "${name}" named in key does not exist`)

export const noSuchForeignColumn = (name: string): SqlError =>
  new SqlError(SQL_STATE.undefined_column, `column "${name}" referenced in foreign key constraint does not exist`)

export const noUniqueForReference = (table: string): SqlError =>
  new SqlError(
    SQL_STATE.invalid_foreign_key,
    `there is no unique constraint matching given keys for referenced table "${table}"`,
  )

export const noPrimaryKeyForReference = (table: string): SqlError =>
  new SqlError(SQL_STATE.undefined_object, `there is no primary key for referenced table "${table}"`)

export const invalidForeignKey = (message: string, fields: ErrorFields = {}): SqlError =>
  new SqlError(SQL_STATE.invalid_foreign_key, message, fields)

export const dependentObjects = (subject: string, detail: string): SqlError =>
  new SqlError(SQL_STATE.dependent_objects_still_exist, `cannot drop ${subject} because other objects depend on it`, {
    detail,
    hint: 'Use DROP ... CASCADE to drop the dependent objects too.',
  })

export const requiredBySystem = (what: string): SqlError =>
  new SqlError(
    SQL_STATE.dependent_objects_still_exist,
    `cannot drop ${what} because it is required by the database system`,
  )

/** Of several objects that one statement drops. */
export const dependentObjectsOfSeveral = (detail: string): SqlError =>
  new SqlError(
    SQL_STATE.dependent_objects_still_exist,
    'cannot drop desired object(s) because other objects depend on them',
    { detail, hint: 'Use DROP ... CASCADE to drop the dependent objects too.' },
  )

export const requiredBy = (subject: string, owner: string, hint: string): SqlError =>
  new SqlError(SQL_STATE.dependent_objects_still_exist, `cannot drop ${subject} because ${owner} requires it`, { hint })

/** An object that DROP does not find, in a sentence. */
export const missingObject = (message: string, state: SqlState = SQL_STATE.undefined_object): SqlError =>
  new SqlError(state, message)

export const undefinedNamed = (kind: string, name: string): SqlError => {
  const state =
    kind === 'schema'
      ? SQL_STATE.invalid_schema_name
      : kind === 'database'
        ? SQL_STATE.invalid_catalog_name
        : RELATION_KINDS.has(kind)
          ? SQL_STATE.undefined_table
          : SQL_STATE.undefined_object
  return new SqlError(state, `${kind} "${name}" does not exist`)
}

const RELATION_KINDS = new Set(['table', 'view', 'materialized view', 'sequence', 'relation'])

export const notOfKind = (name: string, kind: string, hint?: string): SqlError =>
  new SqlError(
    SQL_STATE.wrong_object_type,
    `"${name}" is not ${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind}`,
    hint === undefined ? {} : { hint },
  )

export const compositeByAlterTable = (name: string): SqlError =>
  new SqlError(SQL_STATE.wrong_object_type, `"${name}" is a composite type`, { hint: 'Use ALTER TYPE instead.' })

export const schemaFollowsTable = (name: string): SqlError =>
  new SqlError(SQL_STATE.wrong_object_type, `cannot change schema of index "${name}"`, {
    hint: 'Change the schema of the table instead.',
  })

export const systemCatalogProtected = (name: string): SqlError =>
  new SqlError(SQL_STATE.insufficient_privilege, `permission denied: "${name}" is a system catalog`)

export const objectInUse = (message: string, fields: ErrorFields = {}): SqlError =>
  new SqlError(SQL_STATE.object_in_use, message, fields)

export const notSupported = (message: string): SqlError => new SqlError(SQL_STATE.feature_not_supported, message)

export const containsNulls = (column: string, relation: string): SqlError =>
  new SqlError(SQL_STATE.not_null_violation, `column "${column}" of relation "${relation}" contains null values`, {
    table: relation,
    column,
  })

export const checkViolatedByRow = (constraint: string, relation: string): SqlError =>
  new SqlError(
    SQL_STATE.check_violation,
    `check constraint "${constraint}" of relation "${relation}" is violated by some row`,
    { table: relation, constraint },
  )

export const cannotTruncateReferenced = (referencing: string, constrained: string): SqlError =>
  new SqlError(SQL_STATE.feature_not_supported, 'cannot truncate a table referenced in a foreign key constraint', {
    detail: `Table "${referencing}" references "${constrained}".`,
    hint: `Truncate table "${referencing}" at the same time, or use TRUNCATE ... CASCADE.`,
  })

export const cannotAlterColumn = (message: string, fields: ErrorFields = {}): SqlError =>
  new SqlError(SQL_STATE.feature_not_supported, message, fields)

export const reservedSchemaName = (name: string): SqlError =>
  new SqlError(SQL_STATE.reserved_name, `unacceptable schema name "${name}"`, {
    detail: 'The prefix "pg_" is reserved for system schemas.',
  })

/** A column that is an identity column, or is none, against what is asked of it. */
export const wrongIdentity = (message: string): SqlError =>
  new SqlError(SQL_STATE.object_not_in_prerequisite_state, message)

export const viewColumnChange = (message: string, fields: ErrorFields = {}): SqlError =>
  new SqlError(SQL_STATE.invalid_table_definition, message, fields)

export const unrecognizedParameter = (name: string): SqlError =>
  new SqlError(SQL_STATE.invalid_parameter_value, `unrecognized parameter "${name}"`)

export const optionOutOfBounds = (name: string, value: string, min: number, max: number): SqlError =>
  new SqlError(SQL_STATE.invalid_parameter_value, `value ${value} out of bounds for option "${name}"`, {
    detail: `Valid values are between "${min}" and "${max}".`,
  })

export const invalidBooleanOption = (name: string, value: string): SqlError =>
  new SqlError(SQL_STATE.invalid_parameter_value, `invalid value for boolean option "${name}": ${value}`)

export const invalidEnumOption = (name: string, value: string, words: readonly string[]): SqlError =>
  new SqlError(SQL_STATE.invalid_parameter_value, `invalid value for enum option "${name}": ${value}`, {
    detail: `Valid values are ${words.map((word) => `"${word}"`).join(' and ')}.`,
  })

export const checkOptionNotSupported = (reason: string): SqlError =>
  new SqlError(
    SQL_STATE.feature_not_supported,
    'WITH CHECK OPTION is supported only on automatically updatable views',
    { hint: reason },
  )

export const columnUsedByRule = (column: string, what: string, rule: string): SqlError =>
  new SqlError(SQL_STATE.feature_not_supported, `cannot alter type of a column used by ${what}`, {
    detail: `${rule} depends on column "${column}"`,
  })

const RELATION_KIND_PLURALS: Readonly<Record<string, string>> = {
  r: 'tables',
  p: 'partitioned tables',
  v: 'views',
  m: 'materialized views',
  i: 'indexes',
  I: 'partitioned indexes',
  S: 'sequences',
  c: 'composite types',
}

export const actionNotForKind = (action: string, relation: string, kind: string): SqlError =>
  new SqlError(SQL_STATE.wrong_object_type, `ALTER action ${action} cannot be performed on relation "${relation}"`, {
    detail: `This operation is not supported for ${RELATION_KIND_PLURALS[kind] ?? 'it'}.`,
  })

export const notForeignKey = (constraint: string, relation: string): SqlError =>
  new SqlError(
    SQL_STATE.wrong_object_type,
    `constraint "${constraint}" of relation "${relation}" is not a foreign key constraint`,
  )

export const notLikeable = (relation: string, kind: string, location: number | undefined): SqlError =>
  new LocatedError(SQL_STATE.wrong_object_type, `relation "${relation}" is invalid in LIKE clause`, location, {
    detail: `This operation is not supported for ${RELATION_KIND_PLURALS[kind] ?? 'it'}.`,
  })

export const differentSchema = (named: string, created: string): SqlError =>
  new SqlError(
    SQL_STATE.invalid_schema_definition,
    `CREATE specifies a schema (${named}) different from the one being created (${created})`,
  )

/** `above`: the constraint of the partitioned table, and that. */
export const partOfConstraint = (
  constraint: string,
  relation: string,
  above: { readonly name: string; readonly table: string },
): SqlError =>
  new SqlError(SQL_STATE.internal_error, `cannot alter constraint "${constraint}" on relation "${relation}"`, {
    detail: `Constraint "${constraint}" is derived from constraint "${above.name}" of relation "${above.table}".`,
    hint: 'You may alter the constraint it derives from, instead.',
  })

export const notInForeignKey = (column: string): SqlError =>
  new SqlError(
    SQL_STATE.invalid_column_reference,
    `column "${column}" referenced in ON DELETE SET action must be part of foreign key`,
  )

export const onlyForForeignKey = (table: string, referenced: string): SqlError =>
  new SqlError(
    SQL_STATE.wrong_object_type,
    `cannot use ONLY for foreign key on partitioned table "${table}" referencing relation "${referenced}"`,
  )

export const notValidForPartitioned = (table: string, referenced: string): SqlError =>
  new SqlError(
    SQL_STATE.wrong_object_type,
    `cannot add NOT VALID foreign key on partitioned table "${table}" referencing relation "${referenced}"`,
    { detail: 'This feature is not yet supported on partitioned tables.' },
  )

export const notDeferrable = (constraint: string): SqlError =>
  new SqlError(SQL_STATE.wrong_object_type, `constraint "${constraint}" is not deferrable`)

export const exclusionOnPartitioned = (location: number | undefined): SqlError =>
  new LocatedError(
    SQL_STATE.feature_not_supported,
    'exclusion constraints are not supported on partitioned tables',
    location,
  )

export const noExclusionSupport = (method: string): SqlError =>
  new SqlError(SQL_STATE.feature_not_supported, `access method "${method}" does not support exclusion constraints`)

export const notCommutative = (operator: string): SqlError =>
  new SqlError(SQL_STATE.wrong_object_type, `operator ${operator} is not commutative`, {
    detail: 'Only commutative operators can be used in exclusion constraints.',
  })

export const notInOperatorFamily = (operator: string, family: string): SqlError =>
  new SqlError(SQL_STATE.wrong_object_type, `operator ${operator} is not a member of operator family "${family}"`, {
    detail: 'The exclusion operator must be related to the index operator class for the constraint.',
  })

export const systemColumnName = (name: string): SqlError =>
  new SqlError(SQL_STATE.duplicate_column, `column name "${name}" conflicts with a system column name`)

export const systemColumnUntouched = (verb: 'alter' | 'drop' | 'rename', name: string): SqlError =>
  new SqlError(SQL_STATE.feature_not_supported, `cannot ${verb} system column "${name}"`)

export const invalidSetting = (message: string): SqlError => new SqlError(SQL_STATE.invalid_parameter_value, message)

export const columnNumberUnknown = (number: number, relation: string): SqlError =>
  new SqlError(SQL_STATE.undefined_column, `column number ${number} of relation "${relation}" does not exist`)

/** SET STATISTICS on a column of an index that is just a column of the table. */
export const statisticsOfPlainKey = (column: string, index: string): SqlError =>
  new SqlError(
    SQL_STATE.feature_not_supported,
    `cannot alter statistics on non-expression column "${column}" of index "${index}"`,
    { hint: 'Alter statistics on table column instead.' },
  )

export const statisticsOfIncluded = (column: string, index: string): SqlError =>
  new SqlError(
    SQL_STATE.feature_not_supported,
    `cannot alter statistics on included column "${column}" of index "${index}"`,
  )

export const numberedColumnOfTable = (): SqlError =>
  new SqlError(SQL_STATE.feature_not_supported, 'cannot refer to non-index column by number')

/** Values of the table's row type are stored elsewhere. */
export const rowTypeUsedByColumn = (table: string, user: string, column: string): SqlError =>
  new SqlError(
    SQL_STATE.feature_not_supported,
    `cannot alter table "${table}" because column "${user}.${column}" uses its row type`,
  )

export const constraintInChildrenToo = (name: string): SqlError =>
  new SqlError(SQL_STATE.invalid_table_definition, `inherited constraint "${name}" must be renamed in child tables too`)

export const usedByGeneratedColumn = (column: string, generated: string): SqlError =>
  new SqlError(SQL_STATE.feature_not_supported, 'cannot alter type of a column used by a generated column', {
    detail: `Column "${column}" is used by generated column "${generated}".`,
  })

export const systemColumnIndexed = (): SqlError =>
  new SqlError(SQL_STATE.feature_not_supported, 'index creation on system columns is not supported')

/** In a CHECK constraint or a generation expression. */
export const systemColumnMentioned = (
  name: string,
  where: 'check constraint' | 'column generation expression',
  location: number | undefined,
): SqlError =>
  new LocatedError(
    SQL_STATE.invalid_column_reference,
    where === 'check constraint'
      ? `system column "${name}" reference in check constraint is invalid`
      : `cannot use system column "${name}" in column generation expression`,
    location,
  )

/** `column`: null for the whole row. */
export const usesGenerated = (column: string | null, location: number | undefined): SqlError =>
  column === null
    ? new LocatedError(
        SQL_STATE.invalid_object_definition,
        'cannot use whole-row variable in column generation expression',
        location,
        { detail: 'This would cause the generated column to depend on its own value.' },
      )
    : new LocatedError(
        SQL_STATE.invalid_object_definition,
        `cannot use generated column "${column}" in column generation expression`,
        location,
        { detail: 'A generated column cannot reference another generated column.' },
      )

/** What a column definition says twice, or says two things of. */
export const conflictingColumnClauses = (
  what: string,
  column: string,
  table: string,
  location: number | undefined,
): SqlError => new LocatedError(SQL_STATE.syntax_error, `${what} for column "${column}" of table "${table}"`, location)

export const generatedNotCopied = (column: string): SqlError =>
  new SqlError(SQL_STATE.invalid_column_reference, `column "${column}" is a generated column`, {
    detail: 'Generated columns cannot be used in COPY.',
  })

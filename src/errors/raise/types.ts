/** What CREATE TYPE, CREATE DOMAIN and their ALTER forms refuse. */
import { SqlError } from '../sql-error.ts'
import { SQL_STATE } from '../sql-state.ts'

const syntax = (message: string): SqlError => new SqlError(SQL_STATE.syntax_error, message)

export const typeAttributeUnknown = (name: string): SqlError => syntax(`type attribute "${name}" not recognized`)

export const typeAttributeMissing = (name: string): SqlError => syntax(`type attribute "${name}" is required`)

export const rangeSubtypePseudo = (type: string): SqlError =>
  new SqlError(SQL_STATE.datatype_mismatch, `range subtype cannot be ${type}`)

export const rangeCollation = (): SqlError =>
  new SqlError(SQL_STATE.wrong_object_type, 'range collation specified but subtype does not support collation')

/** A canonical function takes values of the range type, which must exist before the function can be made. */
export const canonicalNeedsShell = (): SqlError =>
  new SqlError(
    SQL_STATE.invalid_object_definition,
    'cannot specify a canonical function without a pre-created shell type',
    {
      hint: 'Create the type as a shell type, then create its canonicalization function, then do a full CREATE TYPE.',
    },
  )

export const multirangeNameTaken = (name: string, range: string): SqlError =>
  new SqlError(SQL_STATE.duplicate_object, `type "${name}" already exists`, {
    detail: `Failed while creating a multirange type for type "${range}".`,
    hint: 'You can manually specify a multirange type name using the "multirange_type_name" attribute.',
  })

export const noDefaultClass = (type: string): SqlError =>
  new SqlError(
    SQL_STATE.undefined_object,
    `data type ${type} has no default operator class for access method "btree"`,
    {
      hint: 'You must specify an operator class for the range type or define a default operator class for the subtype.',
    },
  )

export const noSuchOperatorClass = (name: string, method: string): SqlError =>
  new SqlError(SQL_STATE.undefined_object, `operator class "${name}" does not exist for access method "${method}"`)

export const wrongClassType = (name: string, type: string): SqlError =>
  new SqlError(SQL_STATE.datatype_mismatch, `operator class "${name}" does not accept data type ${type}`)

export const pseudoAttribute = (column: string, type: string): SqlError =>
  new SqlError(SQL_STATE.invalid_table_definition, `column "${column}" has pseudo-type ${type}`)

export const memberOfItself = (type: string): SqlError =>
  new SqlError(SQL_STATE.invalid_table_definition, `composite type ${type} cannot be made a member of itself`)

export const typeUsedByColumn = (type: string, table: string, column: string): SqlError =>
  new SqlError(
    SQL_STATE.feature_not_supported,
    `cannot alter type "${type}" because column "${table}.${column}" uses it`,
  )

export const invalidDomainBase = (type: string): SqlError =>
  new SqlError(SQL_STATE.datatype_mismatch, `"${type}" is not a valid base type for a domain`)

export const conflictingNulls = (): SqlError => syntax('conflicting NULL/NOT NULL constraints')

export const multipleDomainDefaults = (): SqlError => syntax('multiple default expressions')

/** A constraint of a kind (`CONSTR_UNIQUE`) that domains cannot have. */
export const constraintNotForDomains = (kind: string): SqlError => {
  const name = DOMAIN_REFUSALS[kind]
  return name === undefined
    ? new SqlError(SQL_STATE.feature_not_supported, 'specifying constraint deferrability not supported for domains')
    : syntax(`${name} constraints not possible for domains`)
}

const DOMAIN_REFUSALS: Readonly<Record<string, string>> = {
  CONSTR_UNIQUE: 'unique',
  CONSTR_PRIMARY: 'primary key',
  CONSTR_EXCLUSION: 'exclusion',
  CONSTR_FOREIGN: 'foreign key',
}

export const defaultMismatch = (domain: string, type: string, given: string): SqlError =>
  new SqlError(
    SQL_STATE.datatype_mismatch,
    `column "${domain}" is of type ${type} but default expression is of type ${given}`,
    { hint: 'You will need to rewrite or cast the expression.' },
  )

export const duplicateDomainConstraint = (name: string, domain: string): SqlError =>
  new SqlError(SQL_STATE.duplicate_object, `constraint "${name}" for domain "${domain}" already exists`)

export const noDomainConstraint = (name: string, domain: string): SqlError =>
  new SqlError(SQL_STATE.undefined_object, `constraint "${name}" of domain "${domain}" does not exist`)

/** As `noDomainConstraint`, where a constraint is renamed. */
export const noConstraintForDomain = (name: string, domain: string): SqlError =>
  new SqlError(SQL_STATE.undefined_object, `constraint "${name}" for domain ${domain} does not exist`)

export const notADomain = (type: string): SqlError =>
  new SqlError(SQL_STATE.wrong_object_type, `${type} is not a domain`)

export const columnValuesNull = (column: string, table: string): SqlError =>
  new SqlError(SQL_STATE.not_null_violation, `column "${column}" of table "${table}" contains null values`, {
    table,
    column,
  })

export const columnValuesViolate = (column: string, table: string): SqlError =>
  new SqlError(
    SQL_STATE.check_violation,
    `column "${column}" of table "${table}" contains values that violate the new constraint`,
    { table, column },
  )

export const cannotAlterArrayType = (array: string, element: string): SqlError =>
  new SqlError(SQL_STATE.wrong_object_type, `cannot alter array type ${array}`, {
    hint: `You can alter type ${element}, which will alter the array type as well.`,
  })

export const tablesRowType = (type: string): SqlError =>
  new SqlError(SQL_STATE.wrong_object_type, `${type} is a table's row type`, { hint: 'Use ALTER TABLE instead.' })

export const typeOfTypedTable = (type: string): SqlError =>
  new SqlError(
    SQL_STATE.dependent_objects_still_exist,
    `cannot alter type "${type}" because it is the type of a typed table`,
    { hint: 'Use ALTER ... CASCADE to alter the typed tables too.' },
  )

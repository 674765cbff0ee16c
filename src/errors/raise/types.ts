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

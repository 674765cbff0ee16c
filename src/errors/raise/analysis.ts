/** Class 42, names, types and grouping: what analysis refuses. `location` is a byte offset of the parse tree. */
import { SqlError, type ErrorFields } from '../sql-error.ts'
import { SQL_STATE, type SqlState } from '../sql-state.ts'

/** Byte offset in the statement; the session turns it into a character position. */
export type Location = number | undefined

/** An analysis error that still carries its byte offset. */
export class LocatedError extends SqlError {
  readonly location: Location
  constructor(code: SqlState, message: string, location: Location, fields: ErrorFields = {}) {
    super(code, message, fields)
    this.location = location
  }
}

export const located = (code: SqlState, message: string, location: Location, fields: ErrorFields = {}): LocatedError =>
  new LocatedError(code, message, location, fields)

export const undefinedColumn = (name: string, location?: Location, hint?: string): SqlError =>
  located(SQL_STATE.undefined_column, `column "${name}" does not exist`, location, hint === undefined ? {} : { hint })

/** As `undefinedColumn`, of a name with that of a table or type. */
export const undefinedColumnOf = (qualifier: string, name: string, location?: Location, hint?: string): SqlError =>
  located(
    SQL_STATE.undefined_column,
    `column ${qualifier}.${name} does not exist`,
    location,
    hint === undefined ? {} : { hint },
  )

export const undefinedColumnOfRelation = (column: string, relation: string, location?: Location): SqlError =>
  located(SQL_STATE.undefined_column, `column "${column}" of relation "${relation}" does not exist`, location)

/** A name that a composite type has no column of. */
export const undefinedTypeColumn = (column: string, type: string, location?: Location): SqlError =>
  located(SQL_STATE.undefined_column, `column "${column}" not found in data type ${type}`, location)

/** A name that an anonymous record has no field of. */
export const undefinedRecordField = (column: string, location?: Location): SqlError =>
  located(SQL_STATE.undefined_column, `could not identify column "${column}" in record data type`, location)

/** A field assigned to that a column's type has not. */
export const undefinedSubfield = (field: string, column: string, type: string, location?: Location): SqlError =>
  located(
    SQL_STATE.undefined_column,
    `cannot assign to field "${field}" of column "${column}" because there is no such column in data type ${type}`,
    location,
  )

export const ambiguousColumn = (name: string, location?: Location): SqlError =>
  located(SQL_STATE.ambiguous_column, `column reference "${name}" is ambiguous`, location)

export const ambiguousAlias = (name: string, location?: Location): SqlError =>
  located(SQL_STATE.ambiguous_alias, `table reference "${name}" is ambiguous`, location)

export const duplicateAlias = (name: string, location?: Location): SqlError =>
  located(SQL_STATE.duplicate_alias, `table name "${name}" specified more than once`, location)

export const missingFrom = (table: string, location?: Location, hint?: string): SqlError =>
  located(
    SQL_STATE.undefined_table,
    `missing FROM-clause entry for table "${table}"`,
    location,
    hint === undefined ? {} : { hint },
  )

export const invalidFromReference = (table: string, location: Location, fields: ErrorFields): SqlError =>
  located(SQL_STATE.undefined_table, `invalid reference to FROM-clause entry for table "${table}"`, location, fields)

/** As `invalidFromReference`, of an entry that is in reach of LATERAL but for the join that it is in. */
export const invalidLateralReference = (table: string, location: Location, fields: ErrorFields): SqlError =>
  located(
    SQL_STATE.invalid_column_reference,
    `invalid reference to FROM-clause entry for table "${table}"`,
    location,
    fields,
  )

export const undefinedRelation = (name: string, location?: Location): SqlError =>
  located(SQL_STATE.undefined_table, `relation "${name}" does not exist`, location)

/** A WITH query that a query before it refers to. */
export const withQueryTooLate = (name: string, location?: Location): SqlError =>
  located(SQL_STATE.undefined_table, `relation "${name}" does not exist`, location, {
    detail: `There is a WITH item named "${name}", but it cannot be referenced from this part of the query.`,
    hint: 'Use WITH RECURSIVE, or re-order the WITH items to remove forward references.',
  })

export const undefinedSchema = (name: string, location?: Location): SqlError =>
  located(SQL_STATE.invalid_schema_name, `schema "${name}" does not exist`, location)

export const undefinedType = (name: string, location?: Location): SqlError =>
  located(SQL_STATE.undefined_object, `type "${name}" does not exist`, location)

/** A type that a parameter of a function is declared with. */
export const undefinedTypeNamed = (name: string): SqlError =>
  located(SQL_STATE.undefined_object, `type ${name} does not exist`, undefined)

export const undefinedFunction = (signature: string, location?: Location, fields: ErrorFields = {}): SqlError =>
  located(SQL_STATE.undefined_function, `function ${signature} does not exist`, location, {
    hint: 'No function matches the given name and argument types. You might need to add explicit type casts.',
    ...fields,
  })

export const ambiguousFunction = (signature: string, location?: Location): SqlError =>
  located(SQL_STATE.ambiguous_function, `function ${signature} is not unique`, location, {
    hint: 'Could not choose a best candidate function. You might need to add explicit type casts.',
  })

export const ambiguousProcedure = (signature: string, location?: Location): SqlError =>
  located(SQL_STATE.ambiguous_function, `procedure ${signature} is not unique`, location, {
    hint: 'Could not choose a best candidate procedure. You might need to add explicit type casts.',
  })

export const undefinedProcedure = (signature: string, location?: Location): SqlError =>
  located(SQL_STATE.undefined_function, `procedure ${signature} does not exist`, location, {
    hint: 'No procedure matches the given name and argument types. You might need to add explicit type casts.',
  })

/** A call with ORDER BY in its parentheses that no aggregate fits. */
export const undefinedOrderedAggregate = (signature: string, location?: Location): SqlError =>
  undefinedFunction(signature, location, {
    hint: 'No aggregate function matches the given name and argument types. Perhaps you misplaced ORDER BY; ORDER BY must appear after all regular arguments of the aggregate.',
  })

export const undefinedOperator = (signature: string, location?: Location, isPrefix = false): SqlError =>
  located(SQL_STATE.undefined_function, `operator does not exist: ${signature}`, location, {
    hint: isPrefix
      ? 'No operator matches the given name and argument type. You might need to add an explicit type cast.'
      : 'No operator matches the given name and argument types. You might need to add explicit type casts.',
  })

export const ambiguousOperator = (signature: string, location?: Location): SqlError =>
  located(SQL_STATE.ambiguous_function, `operator is not unique: ${signature}`, location, {
    hint: 'Could not choose a best candidate operator. You might need to add explicit type casts.',
  })

export const datatypeMismatch = (message: string, location?: Location, fields: ErrorFields = {}): SqlError =>
  located(SQL_STATE.datatype_mismatch, message, location, fields)

export const cannotCoerce = (from: string, to: string, location?: Location, fields: ErrorFields = {}): SqlError =>
  located(SQL_STATE.cannot_coerce, `cannot cast type ${from} to ${to}`, location, fields)

export const groupingError = (message: string, location?: Location, fields: ErrorFields = {}): SqlError =>
  located(SQL_STATE.grouping_error, message, location, fields)

export const windowingError = (message: string, location?: Location, fields: ErrorFields = {}): SqlError =>
  located(SQL_STATE.windowing_error, message, location, fields)

/** RANGE with a distance over a column whose type has none, or not in terms of the distance's type. */
export const rangeFrameNotSupported = (column: string, offset: string | null, location?: Location): SqlError =>
  located(
    SQL_STATE.feature_not_supported,
    `RANGE with offset PRECEDING/FOLLOWING is not supported for column type ${column}${
      offset === null ? '' : ` and offset type ${offset}`
    }`,
    location,
    offset === null ? {} : { hint: 'Cast the offset value to an appropriate type.' },
  )

export const rangeFrameAmbiguous = (column: string, offset: string, location?: Location): SqlError =>
  located(
    SQL_STATE.feature_not_supported,
    `RANGE with offset PRECEDING/FOLLOWING has multiple interpretations for column type ${column} and offset type ${offset}`,
    location,
    { hint: 'Cast the offset value to the exact intended type.' },
  )

export const syntaxErrorAt = (message: string, location?: Location, fields: ErrorFields = {}): SqlError =>
  located(SQL_STATE.syntax_error, message, location, fields)

export const invalidColumnReference = (message: string, location?: Location): SqlError =>
  located(SQL_STATE.invalid_column_reference, message, location)

export const wrongObjectType = (message: string, location?: Location, fields: ErrorFields = {}): SqlError =>
  located(SQL_STATE.wrong_object_type, message, location, fields)

export const undefinedParameter = (index: number, location?: Location): SqlError =>
  located(SQL_STATE.undefined_parameter, `there is no parameter $${index}`, location)

export const indeterminateParameter = (index: number, location?: Location): SqlError =>
  located(SQL_STATE.indeterminate_datatype, `could not determine data type of parameter $${index}`, location)

export const featureNotSupported = (message: string, location?: Location, fields: ErrorFields = {}): SqlError =>
  located(SQL_STATE.feature_not_supported, message, location, fields)

export const undefinedObject = (message: string, location?: Location): SqlError =>
  located(SQL_STATE.undefined_object, message, location)

/** XMLSERIALIZE to a type that is no string type. */
export const cannotSerialize = (type: string, location: Location): SqlError =>
  located(SQL_STATE.cannot_coerce, `cannot cast XMLSERIALIZE result to ${type}`, location)

/** What DISTINCT, GROUP BY and their kin need of a type. */
export const noEqualityOperator = (type: string, location?: Location): SqlError =>
  located(SQL_STATE.undefined_function, `could not identify an equality operator for type ${type}`, location)

/** What ORDER BY needs of a type. */
export const noOrderingOperator = (type: string, location: Location): SqlError =>
  located(SQL_STATE.undefined_function, `could not identify an ordering operator for type ${type}`, location, {
    hint: 'Use an explicit ordering operator or modify the query.',
  })

/** An index column whose type the method knows nothing of. */
export const noOperatorClass = (type: string, method: string): SqlError =>
  new SqlError(
    SQL_STATE.undefined_object,
    `data type ${type} has no default operator class for access method "${method}"`,
    { hint: 'You must specify an operator class for the index or define a default operator class for the data type.' },
  )

export const emptyArrayType = (location?: Location): SqlError =>
  located(SQL_STATE.indeterminate_datatype, 'cannot determine type of empty array', location, {
    hint: 'Explicitly cast to the desired type, for example ARRAY[]::integer[].',
  })

export const programLimit = (message: string, location?: Location): SqlError =>
  located(SQL_STATE.program_limit_exceeded, message, location)

export const tooManyColumns = (message: string, location?: Location): SqlError =>
  located(SQL_STATE.too_many_columns, message, location)

export const generatedAlways = (message: string, fields: ErrorFields, location?: Location): SqlError =>
  located(SQL_STATE.generated_always, message, location, fields)

export const duplicateColumn = (message: string, location?: Location): SqlError =>
  located(SQL_STATE.duplicate_column, message, location)

export const invalidRecursion = (message: string, location?: Location): SqlError =>
  located(SQL_STATE.invalid_recursion, message, location)

export const invalidParameterValue = (message: string, location?: Location): SqlError =>
  located(SQL_STATE.invalid_parameter_value, message, location)

export const arraySubscriptError = (message: string, location?: Location): SqlError =>
  located(SQL_STATE.array_subscript_error, message, location)

export const undefinedTable = (message: string, location?: Location): SqlError =>
  located(SQL_STATE.undefined_table, message, location)

export const cannotConvertCommon = (construct: string, from: string, to: string, location?: Location): SqlError =>
  located(SQL_STATE.cannot_coerce, `${construct} could not convert type ${from} to ${to}`, location)

export const undefinedUsingColumn = (name: string, side: 'left' | 'right', location?: Location): SqlError =>
  located(
    SQL_STATE.undefined_column,
    `column "${name}" specified in USING clause does not exist in ${side} table`,
    location,
  )

export const ambiguousOutput = (clause: string, name: string, location?: Location): SqlError =>
  located(SQL_STATE.ambiguous_column, `${clause} "${name}" is ambiguous`, location)

export const duplicateWithName = (name: string, location?: Location): SqlError =>
  located(SQL_STATE.duplicate_alias, `WITH query name "${name}" specified more than once`, location)

/** FULL JOIN on conditions without an equality between its sides. */
export const fullJoinConditions = (): SqlError =>
  new SqlError(
    SQL_STATE.feature_not_supported,
    'FULL JOIN is only supported with merge-joinable or hash-joinable join conditions',
  )

/** A column of XMLTABLE that would be a set. */
export const setofColumn = (name: string, location?: Location): SqlError =>
  located(SQL_STATE.invalid_table_definition, `column "${name}" cannot be declared SETOF`, location)

/** What a running statement refuses. */
import { SqlError, type ErrorFields } from '../sql-error.ts'
import { SQL_STATE } from '../sql-state.ts'

export const invalidRowCount = (clause: 'LIMIT' | 'OFFSET'): SqlError =>
  clause === 'LIMIT'
    ? new SqlError(SQL_STATE.invalid_row_count_in_limit_clause, 'LIMIT must not be negative')
    : new SqlError(SQL_STATE.invalid_row_count_in_result_offset_clause, 'OFFSET must not be negative')

/** FETCH FIRST NULL ROWS WITH TIES. */
export const nullRowCount = (): SqlError =>
  new SqlError(
    SQL_STATE.invalid_row_count_in_limit_clause,
    'row count cannot be null in FETCH FIRST ... WITH TIES clause',
  )

export const moreThanOneRow = (): SqlError =>
  new SqlError(SQL_STATE.cardinality_violation, 'more than one row returned by a subquery used as an expression')

export const queryCanceled = (reason: 'user request' | 'statement timeout' | 'lock timeout'): SqlError =>
  new SqlError(SQL_STATE.query_canceled, `canceling statement due to ${reason}`)

export const notNullViolation = (column: string, relation: string, fields: ErrorFields): SqlError =>
  new SqlError(
    SQL_STATE.not_null_violation,
    `null value in column "${column}" of relation "${relation}" violates not-null constraint`,
    fields,
  )

export const checkViolation = (relation: string, constraint: string, fields: ErrorFields): SqlError =>
  new SqlError(
    SQL_STATE.check_violation,
    `new row for relation "${relation}" violates check constraint "${constraint}"`,
    fields,
  )

export const domainNotNull = (domain: string): SqlError =>
  new SqlError(SQL_STATE.not_null_violation, `domain ${domain} does not allow null values`, { dataType: domain })

export const domainCheckViolation = (domain: string, constraint: string): SqlError =>
  new SqlError(SQL_STATE.check_violation, `value for domain ${domain} violates check constraint "${constraint}"`, {
    dataType: domain,
    constraint,
  })

export const uniqueViolation = (constraint: string, fields: ErrorFields): SqlError =>
  new SqlError(SQL_STATE.unique_violation, `duplicate key value violates unique constraint "${constraint}"`, fields)

export const couldNotCreateUniqueIndex = (index: string, fields: ErrorFields): SqlError =>
  new SqlError(SQL_STATE.unique_violation, `could not create unique index "${index}"`, fields)

export const exclusionViolation = (constraint: string, fields: ErrorFields): SqlError =>
  new SqlError(
    SQL_STATE.exclusion_violation,
    `conflicting key value violates exclusion constraint "${constraint}"`,
    fields,
  )

export const couldNotCreateExclusion = (index: string, fields: ErrorFields): SqlError =>
  new SqlError(SQL_STATE.exclusion_violation, `could not create exclusion constraint "${index}"`, fields)

export const foreignKeyViolation = (message: string, fields: ErrorFields): SqlError =>
  new SqlError(SQL_STATE.foreign_key_violation, message, fields)

export const conflictAffectsRowTwice = (): SqlError =>
  new SqlError(SQL_STATE.cardinality_violation, 'ON CONFLICT DO UPDATE command cannot affect row a second time', {
    hint: 'Ensure that no rows proposed for insertion within the same command have duplicate constrained values.',
  })

export const invalidFrameOffset = (which: 'starting' | 'ending', negative: boolean): SqlError =>
  negative
    ? new SqlError(SQL_STATE.invalid_preceding_or_following_size, `frame ${which} offset must not be negative`)
    : new SqlError(SQL_STATE.null_value_not_allowed, `frame ${which} offset must not be null`)

/** Of a RANGE frame. */
export const invalidFrameDistance = (): SqlError =>
  new SqlError(SQL_STATE.invalid_preceding_or_following_size, 'invalid preceding or following size in window function')

export const waitingFunctionMisplaced = (name: string): SqlError =>
  new SqlError(SQL_STATE.feature_not_supported, `function ${name} is only supported as a whole column of a select list`)

/** A set-returning function that waits stands elsewhere than in FROM. */
export const waitingSetMisplaced = (name: string): SqlError =>
  new SqlError(SQL_STATE.feature_not_supported, `function ${name} is only supported in FROM`)

/** A session's temporary files would take more than temp_file_limit, in kilobytes. */
export const temporaryFileLimit = (limit: number): SqlError =>
  new SqlError(SQL_STATE.configuration_limit_exceeded, `temporary file size exceeds temp_file_limit (${limit}kB)`)

export const partitionViolation = (relation: string, fields: ErrorFields): SqlError =>
  new SqlError(SQL_STATE.check_violation, `new row for relation "${relation}" violates partition constraint`, fields)

export const conflictUpdateLeavesPartition = (): SqlError =>
  new SqlError(SQL_STATE.feature_not_supported, 'invalid ON UPDATE specification', {
    detail: 'The result tuple would appear in a different partition than the original tuple.',
  })

export const noPartitionForRow = (relation: string, fields: ErrorFields): SqlError =>
  new SqlError(SQL_STATE.check_violation, `no partition of relation "${relation}" found for row`, fields)

export const notPopulated = (view: string): SqlError =>
  new SqlError(SQL_STATE.object_not_in_prerequisite_state, `materialized view "${view}" has not been populated`, {
    hint: 'Use the REFRESH MATERIALIZED VIEW command.',
  })

export const duplicateRefreshedRows = (view: string, row: string): SqlError =>
  new SqlError(
    SQL_STATE.cardinality_violation,
    `new data for materialized view "${view}" contains duplicate rows without any null columns`,
    { detail: `Row: ${row}` },
  )

export const cannotRefreshConcurrently = (view: string): SqlError =>
  new SqlError(SQL_STATE.object_not_in_prerequisite_state, `cannot refresh materialized view "${view}" concurrently`, {
    hint: 'Create a unique index with no WHERE clause on one or more columns of the materialized view.',
  })

const returnedRowMismatch = (detail: string): SqlError =>
  new SqlError(SQL_STATE.datatype_mismatch, 'function return row and query-specified return row do not match', {
    detail,
  })

/** A function's record with more or fewer columns than the query expects of it. */
export const returnedRowWidth = (width: number, expected: number): SqlError =>
  returnedRowMismatch(
    `Returned row contains ${width} ${width === 1 ? 'attribute' : 'attributes'}, but query expects ${expected}.`,
  )

export const returnedRowType = (type: string, position: number, expected: string): SqlError =>
  returnedRowMismatch(`Returned type ${type} at ordinal position ${position}, but query expects ${expected}.`)

/** What INSERT, UPDATE, DELETE and MERGE refuse before they run, and views of new rows. */
import { SqlError, type ErrorFields } from '../sql-error.ts'
import { SQL_STATE } from '../sql-state.ts'
import { LocatedError, type Location } from './analysis.ts'

const VIEW_HINTS = {
  'insert into':
    'To enable inserting into the view, provide an INSTEAD OF INSERT trigger or an unconditional ON INSERT DO INSTEAD rule.',
  update:
    'To enable updating the view, provide an INSTEAD OF UPDATE trigger or an unconditional ON UPDATE DO INSTEAD rule.',
  'delete from':
    'To enable deleting from the view, provide an INSTEAD OF DELETE trigger or an unconditional ON DELETE DO INSTEAD rule.',
} as const

export type ModifyVerb = keyof typeof VIEW_HINTS

export const cannotModifyView = (verb: ModifyVerb, view: string, reason: string): SqlError =>
  new SqlError(SQL_STATE.object_not_in_prerequisite_state, `cannot ${verb} view "${view}"`, {
    detail: reason,
    hint: VIEW_HINTS[verb],
  })

export const cannotModifyViewColumn = (verb: ModifyVerb, column: string, view: string, reason: string): SqlError =>
  new SqlError(SQL_STATE.feature_not_supported, `cannot ${verb} column "${column}" of view "${view}"`, {
    detail: reason,
  })

export const checkOptionViolation = (view: string, fields: ErrorFields): SqlError =>
  new SqlError(SQL_STATE.with_check_option_violation, `new row violates check option for view "${view}"`, fields)

export const arbiterOrder = (what: 'ASC/DESC' | 'NULLS FIRST/LAST', location: Location): SqlError =>
  new LocatedError(SQL_STATE.invalid_column_reference, `${what} is not allowed in ON CONFLICT clause`, location)

export const deferrableArbiter = (): SqlError =>
  new SqlError(
    SQL_STATE.object_not_in_prerequisite_state,
    'ON CONFLICT does not support deferrable unique constraints/exclusion constraints as arbiters',
  )

const KIND_PLURALS: Readonly<Record<string, string>> = {
  v: 'views',
  m: 'materialized views',
  S: 'sequences',
  i: 'indexes',
  c: 'composite types',
}

export const mergeNotForKind = (relation: string, kind: string): SqlError =>
  new SqlError(SQL_STATE.feature_not_supported, `cannot execute MERGE on relation "${relation}"`, {
    detail: `This operation is not supported for ${KIND_PLURALS[kind] ?? 'it'}.`,
  })

export const mergeNameTwice = (name: string): SqlError =>
  new SqlError(SQL_STATE.duplicate_alias, `name "${name}" specified more than once`, {
    detail: 'The name is used both as MERGE target table and data source.',
  })

export const unreachableWhen = (): SqlError =>
  new SqlError(SQL_STATE.syntax_error, 'unreachable WHEN clause specified after unconditional WHEN clause')

export const mergeAffectsRowTwice = (): SqlError =>
  new SqlError(SQL_STATE.cardinality_violation, 'MERGE command cannot affect row a second time', {
    hint: 'Ensure that not more than one source row matches any one target row.',
  })

/** What INSERT, UPDATE and DELETE refuse before they run. */
import { SqlError } from '../sql-error.ts'
import { SQL_STATE } from '../sql-state.ts'

const VIEW_HINTS = {
  'insert into':
    'To enable inserting into the view, provide an INSTEAD OF INSERT trigger or an unconditional ON INSERT DO INSTEAD rule.',
  update:
    'To enable updating the view, provide an INSTEAD OF UPDATE trigger or an unconditional ON UPDATE DO INSTEAD rule.',
  'delete from':
    'To enable deleting from the view, provide an INSTEAD OF DELETE trigger or an unconditional ON DELETE DO INSTEAD rule.',
} as const

export const cannotModifyView = (verb: keyof typeof VIEW_HINTS, view: string): SqlError =>
  new SqlError(SQL_STATE.feature_not_supported, `cannot ${verb} view "${view}"`, {
    detail: 'Views are not automatically updatable.',
    hint: VIEW_HINTS[verb],
  })

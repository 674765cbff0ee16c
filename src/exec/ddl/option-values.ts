/** Values of the options of commands: `(VERBOSE, INDEX_CLEANUP off, …)`. */
import { requiresBoolean } from '../../errors/raise/maintenance.ts'
import { bodyOf, type DefElem } from '../../sql/ast.ts'

/** The option's value as text; empty when it has none. */
export const optionText = ({ arg }: DefElem): string => {
  if (arg === undefined) return ''
  const integer = bodyOf(arg, 'Integer')
  if (integer !== undefined) return String(integer.ival ?? 0)
  return bodyOf(arg, 'String')?.sval ?? bodyOf(arg, 'Float')?.fval ?? ''
}

/** Whether an option is on, as it is without a value. Throws 42601 for what is no Boolean. */
export const optionIsOn = (option: DefElem): boolean => {
  const text = option.arg === undefined ? 'on' : optionText(option).toLowerCase()
  if (text === 'on' || text === 'true' || text === '1') return true
  if (text === 'off' || text === 'false' || text === '0') return false
  throw requiresBoolean(option.defname ?? '')
}

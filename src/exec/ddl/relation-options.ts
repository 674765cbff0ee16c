/** WITH (…) of tables and views, and SET (…), RESET (…): kept as `name=value` texts. */
import type { RelationObject } from '../../catalog/objects.ts'
import { invalidBooleanOption, invalidEnumOption, unrecognizedParameter } from '../../errors/raise/definitions.ts'
import { bodyOf, namesOf, type Node } from '../../sql/ast.ts'

interface OptionRecord {
  readonly name: string
  /** Words that it takes; null: a truth value. */
  readonly words: readonly string[] | null
}

/** Parameters of views; tables take any, for rows are stored one way. */
const VIEW_OPTIONS: readonly OptionRecord[] = [
  { name: 'security_barrier', words: null },
  { name: 'security_invoker', words: null },
  { name: 'check_option', words: ['local', 'cascaded'] },
]

const TRUTHS: ReadonlySet<string> = new Set(['true', 'false', 'on', 'off', 'yes', 'no', '1', '0', 't', 'f', 'y', 'n'])

const valueText = (arg: Node | undefined): string =>
  arg === undefined
    ? 'true'
    : String(
        bodyOf(arg, 'Integer')?.ival ??
          bodyOf(arg, 'Float')?.fval ??
          bodyOf(arg, 'Boolean')?.boolval ??
          bodyOf(arg, 'String')?.sval ??
          namesOf(bodyOf(arg, 'TypeName')?.names).at(-1) ??
          0,
      )

const checkViewOption = (name: string, value: string): void => {
  const record = VIEW_OPTIONS.find((option) => option.name === name)
  if (record === undefined) throw unrecognizedParameter(name)
  const { words } = record
  if (words === null) {
    if (!TRUTHS.has(value.toLowerCase())) throw invalidBooleanOption(name, value)
  } else if (!words.includes(value.toLowerCase())) throw invalidEnumOption(name, value, words)
}

/** The options after a change; `reset` takes the named ones away. Throws 22023. */
export const changedOptions = (
  kind: RelationObject['kind'],
  before: readonly string[],
  items: readonly Node[],
  reset = false,
): string[] => {
  const options = new Map(before.map((option) => [option.slice(0, option.indexOf('=')), option]))
  for (const item of items) {
    const { defname = '', arg } = bodyOf(item, 'DefElem') ?? {}
    if (reset) {
      options.delete(defname)
      continue
    }
    const value = valueText(arg)
    if (kind === 'v') checkViewOption(defname, value)
    options.set(defname, `${defname}=${value}`)
  }
  return [...options.values()]
}

/** WITH (…) of tables and views, and SET (…), RESET (…): kept as `name=value` texts. */
import type { RelationObject } from '../../catalog/objects.ts'
import {
  invalidBooleanOption,
  invalidEnumOption,
  notSupported,
  optionOutOfBounds,
  unrecognizedParameter,
} from '../../errors/raise/definitions.ts'
import { bodyOf, namesOf, type Node } from '../../sql/ast.ts'
import { optionIsOn } from './option-values.ts'

interface OptionRecord {
  readonly name: string
  /** Words that it takes; null: a truth value. */
  readonly words: readonly string[] | null
}

/** Parameters of views. */
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

/** Parameters of tables, which are kept but change nothing: rows are stored one way. */
const TABLE_OPTIONS = new Set(
  `autovacuum_analyze_scale_factor autovacuum_analyze_threshold autovacuum_enabled autovacuum_freeze_max_age
  autovacuum_freeze_min_age autovacuum_freeze_table_age autovacuum_multixact_freeze_max_age
  autovacuum_multixact_freeze_min_age autovacuum_multixact_freeze_table_age autovacuum_vacuum_cost_delay
  autovacuum_vacuum_cost_limit autovacuum_vacuum_insert_scale_factor autovacuum_vacuum_insert_threshold
  autovacuum_vacuum_scale_factor autovacuum_vacuum_threshold fillfactor log_autovacuum_min_duration parallel_workers
  toast_tuple_target user_catalog_table vacuum_index_cleanup vacuum_truncate`.split(/\s+/),
)

const FILL_FACTOR = { min: 10, max: 100 } as const

const checkTableOption = (name: string, value: string): void => {
  if (!TABLE_OPTIONS.has(name)) throw unrecognizedParameter(name)
  if (name !== 'fillfactor') return
  const factor = Number(value)
  const { min, max } = FILL_FACTOR
  if (!(factor >= min && factor <= max)) throw optionOutOfBounds(name, value, min, max)
}

/** Options of CREATE TABLE without `oids = false`, which says what always holds. Throws 0A000 where it says otherwise. */
export const withoutOids = (items: readonly Node[]): readonly Node[] =>
  items.filter((item) => {
    const option = bodyOf(item, 'DefElem')
    if (option?.defname !== 'oids' || option.defnamespace !== undefined) return true
    if (optionIsOn(option)) throw notSupported('tables declared WITH OIDS are not supported')
    return false
  })

/** The options after a change; `reset` takes the named ones away. Throws 22023. */
export const changedOptions = (
  kind: RelationObject['kind'],
  before: readonly string[],
  items: readonly Node[],
  reset = false,
): string[] => {
  const options = new Map(before.map((option) => [option.slice(0, option.indexOf('=')), option]))
  for (const item of items) {
    const { defname = '', defnamespace, arg } = bodyOf(item, 'DefElem') ?? {}
    if (reset) {
      options.delete(defname)
      continue
    }
    const value = valueText(arg)
    if (kind === 'v') checkViewOption(defname, value)
    else if (kind === 'r' && defnamespace === undefined) checkTableOption(defname, value)
    options.set(defname, `${defname}=${value}`)
  }
  return [...options.values()]
}

/** Options of VACUUM and ANALYZE. Many only say how PostgreSQL goes about its pages: they are checked and mean nothing. */
import {
  parallelOutOfRange,
  parallelRequiresValue,
  unrecognizedOption,
  vacuumOptionRefused,
} from '../../errors/raise/maintenance.ts'
import { bodyOf, type DefElem, type VacuumRelation, type VacuumStmt } from '../../sql/ast.ts'
import { optionIsOn, optionText } from '../../exec/ddl/option-values.ts'

export interface VacuumOptions {
  readonly verbose: boolean
  readonly full: boolean
  readonly analyze: boolean
  readonly skipLocked: boolean
}

/** Options that are on or off, and whether ANALYZE has them too. */
const SWITCHES: ReadonlyMap<string, { readonly ofAnalyze: boolean }> = new Map([
  ['verbose', { ofAnalyze: true }],
  ['skip_locked', { ofAnalyze: true }],
  ['analyze', { ofAnalyze: false }],
  ['freeze', { ofAnalyze: false }],
  ['full', { ofAnalyze: false }],
  ['disable_page_skipping', { ofAnalyze: false }],
  ['process_toast', { ofAnalyze: false }],
  ['truncate', { ofAnalyze: false }],
])

const MAX_WORKERS = 1024

const parallelWorkers = (option: DefElem): number => {
  if (option.arg === undefined) throw parallelRequiresValue(option.location)
  const workers = Number(optionText(option))
  if (!(workers >= 0 && workers <= MAX_WORKERS)) throw parallelOutOfRange(option.location)
  return workers
}

/** Throws 42601 for what the command does not know, 0A000 for what does not go together. */
export const vacuumOptions = (node: VacuumStmt, command: 'VACUUM' | 'ANALYZE'): VacuumOptions => {
  const on = new Map<string, boolean>()
  let workers = -1
  for (const item of node.options ?? []) {
    const option = bodyOf(item, 'DefElem') ?? {}
    const { defname = '', location } = option
    const known = SWITCHES.get(defname)
    if (known !== undefined && (command === 'VACUUM' || known.ofAnalyze)) on.set(defname, optionIsOn(option))
    else if (command === 'VACUUM' && defname === 'index_cleanup') {
      if (optionText(option).toLowerCase() !== 'auto') optionIsOn(option)
    } else if (command === 'VACUUM' && defname === 'parallel') workers = parallelWorkers(option)
    else throw unrecognizedOption(command, defname, location)
  }
  const isOn = (name: string): boolean => on.get(name) === true
  const analyze = command === 'ANALYZE' || isOn('analyze')
  if (isOn('full') && workers > 0) throw vacuumOptionRefused('VACUUM FULL cannot be performed in parallel')
  const namesColumns = (node.rels ?? []).some((n) => (bodyOf(n, 'VacuumRelation') as VacuumRelation).va_cols?.length)
  if (namesColumns && !analyze) {
    throw vacuumOptionRefused('ANALYZE option must be specified when a column list is provided')
  }
  if (isOn('full') && isOn('disable_page_skipping')) {
    throw vacuumOptionRefused('VACUUM option DISABLE_PAGE_SKIPPING cannot be used with FULL')
  }
  if (isOn('full') && on.get('process_toast') === false) {
    throw vacuumOptionRefused('PROCESS_TOAST required with VACUUM FULL')
  }
  return { verbose: isOn('verbose'), full: isOn('full'), analyze, skipLocked: isOn('skip_locked') }
}

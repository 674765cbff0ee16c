/** The options of CREATE and ALTER FUNCTION. */
import type { FunctionObject } from '../../catalog/objects.ts'
import { syntaxErrorAt } from '../../errors/raise/analysis.ts'
import { conflictingOptions, invalidFunctionDefinition, routineParameterValue } from '../../errors/raise/routines.ts'
import { bodyOf, listItems, namesOf, type DefElem, type Node } from '../../sql/ast.ts'

type ChangeableAttribute =
  | 'volatility'
  | 'strict'
  | 'securityDefiner'
  | 'leakproof'
  | 'parallel'
  | 'cost'
  | 'rows'
  | 'kind'

/** What options of CREATE and ALTER FUNCTION say. */
export interface RoutineOptions {
  language?: string
  as?: readonly string[]
  changes: { -readonly [K in ChangeableAttribute]?: FunctionObject[K] }
  /** SET clauses by setting; null: RESET. `all`: RESET ALL comes first. */
  settings: Map<string, string | null>
  resetAll: boolean
}

const textOf = (node: Node | undefined): string =>
  node === undefined
    ? ''
    : (bodyOf(node, 'String')?.sval ??
      bodyOf(node, 'Float')?.fval ??
      String(bodyOf(node, 'Integer')?.ival ?? bodyOf(node, 'Boolean')?.boolval ?? 0))

const flagOf = (node: Node | undefined): boolean => {
  if (node === undefined) return true
  const value = bodyOf(node, 'Boolean')
  return value === undefined ? Boolean(bodyOf(node, 'Integer')?.ival ?? 0) : (value.boolval ?? false)
}

const PARALLEL: Readonly<Record<string, FunctionObject['parallel']>> = { safe: 's', restricted: 'r', unsafe: 'u' }

/** Reads options; throws 42601 for one that stands twice. */
export const routineOptions = (nodes: readonly Node[], isProcedure: boolean): RoutineOptions => {
  const options: RoutineOptions = { changes: {}, settings: new Map(), resetAll: false }
  const seen = new Set<string>()
  for (const node of nodes) {
    const { defname = '', arg, location } = bodyOf(node, 'DefElem') as DefElem
    if (defname !== 'set') {
      if (seen.has(defname)) throw conflictingOptions(location)
      seen.add(defname)
    }
    if (isProcedure && FUNCTION_ONLY.has(defname)) {
      throw invalidFunctionDefinition('invalid attribute in procedure definition', {}, location)
    }
    readOption(options, defname, arg)
  }
  return options
}

const FUNCTION_ONLY: ReadonlySet<string> = new Set([
  'volatility',
  'strict',
  'leakproof',
  'cost',
  'rows',
  'support',
  'parallel',
  'window',
])

const readOption = (options: RoutineOptions, name: string, arg: Node | undefined): void => {
  const { changes } = options
  switch (name) {
    case 'language':
      options.language = textOf(arg)
      return
    case 'as':
      options.as = namesOf(listItems(arg))
      return
    case 'volatility':
      changes.volatility = textOf(arg) as FunctionObject['volatility']
      return
    case 'strict':
      changes.strict = flagOf(arg)
      return
    case 'security':
      changes.securityDefiner = flagOf(arg)
      return
    case 'leakproof':
      changes.leakproof = flagOf(arg)
      return
    case 'window':
      if (flagOf(arg)) changes.kind = 'window'
      return
    case 'cost':
      changes.cost = Number(textOf(arg))
      if (!(changes.cost > 0)) throw routineParameterValue('COST must be positive')
      return
    case 'rows':
      changes.rows = Number(textOf(arg))
      if (!(changes.rows > 0)) throw routineParameterValue('ROWS must be positive')
      return
    case 'parallel': {
      const parallel = PARALLEL[textOf(arg)]
      if (parallel === undefined) {
        throw syntaxErrorAt('parameter "parallel" must be SAFE, RESTRICTED, or UNSAFE')
      }
      changes.parallel = parallel
      return
    }
    case 'set':
      readSetting(options, arg)
  }
}

const readSetting = (options: RoutineOptions, arg: Node | undefined): void => {
  const set = arg === undefined ? undefined : bodyOf(arg, 'VariableSetStmt')
  if (set === undefined) return
  if (set.kind === 'VAR_RESET_ALL') {
    options.resetAll = true
    options.settings.clear()
    return
  }
  const values = (set.args ?? []).map((value) => {
    const constant = bodyOf(value, 'A_Const')
    return constant === undefined
      ? ''
      : (constant.sval?.sval ?? constant.fval?.fval ?? String(constant.ival?.ival ?? constant.boolval?.boolval ?? 0))
  })
  options.settings.set(set.name ?? '', set.kind === 'VAR_SET_VALUE' ? values.join(', ') : null)
}

/** Settings after options have changed them. */
export const changedSettings = (before: readonly string[], { settings, resetAll }: RoutineOptions): string[] => {
  const kept = new Map((resetAll ? [] : before).map((s) => [s.slice(0, s.indexOf('=')), s]))
  for (const [name, value] of settings) {
    if (value === null) kept.delete(name)
    else kept.set(name, `${name}=${value}`)
  }
  return [...kept.values()]
}

/** EXPLAIN: plans a statement, runs it too when ANALYZE asks for it, and shows the plan. */
import {
  explainOptionNeedsAnalyze,
  notBooleanOption,
  unknownExplainOption,
  unknownExplainValue,
} from '../../errors/raise/explain.ts'
import { unsupportedStatement } from '../../errors/raise/session.ts'
import { isPlannable } from '../../analyze/analyze.ts'
import { Instrumentation } from '../../exec/instrument.ts'
import { explainJson, explainText } from '../../plan/explain.ts'
import { bodyOf, tagOf, type DefElem, type ExplainStmt, type Node } from '../../sql/ast.ts'
import { characterPosition } from '../../sql/parse.ts'
import type { Datum } from '../../types/sql-type.ts'
import { Batch } from '../../vector/batch.ts'
import { DatumVector } from '../../vector/vector.ts'
import type { SessionCore } from '../core.ts'
import { lockTables, plan, startPlan } from '../execute-statement.ts'
import type { StatementPlan } from '../plan-statement.ts'
import { describeUtility } from './describe.ts'
import type { UtilityHandlers } from './handler.ts'
import { executed } from './prepared.ts'

interface Options {
  analyze: boolean
  verbose: boolean
  costs: boolean
  timing: boolean | null
  summary: boolean | null
  json: boolean
}

const SWITCHES = new Set(['analyze', 'verbose', 'costs', 'timing', 'summary', 'buffers', 'settings', 'wal'])

const optionsOf = (nodes: readonly Node[], sql: string): Options => {
  const options: Options = { analyze: false, verbose: false, costs: true, timing: null, summary: null, json: false }
  for (const node of nodes) {
    const element = bodyOf(node, 'DefElem') as DefElem
    const name = element.defname ?? ''
    const position = characterPosition(sql, element.location)
    if (name === 'format') {
      const format = wordOf(element)
      if (format !== 'text' && format !== 'json') throw unknownExplainValue(name, format, position)
      options.json = format === 'json'
    } else if (!SWITCHES.has(name)) throw unknownExplainOption(name, position)
    else if (name in options) Object.assign(options, { [name]: isOn(element) })
    else isOn(element)
  }
  if (options.timing === true && !options.analyze) throw explainOptionNeedsAnalyze('TIMING')
  return options
}

const wordOf = ({ arg }: DefElem): string => {
  if (arg === undefined) return ''
  const integer = bodyOf(arg, 'Integer')
  if (integer !== undefined) return String(integer.ival ?? 0)
  return (bodyOf(arg, 'String')?.sval ?? (bodyOf(arg, 'Boolean')?.boolval ? 'true' : 'false')).toLowerCase()
}

const isOn = (element: DefElem): boolean => {
  if (element.arg === undefined) return true
  const word = wordOf(element)
  if (['true', 'on', '1'].includes(word)) return true
  if (['false', 'off', '0'].includes(word)) return false
  throw notBooleanOption(element.defname ?? '')
}

const explain = async (core: SessionCore, node: ExplainStmt, sql: string): Promise<string[]> => {
  const options = optionsOf(node.options ?? [], sql)
  const created = bodyOf(node.query as Node, 'CreateTableAsStmt')
  const query = created?.query ?? (node.query as Node)
  const execute = bodyOf(query, 'ExecuteStmt')
  const prepared = execute === undefined ? null : executed(core, execute)
  if (prepared === null && !isPlannable(query)) throw unsupportedStatement(`EXPLAIN of ${tagOf(query)}`)
  const started = performance.now()
  let planningTime = 0
  const again = (): StatementPlan => {
    const planned = prepared === null ? plan(core, query, [], false) : prepared.current()
    planningTime = performance.now() - started
    return planned
  }
  const statement = await lockTables(core, again(), again)
  if (statement.failure !== null) throw statement.failure
  const instrumentation = options.analyze ? new Instrumentation() : null
  const executionTime =
    instrumentation === null ? null : await run(core, statement, prepared?.parameters ?? [], instrumentation)
  const summary = options.summary ?? options.analyze
  const shown = {
    costs: options.costs,
    verbose: options.verbose,
    timing: options.timing ?? true,
    format: core.format,
    schemaName: (oid: number) => core.catalog.schema(oid)?.name ?? '',
    relationName: (oid: number) => core.catalog.relation(oid)?.name ?? '',
    actuals: instrumentation?.actual ?? null,
    planningTime: summary ? planningTime : null,
    executionTime: summary ? executionTime : null,
  }
  return options.json ? [explainJson(statement.plan, shown)] : explainText(statement.plan, shown)
}

/** Runs the statement for its measurements; its rows are not delivered. Answers milliseconds. */
const run = async (
  core: SessionCore,
  statement: StatementPlan,
  parameters: readonly Datum[],
  instrumentation: Instrumentation,
): Promise<number> => {
  const started = performance.now()
  const running = startPlan(core, statement, parameters, instrumentation.wrap)
  try {
    while ((await running.next()) !== null);
  } finally {
    running.close()
    core.running = null
    core.block.current?.endStatement()
  }
  return performance.now() - started
}

export const explainHandlers: UtilityHandlers = {
  ExplainStmt: async (core, node, { sink, sql }) => {
    const fields = describeUtility(core, { ExplainStmt: node }) ?? []
    const lines = await explain(core, node, sql)
    const held = sink.rows(new Batch([new DatumVector(lines)], lines.length), fields)
    if (held !== undefined) await held
    return 'EXPLAIN'
  },
}

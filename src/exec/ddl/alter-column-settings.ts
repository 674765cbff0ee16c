/**
 * ALTER TABLE … ALTER COLUMN SET STATISTICS, SET (…), SET STORAGE, SET COMPRESSION: kept and shown by pg_attribute. Rows are
 * stored one way, whatever they say.
 */
import type { Column, ColumnSettings, RelationObject } from '../../catalog/objects.ts'
import {
  columnNumberUnknown,
  invalidSetting,
  notSupported,
  numberedColumnOfTable,
  statisticsOfIncluded,
  statisticsOfPlainKey,
  unrecognizedParameter,
} from '../../errors/raise/definitions.ts'
import { SQL_STATE } from '../../errors/sql-state.ts'
import { bodyOf, type AlterTableCmd, type Node } from '../../sql/ast.ts'
import { formatType } from '../../types/index.ts'
import { type Action, columnOf, named, putColumn } from './alter-action.ts'
import type { DefinitionContext } from './context.ts'
import { optionText } from './option-values.ts'

/** The largest target, to which larger ones are brought down. */
const MAX_STATISTICS = 10_000

const change = (
  context: DefinitionContext,
  relation: RelationObject,
  column: Column,
  settings: ColumnSettings,
): RelationObject => putColumn(context, relation, { ...column, settings: { ...column.settings, ...settings } })

const statisticsTarget = (context: DefinitionContext, command: AlterTableCmd): number => {
  const target = bodyOf(command.def as Node, 'Integer')?.ival ?? 0
  if (target < -1) throw invalidSetting(`statistics target ${target} is too low`)
  if (target <= MAX_STATISTICS) return target
  context.notice({
    severity: 'WARNING',
    code: SQL_STATE.invalid_parameter_value,
    message: `lowering statistics target to ${MAX_STATISTICS}`,
  })
  return MAX_STATISTICS
}

export const setStatistics: Action = (context, relation, command) => {
  if (command.name === undefined && relation.index === null) throw numberedColumnOfTable()
  const statistics = statisticsTarget(context, command)
  if (relation.index !== null) return requireExpressionKey(context, relation, command.num ?? 0)
  change(context, relation, columnOf(relation, named(command)), { statistics })
}

/** Of an index only expressions have statistics of their own; other columns have the table's. */
const requireExpressionKey = (context: DefinitionContext, index: RelationObject, number: number): void => {
  const { keys = [], included = [], table = 0 } = index.index ?? {}
  const attnum = [...keys.map((key) => key.attnum), ...included][number - 1]
  if (attnum === undefined) throw columnNumberUnknown(number, index.name)
  if (attnum === 0) return
  const name = context.catalog.snapshot.relation(table)?.columns[attnum - 1]?.name ?? ''
  throw number > keys.length ? statisticsOfIncluded(name, index.name) : statisticsOfPlainKey(name, index.name)
}

const COLUMN_OPTIONS = new Set(['n_distinct', 'n_distinct_inherited'])

export const setColumnOptions: Action = (context, relation, command) => {
  const column = columnOf(relation, named(command))
  const options = new Map((column.settings?.options ?? []).map((text) => [text.slice(0, text.indexOf('=')), text]))
  for (const item of bodyOf(command.def as Node, 'List')?.items ?? []) {
    const option = bodyOf(item, 'DefElem') ?? {}
    const { defname = '' } = option
    if (command.subtype === 'AT_ResetOptions') {
      options.delete(defname)
      continue
    }
    if (!COLUMN_OPTIONS.has(defname)) throw unrecognizedParameter(defname)
    options.set(defname, `${defname}=${optionText(option)}`)
  }
  change(context, relation, column, { options: [...options.values()] })
}

const STORAGE: Readonly<Record<string, NonNullable<ColumnSettings['storage']>>> = {
  plain: 'p',
  external: 'e',
  main: 'm',
  extended: 'x',
}

export const setStorage: Action = (context, relation, command) => {
  const word = bodyOf(command.def as Node, 'String')?.sval ?? ''
  const storage = STORAGE[word.toLowerCase()]
  if (storage === undefined) throw invalidSetting(`invalid storage type "${word}"`)
  const column = columnOf(relation, named(command))
  if (storage !== 'p' && column.type.storage === 'p') {
    throw notSupported(`column data type ${formatType(column.type, -1)} can only have storage PLAIN`)
  }
  change(context, relation, column, { storage })
}

const COMPRESSION: Readonly<Record<string, NonNullable<ColumnSettings['compression']>>> = {
  default: '',
  pglz: 'p',
  lz4: 'l',
}

export const setCompression: Action = (context, relation, command) => {
  const column = columnOf(relation, named(command))
  const word = bodyOf(command.def as Node, 'String')?.sval ?? ''
  if (word !== 'default' && column.type.storage === 'p') {
    throw notSupported(`column data type ${formatType(column.type, -1)} does not support compression`)
  }
  const compression = COMPRESSION[word]
  if (compression === undefined) throw invalidSetting(`invalid compression method "${word}"`)
  change(context, relation, column, { compression })
}

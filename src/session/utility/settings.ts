/** SET, RESET, SHOW, DISCARD. */
import { mayReadSetting, requireReadable } from '../readable-settings.ts'
import { SQL_STATE } from '../../errors/sql-state.ts'
import { bodyOf, type Node, type TypeCast, type VariableSetStmt } from '../../sql/ast.ts'
import { intervalType } from '../../types/datetime/interval-type.ts'
import { quoteIdentifier } from '../../functions/keywords.ts'
import { Batch } from '../../vector/batch.ts'
import { DatumVector } from '../../vector/vector.ts'
import type { SessionCore } from '../core.ts'
import { discardTemporaryObjects } from '../temporary-objects.ts'
import { describeUtility } from './describe.ts'
import type { UtilityCall, UtilityHandlers } from './handler.ts'
import { applyModes, requireNoBlock } from './transactions.ts'

/** SET TIME ZONE INTERVAL '…' HOUR TO MINUTE: the interval as its type reads it, in the words that the setting takes. */
const intervalText = (core: SessionCore, { arg, typeName }: TypeCast): string => {
  const modifiers = (typeName?.typmods ?? []).map((node) => String(bodyOf(node, 'A_Const')?.ival?.ival ?? 0))
  const typmod = modifiers.length === 0 ? -1 : intervalType.parseTypmod(modifiers)
  const text = arg === undefined ? '' : (bodyOf(arg, 'A_Const')?.sval?.sval ?? '')
  return `INTERVAL '${intervalType.format(intervalType.parse(text, typmod, core.format), core.format)}'`
}

/** The value list of SET as its text; several values are a list as search_path takes it. */
const settingText = (core: SessionCore, nodes: readonly Node[]): string => {
  const texts = nodes.map((node) => {
    const cast = bodyOf(node, 'TypeCast')
    if (cast !== undefined) return intervalText(core, cast)
    const constant = bodyOf(node, 'A_Const')
    if (constant?.ival !== undefined) return String(constant.ival.ival ?? 0)
    if (constant?.boolval !== undefined) return constant.boolval.boolval ? 'on' : 'off'
    return constant?.fval?.fval ?? constant?.sval?.sval ?? ''
  })
  if (texts.length === 1) return texts[0] as string
  return texts.map((text) => (/^[a-z_][a-z0-9_$]*$/.test(text) ? text : `"${text.replaceAll('"', '""')}"`)).join(', ')
}

/** The value list of SET for a setting. SET of one name quotes it, so that `SET search_path TO "A"` keeps its case. */
export const settingValue = (core: SessionCore, name: string, nodes: readonly Node[]): string => {
  const text = settingText(core, nodes)
  const quoted = name === 'search_path' && nodes.length === 1 && !/^[a-z_][a-z0-9_$]*$/.test(text)
  return quoted ? quoteIdentifier(text) : text
}

const setVariable = (core: SessionCore, node: VariableSetStmt, { topLevel }: UtilityCall): string => {
  const name = node.name ?? ''
  const options = { local: node.is_local ?? false, superuser: core.role.superuser }
  const alone = topLevel && core.block.state === 'implicit'
  if (node.is_local && alone && node.kind !== 'VAR_SET_MULTI') {
    core.notice({
      severity: 'WARNING',
      code: SQL_STATE.no_active_sql_transaction,
      message: 'SET LOCAL can only be used in transaction blocks',
    })
  }
  const tag = assign(core, node, options, alone)
  // Whose authorization a session takes, that is its role.
  if (name === 'session_authorization') core.settings.reset('role', options)
  return tag
}

interface Assignment {
  readonly local: boolean
  readonly superuser: boolean
}

const assign = (core: SessionCore, node: VariableSetStmt, options: Assignment, alone: boolean): string => {
  const name = node.name ?? ''
  switch (node.kind) {
    case 'VAR_SET_VALUE':
      if (name.toLowerCase() in SESSION_MODES)
        return setMode(core, name.toLowerCase(), settingText(core, node.args ?? []))
      core.settings.set(name, settingValue(core, name.toLowerCase(), node.args ?? []), options)
      return 'SET'
    case 'VAR_SET_DEFAULT':
      core.settings.reset(name, options)
      return 'SET'
    case 'VAR_SET_MULTI':
      return setMulti(core, name, node, alone)
    case 'VAR_RESET':
      core.settings.reset(name, options)
      return 'RESET'
    case 'VAR_RESET_ALL':
      core.settings.resetAll()
      return 'RESET'
    default:
      return 'SET'
  }
}

const SESSION_MODES: Readonly<Record<string, string>> = {
  transaction_isolation: 'default_transaction_isolation',
  transaction_read_only: 'default_transaction_read_only',
  transaction_deferrable: 'default_transaction_deferrable',
}

/** SET of a transaction's mode by the name of its setting. */
const setMode = (core: SessionCore, name: string, value: string): string => {
  // Refuses what is no value for it.
  core.settings.set(name, value, { local: true })
  const on = core.settings.show(name) === 'on'
  if (name === 'transaction_isolation') core.block.setModes({ isolation: value.toLowerCase() })
  else core.block.setModes(name === 'transaction_read_only' ? { readOnly: on } : { deferrable: on })
  return 'SET'
}

/** SET TRANSACTION and SET SESSION CHARACTERISTICS. */
const setMulti = (core: SessionCore, name: string, node: VariableSetStmt, alone: boolean): string => {
  if (name === 'TRANSACTION' || name === 'TRANSACTION SNAPSHOT') {
    if (alone) {
      core.notice({
        severity: 'WARNING',
        code: SQL_STATE.no_active_sql_transaction,
        message: 'SET TRANSACTION can only be used in transaction blocks',
      })
    }
    if (name === 'TRANSACTION') applyModes(core, node.args ?? [])
    else core.block.importSnapshot(settingText(core, node.args ?? []))
    return 'SET'
  }
  for (const option of node.args ?? []) {
    const { defname, arg } = bodyOf(option, 'DefElem') ?? {}
    const setting = SESSION_MODES[defname ?? '']
    if (setting !== undefined && arg !== undefined) {
      const constant = bodyOf(arg, 'A_Const')
      core.settings.set(setting, constant?.sval?.sval ?? ((constant?.ival?.ival ?? 0) === 1 ? 'on' : 'off'))
    }
  }
  return 'SET'
}

export const settingHandlers: UtilityHandlers = {
  VariableSetStmt: setVariable,
  VariableShowStmt: async (core, node, { sink }) => {
    if (node.name !== undefined) requireReadable(core.catalog, core.actingRole, node.name)
    const fields = describeUtility(core, { VariableShowStmt: node }) ?? []
    const rows =
      node.name?.toLowerCase() === 'all'
        ? core.settings
            .list()
            .filter(({ record }) => mayReadSetting(core.catalog, core.actingRole, record.name))
            .map((state) => [state.record.name, state.shown, state.record.description])
        : [[core.settings.show(node.name ?? '')]]
    const columns = fields.map((_, i) => new DatumVector(rows.map((row) => row[i])))
    const held = sink.rows(new Batch(columns, rows.length), fields)
    if (held !== undefined) await held
    return 'SHOW'
  },
  DiscardStmt: async (core, { target }, { topLevel }) => {
    switch (target) {
      case 'DISCARD_TEMP':
        await discardTemporaryObjects(core)
        return 'DISCARD TEMP'
      case 'DISCARD_SEQUENCES':
        core.eval.sequences.discard()
        return 'DISCARD SEQUENCES'
      case 'DISCARD_PLANS':
        // A plan is made anew whenever it is out of date.
        return 'DISCARD PLANS'
      default:
        requireNoBlock(core, 'DISCARD ALL', topLevel)
        core.closeCursors()
        core.settings.resetAll()
        core.settings.reset('session_authorization')
        core.settings.reset('role')
        core.prepared.clear()
        core.notifications.unlistenAll()
        core.advisory.unlockAll()
        core.eval.sequences.discard()
        await discardTemporaryObjects(core)
        return 'DISCARD ALL'
    }
  },
}

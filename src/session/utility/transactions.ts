/** BEGIN, COMMIT, ROLLBACK, savepoints, SET CONSTRAINTS, LOCK. */
import { requireOnTable } from '../../exec/ddl/permissions.ts'
import { isSecurityInvoker } from '../../catalog/view-options.ts'
import { PRIVILEGE } from '../../types/acl-item.ts'
import { namedRelation } from '../../analyze/from.ts'
import { noTransactionBlock, inTransactionBlock } from '../../errors/raise/session.ts'
import { undefinedObject, undefinedSchema } from '../../errors/raise/analysis.ts'
import { notDeferrable } from '../../errors/raise/definitions.ts'
import { withParts } from '../../catalog/inheritance.ts'
import { SQL_STATE } from '../../errors/sql-state.ts'
import { bodyOf, type Node, type RangeVar, type TransactionStmt } from '../../sql/ast.ts'
import { TABLE_LOCK } from '../../txn/lock-modes.ts'
import { Wait } from '../../vector/wait.ts'
import { cannotLockRelation, relationLockNotAvailable } from '../../errors/raise/transactions.ts'
import type { RelationObject } from '../../catalog/objects.ts'
import type { SessionCore } from '../core.ts'
import { plan, runDeferredChecks } from '../execute-statement.ts'
import type { UtilityHandlers } from './handler.ts'
import { finishPrepared, prepareTransaction } from './two-phase.ts'

const ENDING: ReadonlySet<string> = new Set([
  'TRANS_STMT_COMMIT',
  'TRANS_STMT_ROLLBACK',
  'TRANS_STMT_ROLLBACK_TO',
  'TRANS_STMT_PREPARE',
])

/** Statements that a failed transaction block lets through. */
export const endsTransaction = (node: Node): boolean => {
  const kind = bodyOf(node, 'TransactionStmt')?.kind
  return kind !== undefined && ENDING.has(kind)
}

const warn = (core: SessionCore, message: string): void =>
  core.notice({ severity: 'WARNING', code: SQL_STATE.no_active_sql_transaction, message })

/** Modes as BEGIN and SET TRANSACTION list them: DefElem nodes. */
export const applyModes = (core: SessionCore, options: readonly Node[]): void => {
  for (const option of options) {
    const { defname, arg } = bodyOf(option, 'DefElem') ?? {}
    const constant = arg === undefined ? undefined : bodyOf(arg, 'A_Const')
    const on = (constant?.ival?.ival ?? 0) === 1
    if (defname === 'transaction_isolation') {
      core.block.setModes({ isolation: constant?.sval?.sval ?? 'read committed' })
    } else if (defname === 'transaction_read_only') core.block.setModes({ readOnly: on })
    else if (defname === 'transaction_deferrable') core.block.setModes({ deferrable: on })
  }
}

const commit = async (core: SessionCore, node: TransactionStmt): Promise<string> => {
  const { block } = core
  if (block.state === 'implicit') {
    if (node.chain) throw noTransactionBlock('COMMIT AND CHAIN')
    warn(core, 'there is no transaction in progress')
  }
  const { modes } = block
  const committed = await block.commit((checks) => runDeferredChecks(core, checks))
  if (node.chain) block.chain(modes)
  return committed ? 'COMMIT' : 'ROLLBACK'
}

const rollback = (core: SessionCore, node: TransactionStmt): string => {
  const { block } = core
  if (block.state === 'implicit') {
    if (node.chain) throw noTransactionBlock('ROLLBACK AND CHAIN')
    warn(core, 'there is no transaction in progress')
  }
  const { modes } = block
  block.rollback()
  if (node.chain) block.chain(modes)
  return 'ROLLBACK'
}

/** Savepoint commands make sense only inside a block. */
const inBlock = (core: SessionCore, command: string, act: () => void): string => {
  if (core.block.state === 'implicit') throw noTransactionBlock(command)
  act()
  return command === 'ROLLBACK TO SAVEPOINT' ? 'ROLLBACK' : command === 'RELEASE SAVEPOINT' ? 'RELEASE' : 'SAVEPOINT'
}

const LOCK_MODES = [
  TABLE_LOCK.accessShare,
  TABLE_LOCK.rowShare,
  TABLE_LOCK.rowExclusive,
  TABLE_LOCK.shareUpdateExclusive,
  TABLE_LOCK.share,
  TABLE_LOCK.shareRowExclusive,
  TABLE_LOCK.exclusive,
  TABLE_LOCK.accessExclusive,
]

/** Refuses what cannot be part of a larger transaction. */
export const requireNoBlock = (core: SessionCore, command: string, topLevel: boolean, where?: string): void => {
  if (core.block.state === 'block' || !topLevel) throw inTransactionBlock(command, where)
}

export const transactionHandlers: UtilityHandlers = {
  TransactionStmt: (core, node, { topLevel }) => {
    const { block } = core
    switch (node.kind) {
      case 'TRANS_STMT_BEGIN':
      case 'TRANS_STMT_START':
        if (block.state === 'block') {
          core.notice({
            severity: 'WARNING',
            code: SQL_STATE.active_sql_transaction,
            message: 'there is already a transaction in progress',
          })
        }
        block.promote()
        applyModes(core, node.options ?? [])
        return node.kind === 'TRANS_STMT_BEGIN' ? 'BEGIN' : 'START TRANSACTION'
      case 'TRANS_STMT_COMMIT':
        return commit(core, node)
      case 'TRANS_STMT_ROLLBACK':
        return rollback(core, node)
      case 'TRANS_STMT_SAVEPOINT':
        return inBlock(core, 'SAVEPOINT', () => block.savepoint(node.savepoint_name as string))
      case 'TRANS_STMT_RELEASE':
        return inBlock(core, 'RELEASE SAVEPOINT', () => block.release(node.savepoint_name as string))
      case 'TRANS_STMT_ROLLBACK_TO':
        return inBlock(core, 'ROLLBACK TO SAVEPOINT', () => block.rollbackTo(node.savepoint_name as string))
      case 'TRANS_STMT_PREPARE':
        return prepareTransaction(core, node)
      case 'TRANS_STMT_COMMIT_PREPARED':
        requireNoBlock(core, 'COMMIT PREPARED', topLevel)
        return finishPrepared(core, node, 'commit')
      default:
        requireNoBlock(core, 'ROLLBACK PREPARED', topLevel)
        return finishPrepared(core, node, 'rollback')
    }
  },
  ConstraintsSetStmt: async (core, node) => {
    if (core.block.state === 'implicit') warn(core, 'SET CONSTRAINTS can only be used in transaction blocks')
    const oids = (node.constraints ?? []).flatMap((n) => deferrableConstraints(core, bodyOf(n, 'RangeVar') as RangeVar))
    core.block.checks.setMode((node.constraints ?? []).length === 0 ? null : oids, node.deferred ?? false)
    if (!node.deferred) await runDeferredChecks(core, core.block.checks)
    return 'SET CONSTRAINTS'
  },
  LockStmt: async (core, node) => {
    if (core.block.state === 'implicit') throw noTransactionBlock('LOCK TABLE')
    const mode = LOCK_MODES[(node.mode ?? 8) - 1] as (typeof LOCK_MODES)[number]
    for (const n of node.relations ?? []) {
      const range = bodyOf(n, 'RangeVar') as RangeVar
      for (const relation of lockedRelations(core, range, lockPrivileges(mode))) {
        const tag = { kind: 'relation', relation: relation.oid } as const
        const locked = core.block.transaction.lock(tag, mode, { noWait: node.nowait ?? false })
        if (locked === 'unavailable') throw relationLockNotAvailable(relation.name)
        if (locked instanceof Wait) await locked.promise
      }
    }
    return 'LOCK TABLE'
  },
}

/** The constraints that SET CONSTRAINTS means by a name: those of the first schema that has any, and their parts. */
const deferrableConstraints = ({ catalog, searchPath }: SessionCore, range: RangeVar): number[] => {
  const name = range.relname as string
  const given = range.schemaname === undefined ? undefined : catalog.schemaByName(range.schemaname)
  if (given === null) throw undefinedSchema(range.schemaname as string)
  const named = [...catalog.all('constraint')].filter((c) => c.name === name && c.domain === undefined)
  for (const schema of given === undefined ? searchPath : [given.oid]) {
    const found = named.filter((c) => c.schema === schema)
    if (found.length === 0) continue
    if (found.some((c) => !c.deferrable)) throw notDeferrable(name)
    return found.flatMap((c) => withParts(catalog, c)).map((c) => c.oid)
  }
  throw undefinedObject(`constraint "${name}" does not exist`)
}

/** One of these must be held by who locks in a mode. */
const lockPrivileges = (mode: (typeof LOCK_MODES)[number]): number => {
  const { SELECT, INSERT, UPDATE, DELETE, TRUNCATE } = PRIVILEGE
  if (mode === LOCK_MODES[0]) return SELECT
  return mode === LOCK_MODES[2] ? INSERT | UPDATE | DELETE | TRUNCATE : UPDATE | DELETE | TRUNCATE
}

/** Relations that LOCK TABLE refuses, in the plural. */
const UNLOCKABLE: Readonly<Partial<Record<RelationObject['kind'], string>>> = {
  S: 'sequences',
  i: 'indexes',
  m: 'materialized views',
}

/** The relation that LOCK TABLE names; a view stands for what its query reads, too. */
const lockedRelations = (core: SessionCore, range: RangeVar, privileges: number): RelationObject[] => {
  const relation = namedRelation(core, range)
  const refused = UNLOCKABLE[relation.kind]
  if (refused !== undefined) throw cannotLockRelation(relation.name, refused)
  requireOnTable({ catalog: core.block.catalog, owner: core.actingRole }, relation, privileges)
  if (relation.kind !== 'v') return [relation]
  const everything: Node = { ResTarget: { val: { ColumnRef: { fields: [{ A_Star: {} }] } } } }
  const query: Node = {
    SelectStmt: { targetList: [everything], fromClause: [{ RangeVar: range }], op: 'SETOP_NONE' },
  }
  const read = plan(core, query, [], false).locks.flatMap((lock) => core.catalog.relation(lock.relation) ?? [])
  const others = read.filter(({ oid }) => oid !== relation.oid)
  const as = isSecurityInvoker(relation) ? core.actingRole : relation.owner
  for (const other of others) requireOnTable({ catalog: core.block.catalog, owner: as }, other, privileges)
  return [relation, ...others]
}

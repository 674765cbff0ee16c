/** PREPARE TRANSACTION, COMMIT PREPARED, ROLLBACK PREPARED. */
import { cannotPrepare } from '../../errors/raise/two-phase.ts'
import { SQL_STATE } from '../../errors/sql-state.ts'
import type { TransactionStmt } from '../../sql/ast.ts'
import type { SessionCore } from '../core.ts'
import { now } from '../eval-context.ts'
import { runDeferredChecks } from '../execute-statement.ts'

export const prepareTransaction = async (core: SessionCore, node: TransactionStmt): Promise<string> => {
  const { block } = core
  if (block.state === 'implicit') {
    const message = 'there is no transaction in progress'
    core.notice({ severity: 'WARNING', code: SQL_STATE.no_active_sql_transaction, message })
    return 'ROLLBACK'
  }
  const prepared = await block.prepare(async (checks) => {
    if (!checks.empty) await runDeferredChecks(core, checks)
    refuseUnpreparable(core)
    await core.parts.transactions.prepared.prepare(block.transaction, {
      gid: node.gid ?? '',
      by: { role: core.role.oid, database: core.database.oid },
      preparedAt: now(),
      limit: core.settings.int('max_prepared_transactions'),
    })
  })
  return prepared ? 'PREPARE TRANSACTION' : 'ROLLBACK'
}

/** What cannot wait for another session: things that only this one has. */
const refuseUnpreparable = (core: SessionCore): void => {
  const { block } = core
  if (block.hasHeldCursor(core.cursors)) {
    throw cannotPrepare('a transaction that has created a cursor WITH HOLD')
  }
  if (usesTemporary(core)) throw cannotPrepare('a transaction that has operated on temporary objects')
  if (block.exported) throw cannotPrepare('a transaction that has exported snapshots')
  if (core.notifications.used) {
    throw cannotPrepare('a transaction that has executed LISTEN, UNLISTEN, or NOTIFY')
  }
  const { held } = block.transaction.owner
  if (held.some(({ tag }) => tag.kind === 'advisory' && core.advisory.holds(tag))) {
    throw cannotPrepare('while holding both session-level and transaction-level locks on the same object')
  }
}

/** Whether the transaction has read, changed, made or dropped temporary objects. */
const usesTemporary = (core: SessionCore): boolean => {
  const { block, database } = core
  const isTemporary = (oid: number): boolean => {
    const object = core.catalog.objects.get(oid) ?? database.catalog.objects.get(oid)
    return object?.class === 'relation' ? object.persistence === 't' : false
  }
  const { held } = block.transaction.owner
  return (
    held.some(({ tag }) => tag.kind === 'relation' && isTemporary(tag.relation)) ||
    [...block.catalog.changed].some(isTemporary)
  )
}

/** COMMIT PREPARED, ROLLBACK PREPARED: from any session of the database. */
export const finishPrepared = async (
  core: SessionCore,
  node: TransactionStmt,
  outcome: 'commit' | 'rollback',
): Promise<string> => {
  const by = { role: core.role.oid, database: core.database.oid, superuser: core.role.superuser }
  await core.parts.transactions.prepared.finish(node.gid ?? '', outcome, by)
  return outcome === 'commit' ? 'COMMIT PREPARED' : 'ROLLBACK PREPARED'
}

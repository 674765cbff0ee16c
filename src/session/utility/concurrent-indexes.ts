/**
 * Indexes that are made, built anew or dropped while writers go on: several transactions each, under one SHARE UPDATE
 * EXCLUSIVE lock on the table that the session holds all the while. Between them whoever may still act by the catalog as
 * it was before is awaited.
 */
import type { RelationObject } from '../../catalog/objects.ts'
import {
  beginIndex,
  fillIndex,
  keepIndex,
  promoteIndex,
  reindex,
  removeRetiredIndex,
  retireIndex,
} from '../../exec/ddl/create-index.ts'
import { concurrentlyDropped } from '../../exec/ddl/drop.ts'
import type { DropStmt, IndexStmt } from '../../sql/ast.ts'
import type { LockOwner } from '../../txn/lock.ts'
import { type LockMode, TABLE_LOCK } from '../../txn/lock-modes.ts'
import { Wait } from '../../vector/wait.ts'
import type { SessionCore } from '../core.ts'
import { definitionContext } from './definition-context.ts'
import { lockNameBeside } from './definition-locks.ts'

/** Runs what keeps the table's other definitions away, but not its writers, over several transactions. */
const besideWriters = async (
  core: SessionCore,
  table: number,
  act: (owner: LockOwner) => Promise<void>,
): Promise<void> => {
  const { locks } = core.parts.transactions
  const owner = locks.owner(core.processId)
  try {
    const { lockTimeout: timeoutMs } = core.block.transaction
    const tag = { kind: 'relation', relation: table } as const
    const locked = locks.acquire(owner, tag, TABLE_LOCK.shareUpdateExclusive, { timeoutMs })
    if (locked instanceof Wait) await locked.promise
    await act(owner)
    await nextTransaction(core)
  } finally {
    locks.releaseAll(owner)
  }
}

/** Ends the transaction in progress; what follows is another. */
export const nextTransaction = async (core: SessionCore): Promise<void> => {
  await core.block.commit(async () => {})
  if (core.cancelled !== null) throw core.cancelled
  core.block.begin('implicit')
}

/** Waits for the transactions that hold a lock of the table in the way of `mode` now; others may take one meanwhile. */
const waitForUsers = async (core: SessionCore, owner: LockOwner, table: number, mode: LockMode): Promise<void> => {
  const { locks } = core.parts.transactions
  const tag = { kind: 'relation', relation: table } as const
  for (const holder of locks.holders(owner, tag, mode)) {
    // Going back to a savepoint gives up the holder's lock on itself, too.
    while (locks.holders(owner, tag, mode).includes(holder)) {
      await locks.waitForOwner(owner, holder, core.settings.int('lock_timeout')).promise
    }
  }
}

export const createIndexConcurrently = (core: SessionCore, node: IndexStmt, table: RelationObject): Promise<void> =>
  besideWriters(core, table.oid, async (owner) => {
    await lockNameBeside(core, node.relation, node.idxname)
    const begun = beginIndex(definitionContext(core), node)
    if (begun === null) return
    const { index } = begun
    await nextTransaction(core)
    await waitForUsers(core, owner, table.oid, TABLE_LOCK.share)
    await fillIndex(definitionContext(core), index)
    await nextTransaction(core)
    await promote(core, owner, index)
  })

/** From an index that is complete to one that is relied on. */
const promote = async (core: SessionCore, owner: LockOwner, { oid, index }: RelationObject): Promise<void> => {
  await promoteIndex(definitionContext(core), oid, false)
  await nextTransaction(core)
  // Writers that did not look for keys that are there already.
  await waitForUsers(core, owner, index?.table as number, TABLE_LOCK.share)
  await promoteIndex(definitionContext(core), oid, true)
}

/** REINDEX CONCURRENTLY of one index. */
export const reindexConcurrently = (core: SessionCore, relation: RelationObject): Promise<void> =>
  besideWriters(core, relation.index?.table as number, async (owner) => {
    const isInvalid = relation.index?.valid === false
    if (!isInvalid) {
      await reindex(definitionContext(core), relation)
      return
    }
    keepIndex(definitionContext(core), relation)
    await waitForUsers(core, owner, relation.index?.table as number, TABLE_LOCK.share)
    await fillIndex(definitionContext(core), relation)
    await nextTransaction(core)
    await promote(core, owner, relation)
  })

export const dropIndexConcurrently = async (core: SessionCore, node: DropStmt): Promise<void> => {
  const index = concurrentlyDropped(definitionContext(core), node)
  const table = index?.index?.table
  if (index === null || table === undefined) return
  await besideWriters(core, table, async (owner) => {
    retireIndex(definitionContext(core), index.oid)
    await nextTransaction(core)
    await waitForUsers(core, owner, table, TABLE_LOCK.accessExclusive)
    removeRetiredIndex(definitionContext(core), index)
  })
}

/** What snapshots see: commits, own commands, rollbacks and savepoints. */
import { probeUnique } from '../../src/storage/index/conflicts.ts'
import { expect, test } from 'vitest'
import type { Wait } from '../../src/vector/wait.ts'
import { createTable, failure, indexOn, inTransaction, openVolatile, rowsOf } from '../storage/support/fixture.ts'

const setUp = async () => {
  const database = await openVolatile()
  const table = await createTable(database)
  const ids = await inTransaction(database, (t) => [table.insert(t, [1, 'one']), table.insert(t, [2, 'two'])])
  return { ...database, table, first: ids[0] as number, second: ids[1] as number }
}

test('READ COMMITTED sees each commit from its next statement on', async () => {
  const { manager, table, first } = await setUp()
  const reader = manager.begin()
  const writer = manager.begin()
  const before = reader.snapshot()
  table.update(writer, first, [1, 'ONE'])
  table.insert(writer, [3, 'three'])
  expect(await rowsOf(table, reader.snapshot())).toEqual([
    [1, 'one'],
    [2, 'two'],
  ])
  void writer.commit()
  expect(await rowsOf(table, before)).toEqual([
    [1, 'one'],
    [2, 'two'],
  ])
  expect(await rowsOf(table, reader.snapshot())).toEqual([
    [1, 'ONE'],
    [2, 'two'],
    [3, 'three'],
  ])
})

test('REPEATABLE READ keeps its first snapshot and sees its own writes', async () => {
  const { manager, table, first, second } = await setUp()
  const reader = manager.begin({ isolation: 'repeatable read' })
  reader.snapshot()
  const writer = manager.begin()
  table.remove(writer, first)
  void writer.commit()
  expect((await rowsOf(table, reader.snapshot())).length).toBe(2)
  table.update(reader, second, [2, 'TWO'])
  reader.advanceCommand()
  expect(await rowsOf(table, reader.snapshot())).toEqual([
    [1, 'one'],
    [2, 'TWO'],
  ])
})

test('a statement does not see what it writes itself', async () => {
  const { manager, table } = await setUp()
  const t = manager.begin()
  const snapshot = t.snapshot()
  table.insert(t, [3, 'three'])
  expect((await rowsOf(table, snapshot)).length).toBe(2)
  expect((await rowsOf(table, t.snapshot())).length).toBe(2)
  t.advanceCommand()
  expect((await rowsOf(table, t.snapshot())).length).toBe(3)
  expect((await rowsOf(table, snapshot)).length).toBe(2)
})

test('rollback leaves nothing behind', async () => {
  const { manager, table, first, second } = await setUp()
  const t = manager.begin()
  table.update(t, first, [1, 'a'])
  table.update(t, first, [1, 'b'])
  table.remove(t, second)
  table.insert(t, [3, 'three'])
  expect(table.rowCount).toBe(2)
  t.rollback()
  expect(table.rowCount).toBe(2)
  expect(table.newest(first)?.values).toEqual([1, 'one'])
  expect(await rowsOf(table, manager.begin().snapshot())).toEqual([
    [1, 'one'],
    [2, 'two'],
  ])
})

test('savepoints undo exactly their part', async () => {
  const { manager, table, first } = await setUp()
  const actions: string[] = []
  const t = manager.begin()
  t.onCommit(() => actions.push('outer'))
  table.update(t, first, [1, 'outer'])
  const outer = t.savepoint()
  table.update(t, first, [1, 'inner'])
  t.onCommit(() => actions.push('inner'))
  t.pushUndo(() => actions.push('undone'))
  const inner = t.savepoint()
  table.insert(t, [9, 'nine'])
  t.rollbackTo(inner)
  t.advanceCommand()
  expect(await rowsOf(table, t.snapshot())).toEqual([
    [1, 'inner'],
    [2, 'two'],
  ])
  t.rollbackTo(outer)
  t.rollbackTo(outer)
  table.insert(t, [3, 'three'])
  void t.commit()
  expect(actions).toEqual(['undone', 'outer'])
  expect(await rowsOf(table, manager.begin().snapshot())).toEqual([
    [1, 'outer'],
    [2, 'two'],
    [3, 'three'],
  ])
})

test('a transaction id is given with the first write only, and grows', async () => {
  const { manager, table } = await setUp()
  const a = manager.begin()
  const b = manager.begin()
  a.snapshot()
  expect(a.xid).toBe(0)
  table.insert(b, [3, 'three'])
  expect(manager.inProgress()).toEqual([b.xid])
  expect(a.assignXid()).toBeGreaterThan(b.xid)
  expect(a.commit()).toBe(null)
  b.rollback()
  expect(manager.inProgress()).toEqual([])
})

test('lock_timeout holds for locks and for waits on transactions', async () => {
  const { manager, table } = await setUp()
  const index = indexOn(table, [0])
  await index.prepare()?.promise
  const [a, b] = [manager.begin(), manager.begin({ lockTimeout: () => 1 })]
  table.insert(a, [3, 'three'])
  a.lockRow(1, 0, 'forUpdate')
  const waits = [() => b.lockRow(1, 0, 'forUpdate'), () => probeUnique(index, b, [3])]
  for (const wait of waits) {
    expect(await failure((wait() as Wait).promise)).toBe('55P03 canceling statement due to lock timeout')
  }
})

test('old versions are cut as soon as no snapshot needs them', async () => {
  const { manager, table, first } = await setUp()
  const versions = (): number => {
    let n = 0
    table.someVersion(first, null, () => ++n < 0)
    return n
  }
  const update = (name: string): void => {
    const t = manager.begin()
    table.update(t, first, [1, name])
    void t.commit()
  }
  const old = manager.begin({ isolation: 'repeatable read' })
  old.snapshot()
  for (const name of ['a', 'b', 'c', 'd', 'e']) update(name)
  // The newest, the one before it, and what the old snapshot reads: nobody can see those in between.
  expect(versions()).toBe(3)
  expect(table.fetch(first, old.snapshot())).toEqual([1, 'one'])
  old.rollback()
  for (const name of ['d', 'e', 'f']) update(name)
  expect(versions()).toBe(2)
})

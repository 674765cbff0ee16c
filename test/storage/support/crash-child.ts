/** A process to be killed: commits without end, prints the number of each acknowledged commit, merges now and then. */
import { openStorage } from '../../../src/storage/storage.ts'
import { TransactionManager } from '../../../src/txn/transaction-manager.ts'
import { COLUMNS } from './fixture.ts'

const storage = await openStorage({ directory: process.argv[2] as string })
const manager = new TransactionManager(storage)
const create = manager.begin()
const table = storage.createStore(create, 1, COLUMNS)
const rowids = [table.insert(create, [0, '0'])]
await create.commit()

for (let n = 1; ; n++) {
  const t = manager.begin()
  table.update(t, rowids[0] as number, [0, `${n}`])
  rowids.push(table.insert(t, [n, 'x'.repeat(n % 1000)]))
  if (n > 10) table.remove(t, rowids[n - 10] as number)
  await t.commit()
  process.stdout.write(`${n}\n`)
  if (n % 50 === 0) void storage.mergeAll()
}

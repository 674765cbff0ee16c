/**
 * Whether an index and its table agree: entries in order, one for each visible row that belongs in it, no key twice
 * where it is unique.
 */
import type { RelationObject } from '../../catalog/objects.ts'
import { descriptorsOf } from '../../catalog/columns.ts'
import { damagedRuns } from '../../storage/check-storage.ts'
import type { OrderedIndex } from '../../storage/index/ordered-index.ts'
import type { Datum } from '../../types/sql-type.ts'
import { type CheckContext, type Finding, messageOf, nameOf, problem, RowProblems } from './finding.ts'
import { batchesOf } from '../../storage/table/batches.ts'

/** Throws XX001 or XX002 when entries or rows cannot be read. */
export const checkIndex = async (
  context: CheckContext,
  relation: RelationObject,
  table: RelationObject,
): Promise<Finding[]> => {
  const { catalog, indexes } = context.execution
  const index = indexes.of(relation, table, catalog)
  for (let wait = index.prepare(); wait !== null; wait = index.prepare()) await wait.promise
  const name = nameOf(catalog, relation)
  const damaged: Finding[] = []
  for await (const { file, error } of damagedRuns(index, context.rest))
    damaged.push(problem(name, messageOf(error), file))
  if (damaged.length > 0) return damaged
  const walk = await walkEntries(context, relation, index, name)
  const missing = new RowProblems(name, (row) => `row ${row} of ${nameOf(catalog, table)} has no entry`)
  await findMissing(context, table, index, walk.found, missing)
  return [...walk.findings, ...missing.findings()]
}

/** Rowids, a bit each. */
class RowidSet {
  #words = new Uint32Array(1024)

  /** False when the rowid was there already. */
  add(rowid: number): boolean {
    const word = Math.floor(rowid / 32)
    if (word >= this.#words.length) {
      const larger = new Uint32Array(Math.max(word + 1, this.#words.length * 2))
      larger.set(this.#words)
      this.#words = larger
    }
    const bit = 1 << (rowid % 32)
    const before = this.#words[word] as number
    this.#words[word] = before | bit
    return (before & bit) === 0
  }

  has(rowid: number): boolean {
    return ((this.#words[Math.floor(rowid / 32)] ?? 0) & (1 << (rowid % 32))) !== 0
  }
}

/** Goes through all entries; answers the rows that they lead to. */
const walkEntries = async (
  { execution: { snapshot }, rest }: CheckContext,
  { index: definition }: RelationObject,
  index: OrderedIndex,
  name: string,
): Promise<{ found: RowidSet; findings: Finding[] }> => {
  const found = new RowidSet()
  const disorder = new RowProblems(name, (row) => `the entry of row ${row} is out of order`)
  const twice = new RowProblems(name, (row) => `row ${row} has two entries that count`)
  const duplicate = new RowProblems(name, (rows) => `rows ${rows} have the same key in a unique index`)
  const unique = definition?.unique === true
  const { reads } = index.definition
  let last: { key: Datum[]; rowid: number } | null = null
  let lastLive: { key: Datum[]; rowid: number } | null = null
  const entries = index.candidates({})
  while (entries.next()) {
    await rest()
    const { key, rowid } = entries
    const order = last === null ? -1 : index.compareKeys(last.key, key)
    if (order > 0 || (order === 0 && last !== null && last.rowid >= rowid)) disorder.add(rowid)
    last = { key, rowid }
    if (index.visible(key, rowid, snapshot, reads) === null) continue
    if (!found.add(rowid)) twice.add(rowid)
    if (!unique || (definition?.nullsNotDistinct !== true && key.includes(null))) continue
    if (lastLive !== null && lastLive.rowid !== rowid && index.compareKeys(lastLive.key, key) === 0)
      duplicate.add(`${lastLive.rowid} and ${rowid}`)
    lastLive = { key, rowid }
  }
  return { found, findings: [disorder, twice, duplicate].flatMap((problems) => problems.findings()) }
}

/** Looks for visible rows that belong in the index and were not found through it. */
const findMissing = async (
  { execution, rest }: CheckContext,
  table: RelationObject,
  index: OrderedIndex,
  found: RowidSet,
  missing: RowProblems,
): Promise<void> => {
  const columns = descriptorsOf(table)
  const scan = execution.storage.store(table.storageId).scan(execution.snapshot, {
    columns,
    projection: columns.map((_, i) => i),
    withRowids: true,
  })
  for await (const batch of batchesOf(scan)) {
    for (let k = 0; k < batch.count; k++) {
      if (k % 256 === 255) await rest()
      const row = batch.row(k)
      const rowid = row.pop() as number
      if (!found.has(rowid) && index.keyOf(row) !== null) missing.add(rowid)
    }
  }
}

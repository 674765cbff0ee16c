/**
 * Checks a database of a running server: every file and record can be read, the catalog is consistent, tables satisfy
 * their constraints, indexes agree with their tables. Each table is looked at by one snapshot; others get their turns
 * all the time.
 */
import { basename } from 'node:path'
import type { RelationObject } from '../../catalog/objects.ts'
import type { SqlError } from '../../errors/sql-error.ts'
import { damagedRecords, damagedSegments, isCorruption, type Rest } from '../../storage/check-storage.ts'
import type { Damage } from '../../storage/damage.ts'
import { Wait } from '../../vector/wait.ts'
import type { SessionCore } from '../core.ts'
import { checkCatalog, isStored } from './check-catalog.ts'
import { checkIndex } from './check-index.ts'
import { checkRows } from './check-rows.ts'
import { type CheckContext, type Finding, messageOf, nameOf, problem } from './finding.ts'

/** Findings of the session's database, in a transaction of its session. */
export async function* checkDatabase(core: SessionCore, isAlone = false): AsyncGenerator<Finding> {
  const statement = core.running ?? core.execution([])
  const rest: Rest = () => statement.poll()?.promise ?? null
  const { catalog } = core
  // Before anything is awaited: what the catalog names may go afterwards.
  const findings = checkCatalog(catalog, core.parts.storage)
  yield* findings
  yield* recordFindings(core, rest)
  for (const { oid, persistence, kind } of catalog.all('relation')) {
    // Temporary objects belong to their sessions.
    if (persistence === 't') continue
    if (kind === 'S') yield* sequenceFindings(core, oid)
    if (kind === 'r' || kind === 'm') {
      // Where nobody works, prepared transactions may hold locks for ever, and change nothing meanwhile.
      if (!isAlone) await lockForReading(core, oid)
      yield* tableFindings(core, oid, rest)
    }
  }
}

/** What recovery could not read, and what cannot be read now. */
async function* recordFindings(core: SessionCore, rest: Rest): AsyncGenerator<Finding> {
  const { catalog } = core
  const { storage } = core.parts
  const owners = new Map<number, RelationObject>()
  for (const relation of catalog.all('relation')) if (relation.storageId !== 0) owners.set(relation.storageId, relation)
  const reported = new Set<string>()
  const finding = ({ storageId, record, error }: Damage): Finding | null => {
    const owner = owners.get(storageId)
    // What belongs to no object may be of any database.
    if (storageId !== 0 && owner === undefined) return null
    if (record.startsWith('catalog record') && !ofDatabase(record, core.database.oid)) return null
    const key = `${storageId}/${record}`
    if (reported.has(key)) return null
    reported.add(key)
    return problem(owner === undefined ? '' : nameOf(catalog, owner), messageOf(error), RECORD_FILES)
  }
  for (const damage of storage.damages) {
    const found = finding(damage)
    if (found !== null) yield found
  }
  try {
    for await (const damage of damagedRecords(storage, rest)) {
      const found = finding(damage)
      if (found !== null) yield found
    }
  } catch (error) {
    if (!isCorruption(error)) throw error
    yield problem('', messageOf(error), RECORD_FILES)
  }
}

/** Directory of the records. */
const RECORD_FILES = 'records'

/** Damage that belongs to no object of a database. */
export const unownedDamage = (damages: readonly Damage[]): Finding[] =>
  damages.filter(({ storageId }) => storageId === 0).map(({ error }) => problem('', messageOf(error), RECORD_FILES))

const ofDatabase = (record: string, database: number): boolean =>
  record.includes(`"catalog/${database}/`) || record.includes('"catalog/0/')

/** Name of the file that an error message names. */
const fileOf = ({ message }: SqlError): string => basename(/file "([^"]*)"/.exec(message)?.[1] ?? '')

const lockForReading = async (core: SessionCore, oid: number): Promise<void> => {
  const locked = core.block.transaction.lockTable(oid, 'accessShare')
  if (locked instanceof Wait) await locked.promise
}

async function* tableFindings(core: SessionCore, oid: number, rest: Rest): AsyncGenerator<Finding> {
  // The table as it is now that nobody changes or drops it any more.
  const context: CheckContext = { execution: core.execution([]), rest }
  const { catalog, storage } = context.execution
  const relation = catalog.relation(oid)
  if (relation === null || !isStored(relation)) return
  const name = nameOf(catalog, relation)
  const store = storage.findStore(relation.storageId)
  // The catalog's part of the check has reported that.
  if (store === null) return
  let isDamaged = false
  for await (const { file, error } of damagedSegments(store, context.rest)) {
    isDamaged = true
    yield problem(name, messageOf(error), file)
  }
  try {
    if (!isDamaged) yield* await checkRows(context, relation)
  } catch (error) {
    if (!isCorruption(error)) throw error
    isDamaged = true
  }
  if (isDamaged) {
    yield { severity: 'warning', object: name, file: '', message: 'its constraints and indexes were not checked' }
    return
  }
  for (const index of catalog.validIndexesOf(relation.oid)) {
    try {
      yield* await checkIndex(context, index, relation)
    } catch (error) {
      if (!isCorruption(error)) throw error
      yield problem(nameOf(catalog, index), messageOf(error), fileOf(error))
    }
  }
}

/** A sequence's state must be there, within its bounds. */
function* sequenceFindings({ catalog, eval: { sequences } }: SessionCore, oid: number) {
  const relation = catalog.relation(oid)
  // Null: dropped meanwhile.
  const sequence = relation?.sequence
  if (relation === null || sequence === null || sequence === undefined) return
  const name = nameOf(catalog, relation)
  let state: ReturnType<typeof sequences.state>
  try {
    state = sequences.state(relation.storageId)
  } catch (error) {
    // Damaged records are reported as such.
    if (!isCorruption(error)) yield problem(name, 'the sequence has no state')
    return
  }
  const { lastValue } = state
  if (lastValue < sequence.min || lastValue > sequence.max)
    yield problem(name, `its value ${lastValue} is not between ${sequence.min} and ${sequence.max}`)
}

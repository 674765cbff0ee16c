/**
 * Checks a database of a running server: every file and record can be read, the catalog is consistent, tables satisfy
 * their constraints, indexes agree with their tables. Works on one snapshot and gives way to others all the time.
 */
import { basename } from 'node:path'
import type { RelationObject } from '../../catalog/objects.ts'
import type { SqlError } from '../../errors/sql-error.ts'
import { damagedRecords, damagedSegments, isCorruption } from '../../storage/check-storage.ts'
import type { Damage } from '../../storage/damage.ts'
import type { SequenceState } from '../../storage/sequences.ts'
import { Wait } from '../../vector/wait.ts'
import type { SessionCore } from '../core.ts'
import { checkCatalog, isStored } from './check-catalog.ts'
import { checkIndex } from './check-index.ts'
import { checkRows } from './check-rows.ts'
import { type CheckContext, type Finding, nameOf, problem } from './finding.ts'

/** Findings of the session's database, in a transaction of its session. */
export async function* checkDatabase(core: SessionCore): AsyncGenerator<Finding> {
  const execution = core.running ?? core.execution([])
  const context: CheckContext = { execution, rest: () => execution.poll()?.promise ?? null }
  const { catalog, storage } = execution
  yield* recordFindings(core, context)
  yield* checkCatalog(catalog, storage)
  for (const relation of catalog.all('relation')) {
    // Temporary objects belong to their sessions.
    if (relation.persistence === 't') continue
    if (relation.kind === 'S') yield* sequenceFindings(context, relation)
    if (isStored(relation) && storage.findStore(relation.storageId) !== null) yield* tableFindings(context, relation)
  }
}

/** What recovery could not read, and what cannot be read now. */
async function* recordFindings(core: SessionCore, { execution, rest }: CheckContext): AsyncGenerator<Finding> {
  const { catalog, storage } = execution
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

const messageOf = ({ message, fields }: SqlError): string =>
  fields.detail === undefined ? message : `${message}: ${fields.detail}`

/** Name of the file that an error message names. */
const fileOf = ({ message }: SqlError): string => basename(/file "([^"]*)"/.exec(message)?.[1] ?? '')

async function* tableFindings(context: CheckContext, relation: RelationObject): AsyncGenerator<Finding> {
  const { catalog, storage, transaction } = context.execution
  const name = nameOf(catalog, relation)
  const locked = transaction.lockTable(relation.oid, 'accessShare')
  if (locked instanceof Wait) await locked.promise
  const store = storage.findStore(relation.storageId)
  // It may have been dropped before the lock was there.
  if (store === null || store.dropped) return
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
  for (const index of catalog.indexesOf(relation.oid)) {
    try {
      yield* await checkIndex(context, index, relation)
    } catch (error) {
      if (!isCorruption(error)) throw error
      yield problem(nameOf(catalog, index), messageOf(error), fileOf(error))
    }
  }
}

/** A sequence's state must be there, within its bounds. */
function* sequenceFindings({ execution: { storage, catalog } }: CheckContext, relation: RelationObject) {
  const { sequence } = relation
  if (sequence === null) return
  const name = nameOf(catalog, relation)
  let state: SequenceState
  try {
    state = storage.sequences.state(relation.storageId)
  } catch (error) {
    // Damaged records are reported as such.
    if (!isCorruption(error)) yield problem(name, 'the sequence has no state')
    return
  }
  const { lastValue } = state
  if (lastValue < sequence.min || lastValue > sequence.max)
    yield problem(name, `its value ${lastValue} is not between ${sequence.min} and ${sequence.max}`)
}

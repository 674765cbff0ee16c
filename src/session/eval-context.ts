/** What functions ask of the session that runs them. */
import { requireReadable } from './readable-settings.ts'
import type { CatalogTransaction } from '../catalog/catalog.ts'
import { requirePrivilege } from '../catalog/privileges/check.ts'
import { securableRelation } from '../catalog/privileges/objects.ts'
import { PRIVILEGE } from '../types/acl-item.ts'
import { systemInformation } from '../catalog/information/index.ts'
import type { SessionSettings } from '../config/session-settings.ts'
import type { Notice } from '../errors/sql-error.ts'
import { notASequence, setvalOutOfBounds, undefinedLastval, undefinedSequenceValue } from '../errors/raise/session.ts'
import type {
  CatalogServices,
  EvalContext,
  MaintenanceServices,
  RoutineServices,
  SequenceServices,
  SessionServices,
} from '../functions/context.ts'
import type { Storage } from '../storage/storage.ts'
import type { Transaction } from '../txn/transaction.ts'
import type { RelationObject } from '../catalog/objects.ts'
import type { Datum, FormatContext, SqlType } from '../types/sql-type.ts'
import { storedPrinter } from './stored-printer.ts'

/** Microseconds between 1970-01-01 and 2000-01-01. */
const POSTGRES_EPOCH = 946_684_800_000_000

/** The present time in microseconds since 2000-01-01 UTC. */
export const now = (): number => Math.floor((performance.timeOrigin + performance.now()) * 1000) - POSTGRES_EPOCH

/** What the evaluation context needs of its session. */
export interface EvalHost {
  readonly settings: SessionSettings
  readonly format: FormatContext
  readonly storage: Storage
  readonly services: Omit<SessionServices, 'getSetting' | 'setSetting'>
  /** The transaction in progress. */
  transaction(): Transaction
  catalog(): CatalogTransaction
  notice(notice: Notice): void
  readonly maintenance: MaintenanceServices
  readonly routines: RoutineServices
  /** Oid of the current role. */
  actingRole(): number
  /** Rows of a view over what sessions know. */
  monitorRows(view: string): Iterable<Readonly<Record<string, Datum>>>
}

export class SessionEval implements EvalContext {
  readonly format: FormatContext
  transactionTimestamp = 0
  statementTimestamp = 0
  readonly session: SessionServices
  readonly sequences: SequenceServices
  readonly catalog: CatalogServices
  readonly maintenance: MaintenanceServices
  readonly routines: RoutineServices
  readonly #host: EvalHost
  readonly #random = new RandomSource()

  constructor(host: EvalHost) {
    this.#host = host
    this.format = host.format
    this.session = sessionServices(host)
    this.sequences = new SessionSequences(host)
    this.maintenance = host.maintenance
    this.routines = host.routines
    this.catalog = {
      rows: (view) => host.monitorRows(view),
      call: (name: string, args: readonly Datum[]): Datum => {
        const catalog = host.catalog().snapshot
        const searchPath = host.services.searchPath(true)
        const path = searchPath.flatMap((schema) => catalog.schemaByName(schema)?.oid ?? [])
        const { database: databaseName } = host.services
        return systemInformation(name, args, {
          catalog,
          searchPath,
          storage: host.storage,
          eval: this,
          printer: storedPrinter({ catalog, searchPath: path, format: host.format, databaseName }),
        })
      },
    }
  }

  clockTimestamp(): number {
    return now()
  }

  random(): number {
    return this.#random.next()
  }

  setSeed(seed: number): void {
    this.#random.seed(seed)
  }

  notice(notice: Notice): void {
    this.#host.notice(notice)
  }

  typeOf(oid: number): SqlType {
    return this.#host.catalog().snapshot.typeOf(oid)
  }
}

/** xorshift128+ in 32-bit halves: seedable, as setseed asks. */
class RandomSource {
  #state = Uint32Array.from({ length: 4 }, () => Math.floor(Math.random() * 2 ** 32) | 1)

  seed(seed: number): void {
    const bits = new Uint32Array(Float64Array.of(seed).buffer)
    this.#state = Uint32Array.of((bits[0] as number) | 1, bits[1] as number, 0x9e3779b9, 0x243f6a88)
    for (let i = 0; i < 16; i++) this.next()
  }

  next(): number {
    const high = this.#step() >>> 5
    const low = this.#step() >>> 6
    return (high * 67_108_864 + low) / 9_007_199_254_740_992
  }

  #step(): number {
    const s = this.#state
    let t = s[3] as number
    const first = s[0] as number
    s[3] = s[2] as number
    s[2] = s[1] as number
    s[1] = first
    t ^= t << 11
    t ^= t >>> 8
    s[0] = t ^ first ^ (first >>> 19)
    return s[0] >>> 0
  }
}

const sessionServices = (host: EvalHost): SessionServices => {
  const { settings, services } = host
  return Object.assign(Object.create(services) as SessionServices, {
    getSetting: (name: string, missingOk: boolean): string | null => {
      if (missingOk && !settings.has(name)) return null
      requireReadable(host.catalog().snapshot, host.actingRole(), name)
      return settings.show(name)
    },
    setSetting: (name: string, value: string | null, local: boolean): string => {
      const superuser = host.catalog().snapshot.role(host.actingRole())?.superuser === true
      if (value === null) settings.reset(name, { local, superuser })
      else settings.set(name, value, { local, superuser })
      return settings.show(name)
    },
  })
}

/** nextval and its kin; the session remembers what it got last. */
class SessionSequences implements SequenceServices {
  readonly #host: EvalHost
  readonly #last = new Map<number, number | bigint>()
  #lastSequence: number | null = null

  constructor(host: EvalHost) {
    this.#host = host
  }

  #relation(oid: number): RelationObject {
    const relation = this.#host.catalog().snapshot.relation(oid)
    if (relation === null || relation.sequence === null) throw notASequence(relation?.name ?? String(oid))
    return relation
  }

  /** The relation of a sequence that the current role may use so. Throws 42501. */
  #allowed(oid: number, privileges: number): RelationObject {
    const relation = this.#relation(oid)
    const catalog = this.#host.catalog().snapshot
    requirePrivilege(catalog, this.#host.actingRole(), securableRelation(catalog, relation), privileges)
    return relation
  }

  nextval(oid: number, checked = true): number | bigint {
    const relation = checked ? this.#allowed(oid, PRIVILEGE.USAGE | PRIVILEGE.UPDATE) : this.#relation(oid)
    const definition = relation.sequence as NonNullable<RelationObject['sequence']>
    const { start, increment, min: minimum, max: maximum, cycle } = definition
    const options = { start, increment, minimum, maximum, cycle }
    const transaction = this.#host.transaction()
    if (relation.persistence !== 't') transaction.checkWritable('nextval()')
    const value = this.#host.storage.sequences.nextval(transaction, relation.storageId, relation.name, options)
    this.#last.set(oid, value)
    this.#lastSequence = oid
    return value
  }

  currval(oid: number): number | bigint {
    this.#allowed(oid, PRIVILEGE.SELECT | PRIVILEGE.USAGE)
    const value = this.#last.get(oid)
    if (value === undefined) throw undefinedSequenceValue(this.#relation(oid).name)
    return value
  }

  setval(oid: number, value: number | bigint, isCalled: boolean): number | bigint {
    const relation = this.#allowed(oid, PRIVILEGE.UPDATE)
    const transaction = this.#host.transaction()
    if (relation.persistence !== 't') transaction.checkWritable('setval()')
    const { min, max } = relation.sequence as NonNullable<RelationObject['sequence']>
    if (value < min || value > max) throw setvalOutOfBounds(relation.name, value, min, max)
    this.#host.storage.sequences.setval(transaction, relation.storageId, value, isCalled)
    if (isCalled) this.#last.set(oid, value)
    return value
  }

  lastval(): number | bigint {
    const last = this.#lastSequence
    if (last === null || this.#host.catalog().snapshot.relation(last) === null) throw undefinedLastval()
    return this.currval(last)
  }

  discard(): void {
    this.#last.clear()
    this.#lastSequence = null
  }

  state(storageId: number) {
    return this.#host.storage.sequences.state(storageId, this.#host.transaction().state)
  }
}

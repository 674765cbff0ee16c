/** What could not be read when a storage was opened. Everything else can be: each thing that is damaged is known by name. */
import { dataCorrupted } from '../errors/raise/storage.ts'
import { SqlError } from '../errors/sql-error.ts'

/** What is wrong with a record whose bytes are not those that were written. */
export const WRONG_CHECKSUM = 'Its checksum does not match.'

/** Something that could not be read when the storage was opened; everything else can be. */
export interface Damage {
  /** The record: `row 17`, `manifest of segment 0`, … */
  readonly record: string
  /** The table or sequence that it belongs to, as the storage knows it; 0: none. */
  readonly storageId: number
  readonly error: SqlError
}

/** The damage of a record whose reading failed with `cause`, a text or an error. */
export const damageOf = (record: string, owner: string, storageId: number, cause: unknown): Damage => {
  const detail =
    cause instanceof SqlError ? (cause.fields.detail ?? cause.message) : cause instanceof Error ? cause.message : cause
  const what = owner === '' ? record : `${record} of ${owner} ${storageId}`
  return { record, storageId, error: dataCorrupted(what, String(detail)) }
}

/** A record's value. Throws when its bytes are not those that were written. */
export const intact = (value: Uint8Array | null): Uint8Array => {
  if (value === null) throw new Error(WRONG_CHECKSUM)
  return value
}

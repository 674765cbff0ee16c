/**
 * The record of a prepared transaction: who prepared it and when, the locks that it holds, and the writes that its
 * commit will make. As long as the record is there none of the writes is; committing removes it and makes them at once.
 *
 * Bytes: length of the description (4, little-endian), the description (JSON), then the writes, each with the length of
 * its key, the key, the length of its value (0xffffffff: the key is deleted), the value.
 */
import { WriteBatch } from './kv/key-value-store.ts'

/** A lock as a record has it; modes are bits, rows and modes take turns. Locked key ranges become whole indexes. */
export type StoredLock =
  | readonly ['relation', relation: number, modes: number]
  | readonly ['range', object: number, modes: number]
  | readonly ['name', schema: number, name: string, modes: number]
  | readonly ['object', catalog: number, object: number, modes: number]
  | readonly ['advisory', database: number, key: string, space: 1 | 2, modes: number]
  | readonly ['rows', relation: number, rowsAndModes: readonly number[]]

export interface PreparedDescription {
  readonly xid: number
  readonly gid: string
  /** The role that prepared it. */
  readonly owner: number
  readonly database: number
  /** Microseconds since 2000-01-01. */
  readonly preparedAt: number
  readonly locks: readonly StoredLock[]
}

export interface PreparedRecord extends PreparedDescription {
  readonly writes: WriteBatch
}

const DELETED = 0xffffffff

export const encodePrepared = ({ writes, ...description }: PreparedRecord): Uint8Array => {
  const head = Buffer.from(JSON.stringify(description))
  const parts: Uint8Array[] = [lengthOf(head.length), head]
  writes.keys.forEach((key, i) => {
    const value = writes.values[i] as Uint8Array | null
    parts.push(lengthOf(key.length), key, lengthOf(value === null ? DELETED : value.length))
    if (value !== null) parts.push(value)
  })
  return Buffer.concat(parts)
}

/** Throws when these are not the bytes of such a record. */
export const decodePrepared = (bytes: Uint8Array): PreparedRecord => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  const take = (length: number): Buffer => {
    if (at + length > buffer.length) throw new Error('It is cut short.')
    at += length
    return buffer.subarray(at - length, at)
  }
  const length = (): number => take(4).readUInt32LE()
  const description = JSON.parse(take(length()).toString('utf8')) as PreparedDescription
  const writes = new WriteBatch()
  while (at < buffer.length) {
    const key = take(length())
    const size = length()
    if (size === DELETED) writes.delete(key)
    else writes.put(key, take(size))
  }
  return { ...description, writes }
}

const lengthOf = (length: number): Buffer => {
  const bytes = Buffer.allocUnsafe(4)
  bytes.writeUInt32LE(length)
  return bytes
}

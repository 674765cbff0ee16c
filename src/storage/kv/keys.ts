/**
 * Keys of the key-value store. Rows are `r`, storage id (4 bytes), rowid (6 bytes), big-endian; everything else is a
 * text that begins with its own letter:
 *
 * - `f` format version
 * - `i` + storage id + `/` + index: every row of the table's segments has its entry in one of the index's runs
 * - `i` + storage id + `/` + index + `/` + file: manifest of a run
 * - `m` + name: catalog records
 * - `p` + transaction id: a prepared transaction (`storage/prepared-record.ts`)
 * - `q` + storage id: sequences
 * - `s` + storage id + `/` + slot: manifest of a segment
 * - `t` + storage id: a table's storage exists
 * - `x` transaction ids below this number may be in use
 */
const ROW_PREFIX = 0x72

export const FORMAT_KEY = 'f'
export const XID_KEY = 'x'
export const metaKey = (name: string): string => `m${name}`
export const preparedKey = (xid: number): string => `p${hex(xid)}`
export const sequenceKey = (id: number): string => `q${hex(id)}`
export const storeKey = (id: number): string => `t${hex(id)}`
export const segmentKey = (id: number, slot: number): string => `s${hex(id)}/${hex(slot)}`

export const indexKey = (storageId: number, index: number): string => `i${hex(storageId)}/${hex(index)}`
export const runKey = (storageId: number, index: number, file: string): string =>
  `${indexKey(storageId, index)}/${file}`
/** Range [from, to) of the records of an index, or of all indexes of a table. */
export const indexRange = (storageId: number, index: number | null): [from: Uint8Array, to: Uint8Array] =>
  prefixRange(index === null ? `i${hex(storageId)}/` : indexKey(storageId, index))

/** Range [from, to) of all text keys that begin with a prefix. */
export const prefixRange = (prefix: string): [from: Uint8Array, to: Uint8Array] => [
  textKey(prefix),
  Buffer.concat([textKey(prefix), Buffer.from([0xff])]),
]

export const textKey = (key: string): Uint8Array => Buffer.from(key, 'utf8')

export const rowKey = (storageId: number, rowid: number): Uint8Array => {
  const key = Buffer.allocUnsafe(11)
  key[0] = ROW_PREFIX
  key.writeUInt32BE(storageId, 1)
  key.writeUIntBE(rowid, 5, 6)
  return key
}

/** Range of a table's rows, or of all rows. */
export const rowRange = (storageId: number | null): [from: Uint8Array, to: Uint8Array] =>
  storageId === null
    ? [Buffer.from([ROW_PREFIX]), Buffer.from([ROW_PREFIX + 1])]
    : [rowKey(storageId, 0), Buffer.concat([rowKey(storageId, 0).subarray(0, 5), Buffer.alloc(7, 0xff)])]

/** Storage id of a row's key. Without objects, for a start looks at the key of every row. */
export const storageOfRow = (key: Uint8Array): number => bigEndian(key, 1)

/** Rowid of a row's key. */
export const rowidOf = (key: Uint8Array): number =>
  (((key[5] as number) << 8) | (key[6] as number)) * 2 ** 32 + bigEndian(key, 7)

/** The four bytes from a position on. */
const bigEndian = (bytes: Uint8Array, at: number): number =>
  (((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)) >>>
  0

/** Storage id and rowid of a row's key. */
export const parseRowKey = (key: Uint8Array): { storageId: number; rowid: number } => ({
  storageId: storageOfRow(key),
  rowid: rowidOf(key),
})

/** Storage id and slot of a segment manifest's key. */
export const parseSegmentKey = (key: Uint8Array): { storageId: number; slot: number } => {
  const [storageId, slot] = Buffer.from(key).toString('utf8', 1).split('/') as [string, string]
  return { storageId: Number.parseInt(storageId, 16), slot: Number.parseInt(slot, 16) }
}

/** Storage id, index and, for a run, its file of an index record's key. */
export const parseIndexKey = (key: Uint8Array): { storageId: number; index: number; file: string | null } => {
  const [storageId, index, file] = Buffer.from(key).toString('utf8', 1).split('/') as [string, string, string?]
  return { storageId: Number.parseInt(storageId, 16), index: Number.parseInt(index, 16), file: file ?? null }
}

/** Id in the key of a store, a sequence or a prepared transaction. */
export const parseIdKey = (key: Uint8Array): number => Number.parseInt(Buffer.from(key).toString('utf8', 1), 16)

const hex = (n: number): string => n.toString(16).padStart(8, '0')

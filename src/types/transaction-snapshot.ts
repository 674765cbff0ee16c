/** pg_snapshot and its older name txid_snapshot: a datum is the canonical text `xmin:xmax:xip,…`. */
import { invalidBinaryRepresentation, invalidTextRepresentation } from '../errors/raise/data.ts'
import { fillBytes, fixedView } from './bytes.ts'
import { defineType } from './define-type.ts'
import { OID } from './oids.ts'

/** Transactions before `xmin` are done, those from `xmax` on had not begun, and those of `inProgress` were running. */
export interface TransactionSnapshot {
  readonly xmin: bigint
  readonly xmax: bigint
  /** Ascending, each once. */
  readonly inProgress: readonly bigint[]
}

const FORM = /^\s*(\d+):(\d+):((?:\d+(?:,\d+)*)?)$/
const MAX_XID = 2n ** 63n - 1n

export const formatSnapshot = ({ xmin, xmax, inProgress }: TransactionSnapshot): string =>
  `${xmin}:${xmax}:${inProgress.join(',')}`

/** The parts of a datum. */
export const snapshotParts = (text: string): TransactionSnapshot => {
  const [xmin = '', xmax = '', inProgress = ''] = text.split(':')
  return {
    xmin: BigInt(xmin),
    xmax: BigInt(xmax),
    inProgress: inProgress === '' ? [] : inProgress.split(',').map(BigInt),
  }
}

const isConsistent = ({ xmin, xmax, inProgress }: TransactionSnapshot): boolean =>
  xmin > 0n &&
  xmin <= xmax &&
  xmax <= MAX_XID &&
  inProgress.every((xid, i) => xid >= xmin && xid < xmax && (i === 0 || xid >= (inProgress[i - 1] as bigint)))

const canonical = (snapshot: TransactionSnapshot): string =>
  formatSnapshot({ ...snapshot, inProgress: [...new Set(snapshot.inProgress)] })

const parseSnapshot = (text: string): string => {
  const snapshot = FORM.test(text) ? snapshotParts(text.trim()) : null
  if (snapshot === null || !isConsistent(snapshot)) throw invalidTextRepresentation('pg_snapshot', text)
  return canonical(snapshot)
}

const receiveSnapshot = (bytes: Uint8Array): string => {
  const count = fixedView(bytes, 20).getInt32(0)
  const view = fixedView(bytes, 20 + Math.max(count, 0) * 8)
  const snapshot = {
    xmin: view.getBigInt64(4),
    xmax: view.getBigInt64(12),
    inProgress: Array.from({ length: Math.max(count, 0) }, (_, i) => view.getBigInt64(20 + i * 8)),
  }
  if (count < 0 || !isConsistent(snapshot)) {
    throw invalidBinaryRepresentation('invalid external pg_snapshot data')
  }
  return canonical(snapshot)
}

const sendSnapshot = (text: string): Uint8Array => {
  const { xmin, xmax, inProgress } = snapshotParts(text)
  return fillBytes(20 + inProgress.length * 8, (view) => {
    view.setInt32(0, inProgress.length)
    view.setBigInt64(4, xmin)
    view.setBigInt64(12, xmax)
    inProgress.forEach((xid, i) => view.setBigInt64(20 + i * 8, xid))
  })
}

const snapshotType = (oid: number, name: string, arrayOid: number) =>
  defineType({
    oid,
    name,
    category: 'U',
    length: -1,
    align: 'd',
    arrayOid,
    physical: 'text',
    parse: parseSnapshot,
    format: (value: string) => value,
    receive: receiveSnapshot,
    send: sendSnapshot,
    compare: null,
    hashKey: null,
  })

export const snapshotTypes = [
  snapshotType(OID.txid_snapshot, 'txid_snapshot', 2949),
  snapshotType(OID.pg_snapshot, 'pg_snapshot', 5039),
]

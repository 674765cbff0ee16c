/** Log positions (pg_lsn), hardware addresses (macaddr, macaddr8) and snapshots of transactions (pg_snapshot). */
import { lsnOutOfRange, macTooLong, notALogPosition, transactionInFuture } from '../../errors/raise/values.ts'
import { exactSub, type ExactInteger, int64Compare, normalizeInteger } from '../../types/int64.ts'
import { formatMac, macBytes, widenMac } from '../../types/mac-address.ts'
import { numericAdd, numericRound, numericSub } from '../../types/numeric/arithmetic.ts'
import { Numeric } from '../../types/numeric/numeric.ts'
import { formatSnapshot, snapshotParts } from '../../types/transaction-snapshot.ts'
import type { EvalContext } from '../context.ts'
import { scalar, sessionScalar, setReturning } from '../define.ts'
import type { ScalarFunction, SetReturningFunction } from '../records.ts'

const MAX_LSN = 2n ** 64n - 1n

const specialName = (value: Numeric): string => (value.isNaN ? 'NaN' : 'infinity')

const lsnOfNumeric = (value: Numeric): ExactInteger => {
  if (!value.isFinite) throw notALogPosition(`cannot convert ${specialName(value)} to pg_lsn`)
  const rounded = numericRound(value, 0).coefficient
  if (rounded < 0 || rounded > MAX_LSN) throw lsnOutOfRange()
  return rounded
}

const lsnPlus = (lsn: ExactInteger, bytes: Numeric): ExactInteger => {
  if (bytes.isNaN) throw notALogPosition('cannot add NaN to pg_lsn')
  return lsnOfNumeric(numericAdd(Numeric.fromInteger(lsn), bytes))
}

const lsnMinus = (lsn: ExactInteger, bytes: Numeric): ExactInteger => {
  if (bytes.isNaN) throw notALogPosition('cannot subtract NaN from pg_lsn')
  return lsnOfNumeric(numericSub(Numeric.fromInteger(lsn), bytes))
}

const lsnDistance = (a: ExactInteger, b: ExactInteger): Numeric => Numeric.fromInteger(exactSub(a, b))

const larger = <T extends ExactInteger>(a: T, b: T): T => (a > b ? a : b)
const smaller = <T extends ExactInteger>(a: T, b: T): T => (a < b ? a : b)

const ORDER = 'order: less than, equal, greater than'

const lsnFunctions: readonly ScalarFunction[] = [
  scalar(3237, 'pg_lsn_mi(pg_lsn, pg_lsn) numeric', 'bytes between positions', lsnDistance),
  scalar(3165, 'pg_wal_lsn_diff(pg_lsn, pg_lsn) numeric', 'bytes between positions', lsnDistance),
  scalar(5022, 'pg_lsn_pli(pg_lsn, numeric) pg_lsn', 'position so many bytes on', lsnPlus),
  scalar(5023, 'numeric_pl_pg_lsn(numeric, pg_lsn) pg_lsn', 'position so many bytes on', (n, lsn) => lsnPlus(lsn, n)),
  scalar(5024, 'pg_lsn_mii(pg_lsn, numeric) pg_lsn', 'position so many bytes before', lsnMinus),
  scalar(6103, 'pg_lsn(numeric) pg_lsn', 'convert numeric to pg_lsn', lsnOfNumeric),
  scalar(3251, 'pg_lsn_cmp(pg_lsn, pg_lsn) int4', ORDER, int64Compare),
  scalar(4187, 'pg_lsn_larger(pg_lsn, pg_lsn) pg_lsn', 'the later one', larger),
  scalar(4188, 'pg_lsn_smaller(pg_lsn, pg_lsn) pg_lsn', 'the earlier one', smaller),
]

/** A function of addresses, byte by byte. */
const bytewise =
  (operation: (a: number, b: number) => number) =>
  (a: string, b: string): string => {
    const others = macBytes(b)
    return formatMac(macBytes(a).map((byte, i) => operation(byte, others[i] as number)))
  }

const macAnd = bytewise((a, b) => a & b)
const macOr = bytewise((a, b) => a | b)
const macNot = (address: string): string => formatMac(macBytes(address).map((byte) => byte ^ 0xff))
/** Only the manufacturer's three bytes. */
const truncateMac = (address: string): string => formatMac(macBytes(address).map((byte, i) => (i < 3 ? byte : 0)))
const macWith7thBit = (address: string): string => formatMac(macBytes(address).map((b, i) => (i === 0 ? b | 2 : b)))
const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const narrowMac = (address: string): string => {
  const bytes = macBytes(address)
  if (bytes[3] !== 0xff || bytes[4] !== 0xfe) throw macTooLong()
  return formatMac([...bytes.slice(0, 3), ...bytes.slice(5)])
}

const macFunctions: readonly ScalarFunction[] = [
  scalar(3144, 'macaddr_not(macaddr) macaddr', 'bitwise not', macNot),
  scalar(3145, 'macaddr_and(macaddr, macaddr) macaddr', 'bitwise and', macAnd),
  scalar(3146, 'macaddr_or(macaddr, macaddr) macaddr', 'bitwise or', macOr),
  scalar(836, 'macaddr_cmp(macaddr, macaddr) int4', ORDER, compareTexts),
  scalar(753, 'trunc(macaddr) macaddr', 'bytes of the manufacturer', truncateMac),
  scalar(4124, 'macaddr(macaddr8) macaddr', 'convert macaddr8 to macaddr', narrowMac),
  scalar(4123, 'macaddr8(macaddr) macaddr8', 'convert macaddr to macaddr8', (a) => formatMac(widenMac(macBytes(a)))),
  scalar(4120, 'macaddr8_not(macaddr8) macaddr8', 'bitwise not', macNot),
  scalar(4121, 'macaddr8_and(macaddr8, macaddr8) macaddr8', 'bitwise and', macAnd),
  scalar(4122, 'macaddr8_or(macaddr8, macaddr8) macaddr8', 'bitwise or', macOr),
  scalar(4119, 'macaddr8_cmp(macaddr8, macaddr8) int4', ORDER, compareTexts),
  scalar(4112, 'trunc(macaddr8) macaddr8', 'bytes of the manufacturer', truncateMac),
  scalar(4125, 'macaddr8_set7bit(macaddr8) macaddr8', 'address with the seventh bit set', macWith7thBit),
]

const currentSnapshot = ({ session }: EvalContext): string => {
  const inProgress = session.transactionsInProgress().map(BigInt)
  const xmax = BigInt(session.nextTransactionId())
  return formatSnapshot({ xmin: inProgress[0] ?? xmax, xmax, inProgress })
}

const isVisible = (xid: ExactInteger, snapshot: string): boolean => {
  const { xmin, xmax, inProgress } = snapshotParts(snapshot)
  const number = BigInt(xid)
  return number < xmin || (number < xmax && !inProgress.includes(number))
}

const statusOf = ({ session }: EvalContext, xid: ExactInteger): string | null => {
  if (BigInt(xid) >= BigInt(session.nextTransactionId())) throw transactionInFuture(BigInt(xid))
  return session.transactionStatus(Number(xid))
}

const xminOf = (snapshot: string): ExactInteger => normalizeInteger(snapshotParts(snapshot).xmin)
const xmaxOf = (snapshot: string): ExactInteger => normalizeInteger(snapshotParts(snapshot).xmax)
const inProgressOf = (snapshot: string): ExactInteger[] => snapshotParts(snapshot).inProgress.map(normalizeInteger)

const VOLATILE = { volatility: 'volatile' } as const

const snapshotFunctions: readonly ScalarFunction[] = [
  scalar(5096, 'xid8cmp(xid8, xid8) int4', ORDER, int64Compare),
  scalar(5097, 'xid8_larger(xid8, xid8) xid8', 'the later one', larger),
  scalar(5098, 'xid8_smaller(xid8, xid8) xid8', 'the earlier one', smaller),
  sessionScalar(5061, 'pg_current_snapshot() pg_snapshot', 'transactions in progress', currentSnapshot),
  scalar(5062, 'pg_snapshot_xmin(pg_snapshot) xid8', 'oldest transaction in progress', xminOf),
  scalar(5063, 'pg_snapshot_xmax(pg_snapshot) xid8', 'first transaction that had not begun', xmaxOf),
  scalar(5065, 'pg_visible_in_snapshot(xid8, pg_snapshot) bool', 'whether a transaction was done', isVisible),
  sessionScalar(5066, 'pg_xact_status(xid8) text', 'how a transaction ended', statusOf, VOLATILE),
  sessionScalar(2944, 'txid_current_snapshot() txid_snapshot', 'transactions in progress', currentSnapshot),
  scalar(2945, 'txid_snapshot_xmin(txid_snapshot) int8', 'oldest transaction in progress', xminOf),
  scalar(2946, 'txid_snapshot_xmax(txid_snapshot) int8', 'first transaction that had not begun', xmaxOf),
  scalar(2948, 'txid_visible_in_snapshot(int8, txid_snapshot) bool', 'whether a transaction was done', isVisible),
  sessionScalar(3360, 'txid_status(int8) text', 'how a transaction ended', statusOf, VOLATILE),
]

export const snapshotSets: readonly SetReturningFunction[] = [
  setReturning(
    5064,
    'pg_snapshot_xip(pg_snapshot) xid8',
    'transactions that were in progress',
    (_context, _types, snapshot) => inProgressOf(snapshot),
    { estimatedRows: 50 },
  ),
  setReturning(
    2947,
    'txid_snapshot_xip(txid_snapshot) int8',
    'transactions that were in progress',
    (_context, _types, snapshot) => inProgressOf(snapshot),
    { estimatedRows: 50 },
  ),
]

export const identifierFunctions: readonly ScalarFunction[] = [...lsnFunctions, ...macFunctions, ...snapshotFunctions]

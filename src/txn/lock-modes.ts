/** Lock modes and what conflicts with what: PostgreSQL's tables (manual, 13.3.1 and 13.3.2) as bit masks. */

/** Modes of table locks, weakest first; the value is the mode's bit. Advisory and transaction locks use them too. */
export const TABLE_LOCK = {
  accessShare: 1 << 1,
  rowShare: 1 << 2,
  rowExclusive: 1 << 3,
  shareUpdateExclusive: 1 << 4,
  share: 1 << 5,
  shareRowExclusive: 1 << 6,
  exclusive: 1 << 7,
  accessExclusive: 1 << 8,
} as const

/** Modes of row locks, weakest first. */
export const ROW_LOCK = {
  forKeyShare: 1 << 9,
  forShare: 1 << 10,
  forNoKeyUpdate: 1 << 11,
  forUpdate: 1 << 12,
} as const

export type LockMode = (typeof TABLE_LOCK)[keyof typeof TABLE_LOCK] | (typeof ROW_LOCK)[keyof typeof ROW_LOCK]

const T = TABLE_LOCK
const R = ROW_LOCK

/** For each mode: its name in pg_locks and the modes that it cannot be held beside. */
const MODES: readonly (readonly [mode: LockMode, name: string, conflicts: number])[] = [
  [T.accessShare, 'AccessShareLock', T.accessExclusive],
  [T.rowShare, 'RowShareLock', T.exclusive | T.accessExclusive],
  [T.rowExclusive, 'RowExclusiveLock', T.share | T.shareRowExclusive | T.exclusive | T.accessExclusive],
  [
    T.shareUpdateExclusive,
    'ShareUpdateExclusiveLock',
    T.shareUpdateExclusive | T.share | T.shareRowExclusive | T.exclusive | T.accessExclusive,
  ],
  [
    T.share,
    'ShareLock',
    T.rowExclusive | T.shareUpdateExclusive | T.shareRowExclusive | T.exclusive | T.accessExclusive,
  ],
  [
    T.shareRowExclusive,
    'ShareRowExclusiveLock',
    T.rowExclusive | T.shareUpdateExclusive | T.share | T.shareRowExclusive | T.exclusive | T.accessExclusive,
  ],
  [
    T.exclusive,
    'ExclusiveLock',
    T.rowShare |
      T.rowExclusive |
      T.shareUpdateExclusive |
      T.share |
      T.shareRowExclusive |
      T.exclusive |
      T.accessExclusive,
  ],
  [
    T.accessExclusive,
    'AccessExclusiveLock',
    T.accessShare |
      T.rowShare |
      T.rowExclusive |
      T.shareUpdateExclusive |
      T.share |
      T.shareRowExclusive |
      T.exclusive |
      T.accessExclusive,
  ],
  [R.forKeyShare, 'AccessShareLock', R.forUpdate],
  [R.forShare, 'RowShareLock', R.forNoKeyUpdate | R.forUpdate],
  [R.forNoKeyUpdate, 'ExclusiveLock', R.forShare | R.forNoKeyUpdate | R.forUpdate],
  [R.forUpdate, 'AccessExclusiveLock', R.forKeyShare | R.forShare | R.forNoKeyUpdate | R.forUpdate],
]

const CONFLICTS = new Map<number, number>(MODES.map(([mode, , conflicts]) => [mode, conflicts]))
const NAMES = new Map<number, string>(MODES.map(([mode, name]) => [mode, name]))

/** Bits of the modes that `mode` conflicts with. */
export const conflictsOf = (mode: LockMode): number => CONFLICTS.get(mode) as number

/** The name that pg_locks shows. */
export const lockModeName = (mode: LockMode): string => NAMES.get(mode) as string

/** The modes in a set of mode bits, weakest first. */
export const modesIn = (mask: number): LockMode[] => MODES.map(([mode]) => mode).filter((mode) => (mask & mode) !== 0)

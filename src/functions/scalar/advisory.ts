/** Advisory locks: by one key of 64 bits or two of 32, of the session or of the transaction, exclusive or shared. */
import type { AdvisoryKey, EvalContext } from '../context.ts'
import { sessionScalar } from '../define.ts'
import type { ScalarFunction } from '../records.ts'
import type { Datum } from '../../types/sql-type.ts'

type Key = Pick<AdvisoryKey, 'key' | 'space'>

const KEYS: readonly { readonly signature: string; readonly key: (args: Datum[]) => Key }[] = [
  { signature: 'int8', key: ([key]) => ({ key: BigInt.asUintN(64, BigInt(key)), space: 1 }) },
  {
    signature: 'int4, int4',
    key: ([high, low]) => ({
      key: (BigInt.asUintN(32, BigInt(high)) << 32n) | BigInt.asUintN(32, BigInt(low)),
      space: 2,
    }),
  },
]

/** The function in its two forms. */
const advisoryFunctions = (
  name: string,
  oids: readonly [number, number],
  result: 'void' | 'bool',
  evaluate: (context: EvalContext, key: AdvisoryKey) => Datum,
): ScalarFunction[] =>
  KEYS.map(({ signature, key }, i) =>
    sessionScalar(
      oids[i] as number,
      `${name}(${signature}) ${result}`,
      'advisory lock',
      (context, ...args) => evaluate(context, { ...key(args), shared: name.endsWith('_shared') }),
      { volatility: 'volatile', blocking: result === 'void' },
    ),
  )

/** Waits for the lock; `''` is void's value. */
const waiting =
  (scope: 'session' | 'transaction') =>
  ({ session }: EvalContext, key: AdvisoryKey): Datum =>
    session.advisory.lock(key, scope)?.then(() => '') ?? ''

const trying =
  (scope: 'session' | 'transaction') =>
  ({ session }: EvalContext, key: AdvisoryKey): Datum =>
    session.advisory.tryLock(key, scope)

const unlocking = ({ session }: EvalContext, key: AdvisoryKey): Datum => session.advisory.unlock(key)

export const advisoryLockFunctions: readonly ScalarFunction[] = [
  ...advisoryFunctions('pg_advisory_lock', [2880, 2886], 'void', waiting('session')),
  ...advisoryFunctions('pg_advisory_lock_shared', [2881, 2887], 'void', waiting('session')),
  ...advisoryFunctions('pg_advisory_xact_lock', [3089, 3093], 'void', waiting('transaction')),
  ...advisoryFunctions('pg_advisory_xact_lock_shared', [3090, 3094], 'void', waiting('transaction')),
  ...advisoryFunctions('pg_try_advisory_lock', [2882, 2888], 'bool', trying('session')),
  ...advisoryFunctions('pg_try_advisory_lock_shared', [2883, 2889], 'bool', trying('session')),
  ...advisoryFunctions('pg_try_advisory_xact_lock', [3091, 3095], 'bool', trying('transaction')),
  ...advisoryFunctions('pg_try_advisory_xact_lock_shared', [3092, 3096], 'bool', trying('transaction')),
  ...advisoryFunctions('pg_advisory_unlock', [2884, 2890], 'bool', unlocking),
  ...advisoryFunctions('pg_advisory_unlock_shared', [2885, 2891], 'bool', unlocking),
  sessionScalar(
    2892,
    'pg_advisory_unlock_all() void',
    'release all advisory locks of the session',
    ({ session }) => {
      session.advisory.unlockAll()
      return ''
    },
    { volatility: 'volatile' },
  ),
]

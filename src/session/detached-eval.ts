/** An evaluation context without a session: for index keys, whose expressions are immutable. */
import type { CatalogSnapshot } from '../catalog/snapshot.ts'
import { unsupportedStatement } from '../errors/raise/session.ts'
import type { EvalContext } from '../functions/context.ts'
import { now } from './eval-context.ts'
import { objectNames } from './object-names.ts'

export const detachedEval = (catalog: () => CatalogSnapshot): EvalContext => {
  const unavailable = (): never => {
    throw unsupportedStatement('a function that needs a session in an index')
  }
  return {
    format: {
      dateStyle: 'ISO',
      dateOrder: 'MDY',
      intervalStyle: 'postgres',
      timeZone: 'UTC',
      extraFloatDigits: 1,
      byteaOutput: 'hex',
      transactionTimestamp: 0,
      names: objectNames(() => ({ catalog: catalog(), searchPath: [] })),
    },
    transactionTimestamp: 0,
    statementTimestamp: 0,
    clockTimestamp: now,
    random: unavailable,
    setSeed: unavailable,
    notice: () => {},
    typeOf: (oid) => catalog().typeOf(oid),
    get session(): never {
      return unavailable()
    },
    sequences: {
      nextval: unavailable,
      currval: unavailable,
      setval: unavailable,
      lastval: unavailable,
      discard: unavailable,
      state: unavailable,
    },
    catalog: { call: unavailable },
    routines: { call: unavailable, rows: unavailable, gather: unavailable, query: unavailable },
  }
}

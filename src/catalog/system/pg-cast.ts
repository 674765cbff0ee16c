/** pg_cast: casts of the registry. */
import { allCasts } from '../../functions/index.ts'
import { catalogTable } from './relation.ts'

const COLUMNS = `
  oid oid!, castsource oid!, casttarget oid!, castfunc oid!, castcontext char!, castmethod char!`

const CONTEXTS = { implicit: 'i', assignment: 'a', explicit: 'e' } as const

/** Casts have no identity beyond their types; tools only need some oid below those of users' objects. */
const FIRST_CAST_OID = 10000

export const pgCast = catalogTable('pg_cast', 2605, COLUMNS, () =>
  allCasts.map(({ source, target, context, method }, i) => ({
    oid: FIRST_CAST_OID + i,
    castsource: source,
    casttarget: target,
    castfunc: typeof method === 'number' ? method : 0,
    castcontext: CONTEXTS[context],
    castmethod: method === 'binary' ? 'b' : method === 'io' ? 'i' : 'f',
  })),
)

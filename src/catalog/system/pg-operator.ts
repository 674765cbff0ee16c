/** pg_operator: operators. */
import { PG_CATALOG } from '../../types/oids.ts'
import { allOperators } from '../../functions/index.ts'
import { BOOTSTRAP_SUPERUSER } from '../snapshot.ts'
import { internalFunctionOid } from './data/internal-functions.ts'
import { catalogTable } from './relation.ts'

const COLUMNS = `
  oid oid!, oprname name!, oprnamespace oid!, oprowner oid!, oprkind char!, oprcanmerge bool!, oprcanhash bool!,
  oprleft oid!, oprright oid!, oprresult oid!, oprcom oid!, oprnegate oid!, oprcode regproc!, oprrest regproc!,
  oprjoin regproc!`

export const pgOperator = catalogTable('pg_operator', 2617, COLUMNS, () =>
  allOperators.map((operator) => ({
    oid: operator.oid,
    oprname: operator.name,
    oprnamespace: PG_CATALOG,
    oprowner: BOOTSTRAP_SUPERUSER,
    oprkind: operator.left === 0 ? 'l' : 'b',
    oprcanmerge: operator.merges,
    oprcanhash: operator.hashes,
    oprleft: operator.left,
    oprright: operator.right,
    oprresult: operator.result,
    oprcom: operator.commutator,
    oprnegate: operator.negator,
    oprcode: operator.function,
    oprrest: internalFunctionOid(operator.selectivity ?? '-'),
    oprjoin: internalFunctionOid(operator.selectivity?.replace(/sel$/, 'joinsel') ?? '-'),
  })),
)

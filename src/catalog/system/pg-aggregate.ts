/** pg_aggregate: aggregates of the registry; their transition functions are not SQL functions here. */
import { allFunctions } from '../../functions/index.ts'
import { OID } from '../../types/oids.ts'
import { catalogTable } from './relation.ts'

const COLUMNS = `
  aggfnoid regproc!, aggkind char!, aggnumdirectargs int2!, aggtransfn regproc!, aggfinalfn regproc!, aggcombinefn
  regproc!, aggserialfn regproc!, aggdeserialfn regproc!, aggmtransfn regproc!, aggminvtransfn regproc!,
  aggmfinalfn regproc!, aggfinalextra bool!, aggmfinalextra bool!, aggfinalmodify char!, aggmfinalmodify char!,
  aggsortop oid!, aggtranstype oid!, aggtransspace int4!, aggmtranstype oid!, aggmtransspace int4!, agginitval
  text, aggminitval text`

const COMMON = {
  aggcombinefn: 0,
  aggserialfn: 0,
  aggdeserialfn: 0,
  aggmtransfn: 0,
  aggminvtransfn: 0,
  aggmfinalfn: 0,
  aggfinalextra: false,
  aggmfinalextra: false,
  aggfinalmodify: 'r',
  aggmfinalmodify: 'r',
  aggtransspace: 0,
  aggmtranstype: 0,
  aggmtransspace: 0,
} as const

export const pgAggregate = catalogTable('pg_aggregate', 2600, COLUMNS, ({ catalog }) => [
  ...allFunctions.flatMap((record) =>
    record.kind !== 'aggregate'
      ? []
      : [
          {
            ...COMMON,
            aggfnoid: record.oid,
            aggkind: record.directArgs === undefined ? 'n' : record.hypothetical === true ? 'h' : 'o',
            aggnumdirectargs: record.directArgs ?? 0,
            aggtransfn: 0,
            aggfinalfn: 0,
            aggsortop: 0,
            aggtranstype: OID.internal,
          },
        ],
  ),
  ...Array.from(catalog.all('function')).flatMap(({ oid, aggregate }) =>
    aggregate === null
      ? []
      : [
          {
            ...COMMON,
            aggfnoid: oid,
            aggkind: 'n',
            aggnumdirectargs: 0,
            aggtransfn: aggregate.transition,
            aggfinalfn: aggregate.final,
            aggsortop: aggregate.sortOperator,
            aggtranstype: aggregate.state,
            agginitval: aggregate.initial,
          },
        ],
  ),
])

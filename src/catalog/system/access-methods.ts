/** Index methods and what they order by: pg_am, pg_opclass, pg_opfamily, pg_amop, pg_amproc. */
import { PG_CATALOG } from '../../types/oids.ts'
import { operatorByOid } from '../../functions/index.ts'
import { BOOTSTRAP_SUPERUSER } from '../snapshot.ts'
import { BTREE, familyOperators, METHOD_OIDS, operatorClasses } from './data/operator-classes.ts'
import { HEAP } from './pg-class.ts'
import { catalogTable } from './relation.ts'

const AM_COLUMNS = `
  oid oid!, amname name!, amhandler regproc!, amtype char!`

const OPCLASS_COLUMNS = `
  oid oid!, opcmethod oid!, opcname name!, opcnamespace oid!, opcowner oid!, opcfamily oid!, opcintype oid!,
  opcdefault bool!, opckeytype oid!`

const OPFAMILY_COLUMNS = `
  oid oid!, opfmethod oid!, opfname name!, opfnamespace oid!, opfowner oid!`

const AMOP_COLUMNS = `
  oid oid!, amopfamily oid!, amoplefttype oid!, amoprighttype oid!, amopstrategy int2!, amoppurpose char!, amopopr
  oid!, amopmethod oid!, amopsortfamily oid!`

const AMPROC_COLUMNS = `
  oid oid!, amprocfamily oid!, amproclefttype oid!, amprocrighttype oid!, amprocnum int2!, amproc regproc!`

/** Methods are not made of functions here. */
const pgAm = catalogTable('pg_am', 2601, AM_COLUMNS, () => [
  { oid: HEAP, amname: 'heap', amhandler: 0, amtype: 't' },
  ...Object.entries(METHOD_OIDS).map(([amname, oid]) => ({
    oid,
    amname,
    amhandler: 0,
    amtype: 'i',
  })),
])

const pgOpclass = catalogTable('pg_opclass', 2616, OPCLASS_COLUMNS, () =>
  operatorClasses.map(({ oid, method, name, family, type, isDefault, keyType }) => ({
    oid,
    opcmethod: method,
    opcname: name,
    opcnamespace: PG_CATALOG,
    opcowner: BOOTSTRAP_SUPERUSER,
    opcfamily: family,
    opcintype: type,
    opcdefault: isDefault,
    opckeytype: keyType,
  })),
)

const families = new Map(operatorClasses.map(({ family, method, familyName }) => [family, { method, familyName }]))

const pgOpfamily = catalogTable('pg_opfamily', 2753, OPFAMILY_COLUMNS, () =>
  Array.from(families, ([oid, { method, familyName }]) => ({
    oid,
    opfmethod: method,
    opfname: familyName,
    opfnamespace: PG_CATALOG,
    opfowner: BOOTSTRAP_SUPERUSER,
  })),
)

const pgAmop = catalogTable('pg_amop', 2602, AMOP_COLUMNS, () =>
  familyOperators.flatMap(({ oid, family, strategy, operator }) => {
    const record = operatorByOid(operator)
    if (record === undefined) return []
    return [
      {
        oid,
        amopfamily: family,
        amoplefttype: record.left,
        amoprighttype: record.right,
        amopstrategy: strategy,
        amoppurpose: 's',
        amopopr: operator,
        amopmethod: families.get(family)?.method ?? BTREE,
        amopsortfamily: 0,
      },
    ]
  }),
)

/** Support functions of index methods are not SQL functions here. */
const pgAmproc = catalogTable('pg_amproc', 2603, AMPROC_COLUMNS)

export const accessMethodRelations = [pgAm, pgOpclass, pgOpfamily, pgAmop, pgAmproc]

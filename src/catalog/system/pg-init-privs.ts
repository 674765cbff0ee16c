/** pg_init_privs: privileges that objects have from the beginning, which a dump need not repeat. */
import { allFunctions } from '../../functions/index.ts'
import { aclArray } from '../privileges/acl-arrays.ts'
import { CATALOG, initialFunctionAcl, initialRelationAcl, isBuiltin } from '../privileges/objects.ts'
import type { Acl } from '../privileges/acl.ts'
import { FIRST_NORMAL_OID } from '../snapshot.ts'
import { catalogTable } from './relation.ts'

const COLUMNS = 'objoid oid!, classoid oid!, objsubid int4!, privtype char!, initprivs _aclitem!'

const row = (classoid: number, objoid: number, acl: Acl | null) =>
  acl === null ? [] : [{ objoid, classoid, objsubid: 0, privtype: 'i', initprivs: aclArray(acl) }]

export const pgInitPrivs = catalogTable('pg_init_privs', 3394, COLUMNS, ({ catalog }) => [
  ...Array.from(catalog.all('relation')).flatMap((relation) =>
    isBuiltin(relation) ? row(CATALOG.relation, relation.oid, initialRelationAcl(relation)) : [],
  ),
  ...Array.from(catalog.all('schema')).flatMap(({ oid, acl }) =>
    oid < FIRST_NORMAL_OID ? row(CATALOG.schema, oid, acl) : [],
  ),
  ...allFunctions.flatMap(({ oid }) => row(CATALOG.function, oid, initialFunctionAcl(oid))),
])

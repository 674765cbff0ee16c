/** pg_init_privs: privileges that objects have from the beginning, which a dump need not repeat. */
import { FIRST_NORMAL_OID } from '../snapshot.ts'
import { CLASS_OIDS } from './descriptions.ts'
import { aclArray } from './pg-class.ts'
import { catalogTable } from './relation.ts'

const COLUMNS = 'objoid oid!, classoid oid!, objsubid int4!, privtype char!, initprivs _aclitem!'

export const pgInitPrivs = catalogTable('pg_init_privs', 3394, COLUMNS, ({ catalog }) =>
  Array.from(catalog.objects.values())
    .filter(({ oid, acl }) => oid < FIRST_NORMAL_OID && acl !== null)
    .map((object) => ({
      objoid: object.oid,
      classoid: CLASS_OIDS[object.class],
      objsubid: 0,
      privtype: 'i',
      initprivs: aclArray(object.acl),
    })),
)

/** Keeps the privileges on objects of the program, which have no record in the catalog. */
import type { BuiltinAclObject } from '../../catalog/objects.ts'
import type { Acl } from '../../catalog/privileges/acl.ts'
import { BOOTSTRAP_SUPERUSER } from '../../catalog/snapshot.ts'
import type { DefinitionContext } from './context.ts'

export const storeBuiltinAcl = (
  { catalog }: DefinitionContext,
  of: number,
  object: number,
  acl: Acl | null,
  columns: BuiltinAclObject['columns'] = {},
): void => {
  const known = catalog.snapshot.builtinAcl(of, object)
  const record: BuiltinAclObject = {
    class: 'built-in privileges',
    oid: known?.oid ?? catalog.allocateOid(),
    name: '',
    owner: BOOTSTRAP_SUPERUSER,
    comment: null,
    depends: [],
    acl,
    catalog: of,
    object,
    columns: { ...known?.columns, ...columns },
  }
  catalog.put(record)
}

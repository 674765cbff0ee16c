/** pg_depend: which objects need which others. */
import type { CatalogObject } from '../objects.ts'
import { FIRST_NORMAL_OID, type CatalogSnapshot } from '../snapshot.ts'
import { CLASS_OIDS } from './descriptions.ts'
import { defaultOid } from './pg-attrdef.ts'
import { catalogTable, type SystemRow } from './relation.ts'

const COLUMNS = `
  classid oid!, objid oid!, objsubid int4!, refclassid oid!, refobjid oid!, refobjsubid int4!, deptype char!`

const ATTRDEF = 2604
const REWRITE = 2618
const KINDS = { normal: 'n', auto: 'a', internal: 'i' } as const

const edge = (
  [classid, objid]: readonly [number, number],
  [refclassid, refobjid, refobjsubid]: readonly [number, number, number],
  deptype: string,
): SystemRow => ({ classid, objid, objsubid: 0, refclassid, refobjid, refobjsubid, deptype })

/** What the object states itself, with the catalogs that its dependencies are in. */
const stated = (catalog: CatalogSnapshot, object: CatalogObject): SystemRow[] => {
  const isView = object.class === 'relation' && object.view !== null
  const self = isView ? ([REWRITE, object.oid] as const) : ([CLASS_OIDS[object.class], object.oid] as const)
  return object.depends.flatMap(({ oid, attnum, kind }) => {
    const other = catalog.objects.get(oid)
    return other === undefined ? [] : [edge(self, [CLASS_OIDS[other.class], oid, attnum], KINDS[kind])]
  })
}

/** What follows from the object's place: its schema, its row type, the defaults of its columns, a view's rule. */
const implied = (catalog: CatalogSnapshot, object: CatalogObject): SystemRow[] => {
  const self = [CLASS_OIDS[object.class], object.oid] as const
  const rows: SystemRow[] = []
  if (object.class === 'relation') {
    if (object.kind !== 'i') rows.push(edge(self, [CLASS_OIDS.schema, object.schema, 0], 'n'))
    if (object.view !== null) rows.push(edge([REWRITE, object.oid], [...self, 0], 'i'))
    for (const { attnum, default: expression, uses = [] } of object.columns) {
      if (expression === null) continue
      const own = [ATTRDEF, defaultOid(object.oid, attnum)] as const
      rows.push(edge(own, [...self, attnum], 'a'))
      for (const used of uses) {
        const other = catalog.objects.get(used.oid)
        if (other !== undefined) rows.push(edge(own, [CLASS_OIDS[other.class], used.oid, used.attnum], 'n'))
      }
    }
  } else if (object.class === 'type') {
    rows.push(edge([CLASS_OIDS.type, object.arrayType.oid], [CLASS_OIDS.type, object.oid, 0], 'i'))
    if (object.labels !== null) rows.push(edge(self, [CLASS_OIDS.schema, object.schema, 0], 'n'))
  }
  return rows
}

const sameEdge = (row: SystemRow): string => Object.values(row).join()

export const pgDepend = catalogTable('pg_depend', 2608, COLUMNS, ({ catalog }) =>
  Array.from(catalog.objects.values())
    .filter(({ oid }) => oid >= FIRST_NORMAL_OID)
    .flatMap((object) => {
      const rows = [...stated(catalog, object), ...implied(catalog, object)]
      return [...new Map(rows.map((row) => [sameEdge(row), row])).values()]
    }),
)

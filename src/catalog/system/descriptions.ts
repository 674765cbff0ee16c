/** Comments: pg_description and pg_shdescription, and what the information functions look up in them. */
import { allFunctions, allOperators } from '../../functions/index.ts'
import type { CatalogObject } from '../objects.ts'
import { catalogTable } from './relation.ts'

const DESCRIPTION_COLUMNS = `
  objoid oid!, classoid oid!, objsubid int4!, description text!`

const SHDESCRIPTION_COLUMNS = `
  objoid oid!, classoid oid!, description text!`

/** OID of the catalog that an object's row is in. */
export const CLASS_OIDS: Readonly<Record<CatalogObject['class'] | 'function' | 'operator', number>> = {
  relation: 1259,
  type: 1247,
  constraint: 2606,
  schema: 2615,
  role: 1260,
  database: 1262,
  function: 1255,
  collation: 3456,
  policy: 3256,
  'role setting': 2964,
  'default privileges': 826,
  'built-in privileges': 0,
  operator: 2617,
}

const isShared = (object: CatalogObject): boolean =>
  object.class === 'role' || object.class === 'database' || object.class === 'role setting'

const pgDescription = catalogTable('pg_description', 2609, DESCRIPTION_COLUMNS, ({ catalog }) => [
  ...Array.from(catalog.objects.values()).flatMap((object) => {
    if (isShared(object)) return []
    const classoid = CLASS_OIDS[object.class]
    const own =
      object.comment === null ? [] : [{ objoid: object.oid, classoid, objsubid: 0, description: object.comment }]
    const columns = object.class === 'relation' ? object.columns : []
    return [
      ...own,
      ...columns
        .filter((column) => column.comment !== null && !column.dropped)
        .map(({ attnum, comment }) => ({ objoid: object.oid, classoid, objsubid: attnum, description: comment })),
    ]
  }),
  ...allFunctions.map(({ oid, description }) => ({
    objoid: oid,
    classoid: CLASS_OIDS.function,
    objsubid: 0,
    description,
  })),
  ...allOperators.map(({ oid, description }) => ({
    objoid: oid,
    classoid: CLASS_OIDS.operator,
    objsubid: 0,
    description,
  })),
])

const pgShdescription = catalogTable('pg_shdescription', 2396, SHDESCRIPTION_COLUMNS, ({ catalog }) =>
  Array.from(catalog.objects.values()).flatMap((object) =>
    isShared(object) && object.comment !== null
      ? [{ objoid: object.oid, classoid: CLASS_OIDS[object.class], description: object.comment }]
      : [],
  ),
)

export const descriptionRelations = [pgDescription, pgShdescription]

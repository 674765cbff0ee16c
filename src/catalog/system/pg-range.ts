/** pg_range: what range types are made of. */
import { builtinTypes } from '../../types/index.ts'
import { isRangeType, type RangeType } from '../../types/range/range-type.ts'
import { BTREE, operatorClass } from './data/operator-classes.ts'
import { internalFunctionOid } from './data/internal-functions.ts'
import { catalogTable, type SystemRow } from './relation.ts'

const COLUMNS = `
  rngtypid oid!, rngsubtype oid!, rngmultitypid oid!, rngcollation oid!, rngsubopc oid!, rngcanonical regproc!,
  rngsubdiff regproc!`

const rangeRow = (type: RangeType): SystemRow => ({
  rngtypid: type.oid,
  rngsubtype: type.subtype.oid,
  rngmultitypid: type.multirangeOid,
  rngcollation: type.subtype.collation,
  rngsubopc: operatorClass(type.subtype, BTREE, null)?.oid ?? 0,
  rngcanonical: internalFunctionOid(`${type.name}_canonical`),
  rngsubdiff: internalFunctionOid(`${type.name}_subdiff`),
})

export const pgRange = catalogTable('pg_range', 3541, COLUMNS, ({ catalog }) => [
  ...builtinTypes.filter(isRangeType).map(rangeRow),
  ...Array.from(catalog.all('type')).flatMap(({ type }) => (isRangeType(type) ? [rangeRow(type)] : [])),
])

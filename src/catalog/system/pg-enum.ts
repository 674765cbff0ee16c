/** pg_enum: labels of enum types. */
import { catalogTable } from './relation.ts'

const COLUMNS = `
  oid oid!, enumtypid oid!, enumsortorder float4!, enumlabel name!`

export const pgEnum = catalogTable('pg_enum', 3501, COLUMNS, ({ catalog }) =>
  Array.from(catalog.all('type')).flatMap(({ oid: enumtypid, labels }) =>
    (labels ?? []).map(({ oid, label, order }) => ({ oid, enumtypid, enumsortorder: order, enumlabel: label })),
  ),
)

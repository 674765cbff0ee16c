/** pg_attrdef: default and generation expressions of columns. */
import { storedExpression } from './expressions.ts'
import { catalogTable } from './relation.ts'

const COLUMNS = `
  oid oid!, adrelid oid!, adnum int2!, adbin pg_node_tree!`

const MIDDLE_OF_OIDS = 0x8000_0000
const MOST_COLUMNS = 2048

/** Defaults have no oids of their own here: one that follows from the column, in the upper half of all oids. */
export const defaultOid = (relation: number, attnum: number): number =>
  MIDDLE_OF_OIDS + ((relation * MOST_COLUMNS + attnum) % MIDDLE_OF_OIDS)

export const pgAttrdef = catalogTable('pg_attrdef', 2604, COLUMNS, ({ catalog }) =>
  Array.from(catalog.all('relation')).flatMap(({ oid: adrelid, columns }) =>
    columns.flatMap(({ attnum, default: expression, dropped }) =>
      expression === null || dropped
        ? []
        : [{ oid: defaultOid(adrelid, attnum), adrelid, adnum: attnum, adbin: storedExpression(expression, attnum) }],
    ),
  ),
)

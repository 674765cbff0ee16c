/** pg_constraint: checks, keys, exclusion constraints and foreign keys. */
import { equalityOperator } from '../../functions/index.ts'
import type { ConstraintObject, ForeignKey, ReferentialAction } from '../objects.ts'
import type { CatalogSnapshot } from '../snapshot.ts'
import { arrayOf } from './arrays.ts'
import { storedExpression } from './expressions.ts'
import { catalogTable, type SystemRow } from './relation.ts'

const COLUMNS = `
  oid oid!, conname name!, connamespace oid!, contype char!, condeferrable bool!, condeferred bool!, convalidated
  bool!, conrelid oid!, contypid oid!, conindid oid!, conparentid oid!, confrelid oid!, confupdtype char!,
  confdeltype char!, confmatchtype char!, conislocal bool!, coninhcount int4!, connoinherit bool!, conkey _int2,
  confkey _int2, conpfeqop _oid, conppeqop _oid, conffeqop _oid, confdelsetcols _int2, conexclop _oid, conbin
  pg_node_tree`

const CONSTRAINT_LETTERS = { check: 'c', primary: 'p', unique: 'u', exclude: 'x', foreign: 'f' } as const

const ACTION_LETTERS: Readonly<Record<ReferentialAction, string>> = {
  'no action': 'a',
  restrict: 'r',
  cascade: 'c',
  'set null': 'n',
  'set default': 'd',
}

const foreignColumns = (catalog: CatalogSnapshot, table: number, foreign: ForeignKey): SystemRow => {
  const referenced = catalog.relation(foreign.table)?.columns ?? []
  const equalities = foreign.columns.map((attnum) => {
    const type = referenced[attnum - 1]?.type
    return type === undefined ? 0 : (equalityOperator(type)?.oid ?? 0)
  })
  return {
    conindid: foreign.index,
    confrelid: foreign.table,
    confupdtype: ACTION_LETTERS[foreign.onUpdate],
    confdeltype: ACTION_LETTERS[foreign.onDelete],
    confmatchtype: foreign.matchFull ? 'f' : 's',
    confkey: arrayOf(foreign.columns),
    conpfeqop: arrayOf(equalities),
    conppeqop: arrayOf(equalities),
    conffeqop: arrayOf(equalities),
    confdelsetcols: foreign.deleteColumns.length === 0 ? null : arrayOf(foreign.deleteColumns),
    conrelid: table,
  }
}

const exclusionOperators = (catalog: CatalogSnapshot, { type, index }: ConstraintObject): SystemRow => {
  const operators = type === 'exclude' ? catalog.relation(index)?.index?.exclusion : undefined
  return operators === undefined ? {} : { conexclop: arrayOf(operators) }
}

/** Keys are a table's own unless they are part of another one's; foreign keys of partitioned tables are their partitions'. */
const isOwn = (catalog: CatalogSnapshot, { type, noInherit, parent, table }: ConstraintObject): boolean => {
  if (type === 'check') return noInherit
  return parent === undefined && (type !== 'foreign' || catalog.relation(table)?.kind !== 'p')
}

const constraintRow = (catalog: CatalogSnapshot, constraint: ConstraintObject): SystemRow => ({
  oid: constraint.oid,
  conname: constraint.name,
  connamespace: constraint.schema,
  contype: CONSTRAINT_LETTERS[constraint.type],
  condeferrable: constraint.deferrable,
  condeferred: constraint.initiallyDeferred,
  convalidated: constraint.validated,
  conrelid: constraint.table,
  contypid: constraint.domain ?? 0,
  conindid: constraint.index,
  conparentid: constraint.parent ?? 0,
  confrelid: 0,
  confupdtype: ' ',
  confdeltype: ' ',
  confmatchtype: ' ',
  conislocal: constraint.local !== false,
  coninhcount: constraint.inherited ?? 0,
  connoinherit: isOwn(catalog, constraint),
  conkey: constraint.columns.length === 0 ? null : arrayOf(constraint.columns),
  conbin: constraint.check === null ? null : storedExpression(constraint.check),
  ...exclusionOperators(catalog, constraint),
  ...(constraint.foreign === null ? {} : foreignColumns(catalog, constraint.table, constraint.foreign)),
})

export const pgConstraint = catalogTable('pg_constraint', 2606, COLUMNS, ({ catalog }) =>
  Array.from(catalog.all('constraint'), (constraint) => constraintRow(catalog, constraint)),
)

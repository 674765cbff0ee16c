/** Which operators are a type's equality and order: the default B-tree operator classes, as planning asks for them. */
import { OID } from '../types/oids.ts'
import type { SqlType } from '../types/sql-type.ts'
import { typeByOid } from '../types/index.ts'
import { comparisonOperators } from './operators/comparison.ts'
import type { BtreeStrategy, OperatorRecord } from './records.ts'

/** Types that use another type's operators because their datums are the same. */
const BORROWED: ReadonlyMap<number, number> = new Map([
  [OID.varchar, OID.text],
  [OID.cidr, OID.inet],
  ...[
    OID.regproc,
    OID.regprocedure,
    OID.regoper,
    OID.regoperator,
    OID.regclass,
    OID.regtype,
    OID.regconfig,
    OID.regdictionary,
    OID.regnamespace,
    OID.regrole,
    OID.regcollation,
  ].map((oid): [number, number] => [oid, OID.oid]),
])

/** The type whose operators compare values of `type`: itself, a binary-compatible one, or a polymorphic one. */
const comparedAs = (type: SqlType): number => {
  const own = BORROWED.get(type.oid)
  if (own !== undefined) return own
  if (type.oid === OID.oidvector) return OID.oidvector
  switch (type.kind) {
    case 'e':
      return OID.anyenum
    case 'c':
      return OID.record
    case 'r':
      return OID.anyrange
    case 'm':
      return OID.anymultirange
    default:
      return type.element !== null && type.length === -1 ? OID.anyarray : type.oid
  }
}

const sameTypeOperators = comparisonOperators.filter((record) => record.left === record.right)
const equalities = new Map(
  sameTypeOperators.filter((record) => record.name === '=').map((record) => [record.left, record]),
)
const strategies = new Map(
  sameTypeOperators
    .filter((record) => record.strategy !== undefined)
    .map((record) => [`${record.left}/${record.strategy}`, record]),
)

const typeOf = (type: SqlType | number): SqlType | undefined => (typeof type === 'number' ? typeByOid(type) : type)

/** The `=` of a type's default operator class (of hashing where it has no B-tree one), null when it has none. */
export const equalityOperator = (type: SqlType | number): OperatorRecord | null => {
  const resolved = typeOf(type)
  return resolved === undefined ? null : (equalities.get(comparedAs(resolved)) ?? null)
}

/** The operator at a strategy of a type's default B-tree operator class, null when it has none. */
export const strategyOperator = (type: SqlType | number, strategy: BtreeStrategy): OperatorRecord | null => {
  const resolved = typeOf(type)
  return resolved === undefined ? null : (strategies.get(`${comparedAs(resolved)}/${strategy}`) ?? null)
}

/** The operator by which ORDER BY … ASC or DESC sorts a type: `<` or `>`. */
export const orderingOperator = (type: SqlType | number, direction: 'asc' | 'desc'): OperatorRecord | null =>
  strategyOperator(type, direction === 'asc' ? 1 : 5)

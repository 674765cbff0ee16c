/** The functions of the comparison families: for every pair of types and relation one boolean function. */
import type { Datum } from '../../types/sql-type.ts'
import { type ComparisonFamily, comparisonFamilies, type Order } from '../comparison-families.ts'
import { scalar, sessionScalar, typedScalar } from '../define.ts'
import type { ScalarFunction } from '../records.ts'

/** A relation between two values: of primitives, and of the number by which a comparison answers. */
interface Relation {
  readonly key: string
  readonly word: string
  readonly symbol: string
  readonly ofPrimitives: (a: Datum, b: Datum) => boolean
  readonly ofOrder: (order: number) => boolean
}

/** In the sequence in which families list their OIDs. */
const RELATIONS: readonly Relation[] = [
  { key: 'eq', word: 'equal', symbol: '===', ofPrimitives: (a, b) => a === b, ofOrder: (order) => order === 0 },
  { key: 'ne', word: 'not equal', symbol: '!==', ofPrimitives: (a, b) => a !== b, ofOrder: (order) => order !== 0 },
  { key: 'lt', word: 'less than', symbol: '<', ofPrimitives: (a, b) => a < b, ofOrder: (order) => order < 0 },
  {
    key: 'le',
    word: 'less than or equal',
    symbol: '<=',
    ofPrimitives: (a, b) => a <= b,
    ofOrder: (order) => order <= 0,
  },
  { key: 'gt', word: 'greater than', symbol: '>', ofPrimitives: (a, b) => a > b, ofOrder: (order) => order > 0 },
  {
    key: 'ge',
    word: 'greater than or equal',
    symbol: '>=',
    ofPrimitives: (a, b) => a >= b,
    ofOrder: (order) => order >= 0,
  },
]

const functionNames = (family: ComparisonFamily): readonly string[] =>
  family.names.includes('*')
    ? RELATIONS.map((relation) => family.names.replace('*', relation.key))
    : family.names.split(' ')

const isEquality = ({ symbol }: Relation): boolean => /^[!=]/.test(symbol)

const compareByIdentity = (order: Order, relation: Relation): boolean =>
  order.kind === 'primitive' || (order.kind === 'plain' && order.identity === true && isEquality(relation))

const comparisonFunction = (
  family: ComparisonFamily,
  relation: Relation,
  name: string,
  oid: number,
): ScalarFunction => {
  const signature = `${name}(${family.left}, ${family.right}) bool`
  const { order } = family
  const { ofOrder } = relation
  if (compareByIdentity(order, relation)) {
    return scalar(oid, signature, relation.word, relation.ofPrimitives, {
      inline: (a, b) => `(${a} ${relation.symbol} ${b})`,
    })
  }
  switch (order.kind) {
    case 'session':
      return sessionScalar(oid, signature, relation.word, (context, a, b) => ofOrder(order.compare(context, a, b)))
    case 'typed':
      return typedScalar(oid, signature, relation.word, ({ args }) => {
        const type = args[0] as NonNullable<(typeof args)[0]>
        const { hashKey } = type
        // Types without an order may still have equality (aclitem).
        const onlyEquality = type.compare === null && hashKey !== null && isEquality(relation)
        const compare = onlyEquality
          ? (a: Datum, b: Datum): number => (hashKey(a) === hashKey(b) ? 0 : 1)
          : order.compare(type)
        return (_context, a, b) => ofOrder(compare(a, b))
      })
    case 'plain': {
      const { helper } = order
      const compare = (isEquality(relation) ? order.differ : undefined) ?? order.compare
      return scalar(
        oid,
        signature,
        relation.word,
        (a, b) => ofOrder(compare(a, b)),
        helper === undefined ? {} : { inline: (a, b) => `(helpers.${helper}(${a}, ${b}) ${relation.symbol} 0)` },
      )
    }
    default:
      throw new Error(`no such order: ${order.kind}`)
  }
}

export const comparisonFunctions: readonly ScalarFunction[] = comparisonFamilies.flatMap((family) => {
  const names = functionNames(family)
  return family.functions.map((oid, i) => comparisonFunction(family, RELATIONS[i] as Relation, names[i] as string, oid))
})

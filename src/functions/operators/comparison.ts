/** The operators of the comparison families, with commutators, negators and B-tree strategies. */
import { type ComparisonFamily, comparisonFamilies } from '../comparison-families.ts'
import type { BtreeStrategy, OperatorRecord } from '../records.ts'
import { operator } from './define.ts'

interface Comparison {
  readonly name: string
  readonly description: string
  /** Positions in a family's OIDs of the operator with sides swapped, and of the opposite. */
  readonly commutator: number
  readonly negator: number
  readonly strategy: BtreeStrategy | null
  readonly selectivity: string
}

/** In the sequence in which families list their OIDs. */
const COMPARISONS: readonly Comparison[] = [
  { name: '=', description: 'equal', commutator: 0, negator: 1, strategy: 3, selectivity: 'eqsel' },
  { name: '<>', description: 'not equal', commutator: 1, negator: 0, strategy: null, selectivity: 'neqsel' },
  { name: '<', description: 'less than', commutator: 4, negator: 5, strategy: 1, selectivity: 'scalarltsel' },
  { name: '<=', description: 'less than or equal', commutator: 5, negator: 4, strategy: 2, selectivity: 'scalarlesel' },
  { name: '>', description: 'greater than', commutator: 2, negator: 3, strategy: 5, selectivity: 'scalargtsel' },
  {
    name: '>=',
    description: 'greater than or equal',
    commutator: 3,
    negator: 2,
    strategy: 4,
    selectivity: 'scalargesel',
  },
]

const mirrorOf = (family: ComparisonFamily): ComparisonFamily | undefined =>
  comparisonFamilies.find((other) => other.left === family.right && other.right === family.left)

const familyOperators = (family: ComparisonFamily): OperatorRecord[] => {
  const mirror = mirrorOf(family)
  const isOrdered = family.operators.length === COMPARISONS.length
  return family.operators.map((oid, i) => {
    const comparison = COMPARISONS[i] as Comparison
    return operator(
      oid,
      `${family.left} ${comparison.name} ${family.right}`,
      'bool',
      family.functions[i] as number,
      comparison.description,
      {
        commutator: mirror?.operators[comparison.commutator] ?? 0,
        negator: family.operators[comparison.negator] ?? 0,
        hashes: i === 0 && family.hashes,
        merges: i === 0 && family.merges,
        selectivity: (i > 1 ? family.selectivity : undefined) ?? comparison.selectivity,
        ...(isOrdered && comparison.strategy !== null ? { strategy: comparison.strategy } : {}),
      },
    )
  })
}

export const comparisonOperators: readonly OperatorRecord[] = comparisonFamilies.flatMap(familyOperators)

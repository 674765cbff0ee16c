/** Builds SqlType records: a type states what is particular to it, the rest follows from pg_type's usual answers. */
import { invalidParameterValue } from '../errors/raise/data.ts'
import { PG_CATALOG } from './oids.ts'
import type { SqlType } from './sql-type.ts'

type Required =
  | 'oid'
  | 'name'
  | 'category'
  | 'length'
  | 'align'
  | 'arrayOid'
  | 'physical'
  | 'parse'
  | 'format'
  | 'receive'
  | 'send'

/** What a type must state; everything else of SqlType has a default. */
export type TypeFacts = Pick<SqlType, Required> & Partial<Omit<SqlType, Required>>

const identity = <T>(value: T): T => value

/** `<` as a comparator, for datums that are primitives of one kind. */
const comparePrimitives = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0)

/** A complete SqlType. Defaults: a base type of pg_catalog without typmod, ordered by `<`, hashed by identity. */
export const defineType = (facts: TypeFacts): SqlType => ({
  namespace: PG_CATALOG,
  sqlName: facts.name,
  kind: 'b',
  preferred: false,
  byValue: facts.length > 0 && facts.length <= 8 && facts.length !== 6,
  storage: facts.length === -1 ? 'x' : 'p',
  delimiter: ',',
  element: null,
  collation: 0,
  relation: 0,
  compare: comparePrimitives,
  hashKey: identity,
  applyTypmod: identity,
  formatTypmod: (typmod) => (typmod < 0 ? '' : `(${typmod})`),
  parseTypmod: () => {
    throw invalidParameterValue(`type modifier is not allowed for type "${facts.name}"`)
  },
  ...facts,
})

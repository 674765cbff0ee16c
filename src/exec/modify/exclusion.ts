/** Exclusion constraints: which keys of two rows stand in each other's way. */
import { type Exclusion } from '../../storage/index/conflicts.ts'
import type { Expr } from '../../analyze/expression.ts'
import type { IndexDefinition, RelationObject } from '../../catalog/objects.ts'
import { functionByOid, operatorByOid } from '../../functions/index.ts'

import { OID } from '../../types/oids.ts'
import type { Datum } from '../../types/sql-type.ts'
import { Batch } from '../../vector/batch.ts'
import { ConstantVector } from '../../vector/vector.ts'
import type { ExecutionContext } from '../context.ts'
import { interpret } from '../expression/interpret.ts'

type Test = (a: Datum, b: Datum) => boolean

const EQUALITY_STRATEGY = 3

/** What an index's exclusion constraint says; null when it is behind none. */
export const exclusionOf = (context: ExecutionContext, { index }: RelationObject): Exclusion | null => {
  const { keys, exclusion: operators } = index as IndexDefinition
  if (operators === undefined) return null
  const tests = operators.map((oid, i) => testOf(context, oid, keys[i] as (typeof keys)[number]))
  const first = operators.findIndex((oid) => operatorByOid(oid)?.strategy !== EQUALITY_STRATEGY)
  return {
    equalParts: first < 0 ? operators.length : first,
    excludes: (key, other) => tests.every((test, i) => test(key[i], other[i])),
  }
}

const testOf = (context: ExecutionContext, oid: number, { type }: IndexDefinition['keys'][number]): Test => {
  const operator = operatorByOid(oid)
  const record = functionByOid(operator?.function ?? 0)
  if (operator === undefined || record?.kind !== 'scalar') throw new Error(`operator ${oid} is not known`)
  const side = (id: number): Expr => ({ kind: 'column', id, name: '', type, typmod: -1 })
  const bool = context.catalog.typeOf(OID.bool)
  const evaluate = interpret(
    { kind: 'call', function: record, args: [side(0), side(1)], operator, cast: false, type: bool, typmod: -1 },
    {
      context,
      layout: new Map([
        [0, 0],
        [1, 1],
      ]),
    },
  )
  return (a, b) => evaluate(new Batch([new ConstantVector(a, 1), new ConstantVector(b, 1)], 1), 0) === true
}

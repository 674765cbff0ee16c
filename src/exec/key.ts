/** Keys of hash tables: one primitive that is equal exactly when all key values are. */
import type { Expr } from '../analyze/expression.ts'
import type { Batch } from '../vector/batch.ts'
import type { Compilation, Evaluator } from './expression/evaluator.ts'
import { interpret } from './expression/interpret.ts'

export type Key = string | number | bigint | boolean

type HashKey = (value: unknown) => Key

const hashKeyOf = (expr: Expr): HashKey => {
  const { hashKey } = expr.type
  if (hashKey === null) throw new Error(`type ${expr.type.name} has no equality`)
  return hashKey
}

/** Grouping keys: NULLs are equal to each other. Never null. */
export const groupKey = (exprs: readonly Expr[], scope: Compilation): ((batch: Batch, position: number) => Key) => {
  const values = exprs.map((expr) => interpret(expr, scope))
  const hashes = exprs.map(hashKeyOf)
  if (exprs.length === 1) {
    const [value, hash] = [values[0] as Evaluator, hashes[0] as HashKey]
    return (batch, position) => {
      const v = value(batch, position)
      return v === null ? NULL_KEY : hash(v)
    }
  }
  return (batch, position) => {
    let key = ''
    for (let i = 0; i < values.length; i++) {
      const v = (values[i] as Evaluator)(batch, position)
      key += v === null ? NULL_KEY : part((hashes[i] as HashKey)(v))
    }
    return key
  }
}

/** No value's part looks like this: parts begin with a length or a type letter. */
const NULL_KEY = '\u0000'

/** A self-delimiting text of a key value, so that joined parts stay unambiguous. */
const part = (key: Key): string =>
  typeof key === 'string' ? `${key.length}:${key}` : `${typeof key === 'boolean' ? 'b' : 'n'}${key};`

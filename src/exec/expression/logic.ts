/** AND, OR, IS NULL, and the greatest and least of values. */
import { noComparison } from '../../errors/raise/data.ts'
import { SqlRecord } from '../../types/record.ts'
import type { Datum, SqlType } from '../../types/sql-type.ts'
import type { Evaluator } from './evaluator.ts'

export const and =
  (args: readonly Evaluator[]): Evaluator =>
  (batch, at) => {
    let unknown = false
    for (const arg of args) {
      const value = arg(batch, at)
      if (value === false) return false
      if (value === null) unknown = true
    }
    return unknown ? null : true
  }

export const or =
  (args: readonly Evaluator[]): Evaluator =>
  (batch, at) => {
    let unknown = false
    for (const arg of args) {
      const value = arg(batch, at)
      if (value === true) return true
      if (value === null) unknown = true
    }
    return unknown ? null : false
  }

/** On rows: IS NULL when every field is, IS NOT NULL when none is. */
export const isNull =
  (arg: Evaluator, negated: boolean): Evaluator =>
  (batch, at) => {
    const value = arg(batch, at)
    if (value instanceof SqlRecord) {
      return negated ? value.values.every((v: Datum) => v !== null) : value.values.every((v: Datum) => v === null)
    }
    return (value === null) !== negated
  }

export const comparison = (type: SqlType): NonNullable<SqlType['compare']> => {
  if (type.compare === null) throw new Error(`type ${type.name} has no order`)
  return type.compare
}

export const extreme = (args: readonly Evaluator[], type: SqlType, sign: 1 | -1): Evaluator => {
  if (type.compare === null) throw noComparison(type)
  const { compare } = type
  return (batch, at) => {
    let best: Datum = null
    for (const arg of args) {
      const value = arg(batch, at)
      if (value !== null && (best === null || compare(value, best) * sign > 0)) best = value
    }
    return best
  }
}

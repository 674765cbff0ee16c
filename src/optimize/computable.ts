/** Which expressions of constants are computed before the statement runs. */
import type { Expr } from '../analyze/expression.ts'
import { appliedFunction, isImmutableNode } from '../analyze/immutability.ts'
import { children } from '../analyze/nodes.ts'
import { OID } from '../types/oids.ts'

/** Functions of the database's own are beyond: they run statements. */
const FIRST_NORMAL_OID = 16_384

/** Immutable ones only: plans are kept, and used again under other settings. */
export const isComputable = (expr: Expr): boolean => {
  switch (expr.kind) {
    case 'call':
      if (expr.type.oid === OID.record) return false
      break
    case 'array-coerce':
      return expr.arg.kind === 'const' && isSteady(expr.element)
    case 'array':
    case 'array-comparison':
    case 'coerce-io':
    case 'distinct':
    case 'field':
    case 'greatest':
    case 'least':
    case 'nullif':
    case 'subscript':
    case 'typmod':
      break
    default:
      return false
  }
  return isSteadyNode(expr) && children(expr).every((operand) => operand.kind === 'const')
}

const isSteadyNode = (expr: Expr): boolean => {
  const fn = appliedFunction(expr)
  return isImmutableNode(expr) && (fn === null || (fn.blocking !== true && fn.oid < FIRST_NORMAL_OID))
}

/** What is done to each element of an array. */
const isSteady = (expr: Expr): boolean => isSteadyNode(expr) && children(expr).every(isSteady)

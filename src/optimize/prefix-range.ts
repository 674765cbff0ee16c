/** `text LIKE 'abc%'` as a range of an index: texts are ordered by code points, so a common beginning is an interval. */
import type { Expr } from '../analyze/expression.ts'
import { constant } from '../analyze/nodes.ts'
import { functionByOid, strategyOperator } from '../functions/index.ts'
import type { BtreeStrategy } from '../functions/records.ts'
import { OID } from '../types/oids.ts'

/** `arg >= prefix` and `arg < next prefix` for a LIKE condition whose pattern begins with fixed characters; else none. */
export const prefixRange = (condition: Expr): { strategy: BtreeStrategy; bound: Expr & { kind: 'call' } }[] => {
  if (condition.kind !== 'call' || condition.operator?.selectivity !== 'likesel') return []
  const [arg, pattern] = condition.args
  if (condition.operator.left !== OID.text || pattern?.kind !== 'const' || arg === undefined) return []
  const prefix = typeof pattern.value === 'string' ? (/^[^%_\\]*/.exec(pattern.value)?.[0] ?? '') : ''
  const end = successor(prefix)
  if (prefix === '' || end === null) return []
  const bounds: [BtreeStrategy, string][] = [
    [4, prefix],
    [1, end],
  ]
  return bounds.flatMap(([strategy, value]) => {
    const operator = strategyOperator(OID.text, strategy)
    const fn = operator === null ? undefined : functionByOid(operator.function)
    if (operator === null || fn?.kind !== 'scalar') return []
    const args = [arg, constant(value, pattern.type)]
    const { type } = condition
    return [{ strategy, bound: { kind: 'call', function: fn, args, operator, cast: false, type, typmod: -1 } }]
  })
}

/** The least text greater than all that begin with `prefix`; null where the last character has none after it. */
const successor = (prefix: string): string | null => {
  const last = prefix.charCodeAt(prefix.length - 1)
  // Surrogates and the characters beside them would need more care than prefixes that end in them are worth.
  return last >= 0xd7ff || Number.isNaN(last) ? null : prefix.slice(0, -1) + String.fromCharCode(last + 1)
}

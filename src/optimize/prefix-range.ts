/**
 * Conditions that are a range of an ordered index besides what they say: `text LIKE 'abc%'` and `text ~ '^abc'`, for
 * texts are ordered by code points, so that a common beginning is an interval, and `inet << network`, for networks
 * stand before what is in them.
 */
import type { Expr } from '../analyze/expression.ts'
import { constant } from '../analyze/nodes.ts'
import { functionByOid, strategyOperator } from '../functions/index.ts'
import type { BtreeStrategy } from '../functions/records.ts'
import type { InetAddress } from '../types/network/address.ts'
import { OID } from '../types/oids.ts'
import type { Datum } from '../types/sql-type.ts'

/** What is indexed, and the bounds of the range. */
interface Range {
  readonly arg: Expr
  readonly value: Expr & { kind: 'const' }
  readonly bounds: readonly (readonly [strategy: BtreeStrategy, bound: Datum])[]
}

/** Comparisons that hold wherever the condition does, such as `arg >= prefix` and `arg < next prefix`; else none. */
export const prefixRange = (condition: Expr): { strategy: BtreeStrategy; bound: Expr & { kind: 'call' } }[] => {
  if (condition.kind !== 'call' || condition.operator === null) return []
  const range = textRange(condition) ?? networkRange(condition)
  if (range === null) return []
  const { arg, value, bounds } = range
  return bounds.flatMap(([strategy, bound]) => {
    const operator = strategyOperator(value.type, strategy)
    const fn = operator === null ? undefined : functionByOid(operator.function)
    if (operator === null || fn?.kind !== 'scalar') return []
    const args = [arg, constant(bound, value.type)]
    const { type } = condition
    return [{ strategy, bound: { kind: 'call', function: fn, args, operator, cast: false, type, typmod: -1 } }]
  })
}

type CallExpr = Expr & { kind: 'call' }

/** The fixed characters that a pattern begins with, by the selectivity family of its operator. */
const PREFIXES: Readonly<Record<string, (pattern: string) => string>> = {
  likesel: (pattern) => /^[^%_\\]*/.exec(pattern)?.[0] ?? '',
  // A character that is quantified may be missing; what alternatives begin with is not known here.
  regexeqsel: (pattern) =>
    pattern.includes('|') ? '' : (/^\^([^\\.[\]()*+?{}$^]*)(?![*?{])/.exec(pattern)?.[1] ?? ''),
}

const textRange = ({ operator, args }: CallExpr): Range | null => {
  const [arg, pattern] = args
  const prefixOf = PREFIXES[operator?.selectivity ?? '']
  if (prefixOf === undefined || operator?.left !== OID.text || operator.right !== OID.text) return null
  if (pattern?.kind !== 'const' || arg === undefined || typeof pattern.value !== 'string') return null
  const prefix = prefixOf(pattern.value)
  const end = successor(prefix)
  if (prefix === '' || end === null) return null
  return {
    arg,
    value: pattern,
    bounds: [
      [4, prefix],
      [1, end],
    ],
  }
}

/** Operators of containment: which side is contained, and whether it may be the whole network. */
const CONTAINMENT: Readonly<Record<string, { readonly contained: 0 | 1; readonly from: BtreeStrategy }>> = {
  '<<': { contained: 0, from: 5 },
  '<<=': { contained: 0, from: 4 },
  '>>': { contained: 1, from: 5 },
  '>>=': { contained: 1, from: 4 },
}

const networkRange = ({ operator, args }: CallExpr): Range | null => {
  const containment = CONTAINMENT[operator?.name ?? '']
  if (containment === undefined || operator?.selectivity !== 'networksel') return null
  const arg = args[containment.contained]
  const network = args[1 - containment.contained]
  if (network?.kind !== 'const' || arg === undefined || network.value === null) return null
  const value = network.value as InetAddress
  const last = value.with({ bits: value.size, address: value.address | value.hostMask })
  return {
    arg,
    value: network,
    bounds: [
      [containment.from, value.network()],
      [2, last],
    ],
  }
}

/** The least text greater than all that begin with `prefix`; null where the last character has none after it. */
const successor = (prefix: string): string | null => {
  const last = prefix.charCodeAt(prefix.length - 1)
  // Surrogates and the characters beside them would need more care than prefixes that end in them are worth.
  return last >= 0xd7ff || Number.isNaN(last) ? null : prefix.slice(0, -1) + String.fromCharCode(last + 1)
}

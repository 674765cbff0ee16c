/**
 * Which collation applies (PostgreSQL's manual, 24.2.1): every expression has one by a COLLATE clause (explicit), by what it
 * is made of (implicit), or has none that can be determined. Functions that ask for one get it here: their arguments
 * are put under it, and where it does not order by code points the function is exchanged for the one under it.
 */
import { explicitMismatch, implicitMismatch, indeterminateCollation } from '../errors/raise/collations.ts'
import { collationPurpose, functionInAscii, functionUnder } from '../functions/collated.ts'
import type { ScalarFunction } from '../functions/records.ts'
import { C_COLLATION, collate, collationOfType, DEFAULT_COLLATION, INDETERMINATE, isAscii } from '../types/collation.ts'
import { isDomainType } from '../types/domain-type.ts'
import type { SqlType } from '../types/sql-type.ts'
import type { Collation } from '../types/text-order.ts'
import type { AnalysisContext } from './context.ts'
import type { Expr } from './expression.ts'
import { children, mapChildren } from './nodes.ts'

interface Derivation {
  readonly strength: 'none' | 'implicit' | 'conflict' | 'explicit'
  readonly collation: Collation
  readonly location?: number | undefined
  /** Of a conflict: the collation that does not go with the first. */
  readonly other?: Collation
}

const RANK = { none: 0, implicit: 1, conflict: 2, explicit: 3 } as const

const NONE: Derivation = { strength: 'none', collation: DEFAULT_COLLATION }

/** A domain with a collation gives it to whatever becomes a value of it. */
const hasOwn = ({ kind, type }: Expr): boolean =>
  (kind === 'relabel' || kind === 'coerce-domain') && isDomainType(type) && type.collated !== undefined

const isCollatable = ({ collation, collated }: SqlType): boolean => collation !== 0 || collated === INDETERMINATE

/** What the collation of a value of a type is when nothing else says so. */
const collationOf = (type: SqlType): Derivation => {
  const collation = collationOfType(type)
  return collation === null ? NONE : { strength: 'implicit', collation }
}

const merge = (a: Derivation, b: Derivation): Derivation => {
  if (a.strength !== b.strength) return RANK[a.strength] > RANK[b.strength] ? a : b
  if (a.strength === 'none' || a.strength === 'conflict' || a.collation.oid === b.collation.oid) return a
  if (a.strength === 'explicit') throw explicitMismatch(a.collation.name, b.collation.name, b.location)
  if (a.collation === DEFAULT_COLLATION) return b
  return b.collation === DEFAULT_COLLATION ? a : { ...a, strength: 'conflict', other: b.collation }
}

const derivations = new WeakMap<Expr, Derivation>()

const derivationOf = (expr: Expr): Derivation => {
  const known = derivations.get(expr)
  if (known !== undefined) return known
  const derivation = derive(expr)
  derivations.set(expr, derivation)
  return derivation
}

const derive = (expr: Expr): Derivation => {
  if (expr.kind === 'relabel' && expr.collate !== undefined) return { strength: 'explicit', ...expr.collate }
  if (!isCollatable(expr.type)) return NONE
  if (hasOwn(expr)) return collationOf(expr.type)
  const from = merged(inputs(expr))
  return from.strength === 'none' ? collationOf(expr.type) : from
}

/** The parts of an expression that its value comes from. */
const inputs = (expr: Expr): readonly Expr[] => {
  switch (expr.kind) {
    case 'subquery':
    case 'field':
      return []
    case 'case':
      return [...expr.whens.map(({ then }) => then), expr.otherwise]
    case 'subscript':
      return [expr.arg]
    case 'window':
    case 'aggregate':
      return expr.args
    default:
      return children(expr)
  }
}

const merged = (exprs: readonly Expr[]): Derivation => exprs.map(derivationOf).reduce(merge, NONE)

const settled = new WeakSet<Expr>()

/** The expression with every collation determined. Throws 42P21, 42P22. */
const settleCollations = (expr: Expr): Expr => {
  if (settled.has(expr)) return expr
  const done = settle(mapChildren(expr, settleCollations))
  settled.add(done)
  return done
}

/** The same, where anything in the statement is under a collation of its own: a table's column, or a COLLATE clause. */
export const settleIn = (context: Pick<AnalysisContext, 'collated'>, expr: Expr): Expr => {
  if (expr.type.collated !== undefined || expr.type.collation === C_COLLATION.oid) context.collated = true
  return context.collated ? settleCollations(expr) : expr
}

/**
 * The type of a column that expressions of one type bring together, under their common collation. Throws 42P21 where they
 * have none and `isCompared`.
 */
export const commonCollation = (
  type: SqlType,
  exprs: readonly Expr[],
  isCompared: boolean,
  location: number | undefined,
): SqlType => {
  if (exprs.every((expr) => expr.type.collated === undefined)) return type
  const derivation = merged(exprs)
  if (derivation.strength !== 'conflict') return collate(type, derivation.collation)
  if (isCompared) throw mismatch(derivation, location)
  return collate(type, INDETERMINATE)
}

const mismatch = ({ collation, other }: Derivation, location: number | undefined) =>
  implicitMismatch(collation.name, other?.name ?? '', location)

/** What rows are ordered by must have a collation. Throws 42P21. */
export const requireCollation = (expr: Expr, location: number | undefined): void => {
  if (expr.type.collated !== INDETERMINATE) return
  const derivation = merged(inputs(expr))
  if (derivation.strength === 'conflict') throw mismatch(derivation, location)
}

const settle = (expr: Expr): Expr => {
  switch (expr.kind) {
    case 'call': {
      const { fn, args } = compared(expr.function, expr.args)
      return ofInputs({ ...expr, function: fn, args })
    }
    case 'distinct':
    case 'nullif': {
      const { fn, args } = compared(expr.function, [expr.left, expr.right])
      const [left, right] = args as [Expr, Expr]
      return { ...expr, function: fn, left, right, type: expr.kind === 'nullif' ? left.type : expr.type }
    }
    case 'array-comparison': {
      const right = expr.list ?? [expr.array as Expr]
      const { fn, args } = compared(expr.function, [expr.left, ...right])
      const [left, ...others] = args as [Expr, ...Expr[]]
      return { ...expr, function: fn, left, ...(expr.list === null ? { array: others[0] as Expr } : { list: others }) }
    }
    case 'row-compare': {
      const pairs = expr.left.map((left, i) => together([left, expr.right[i] as Expr]))
      return { ...expr, left: pairs.map(([l]) => l as Expr), right: pairs.map(([, r]) => r as Expr) }
    }
    case 'greatest':
    case 'least':
      return ofInputs({ ...expr, args: together(expr.args) })
    case 'relabel':
      return expr.collate === undefined ? ofInputs(expr) : expr
    case 'subscript': {
      const { element } = expr.arg.type
      return element !== null && element.oid === expr.type.oid ? { ...expr, type: element } : expr
    }
    case 'case':
    case 'coalesce':
    case 'array':
    case 'typmod':
    case 'coerce-domain':
    case 'array-coerce':
    case 'aggregate':
    case 'window':
    case 'set-call':
      return ofInputs(expr)
    default:
      return expr
  }
}

/** The expression with the collation of what it is made of, where it has one of its own. */
const ofInputs = (expr: Expr): Expr => {
  if (!isCollatable(expr.type) || hasOwn(expr)) return expr
  const { strength, collation } = merged(inputs(expr))
  if (strength === 'conflict') return { ...expr, type: collate(expr.type, INDETERMINATE) }
  if (strength === 'none') return expr
  return collation.oid === collationOfType(expr.type)?.oid ? expr : { ...expr, type: collate(expr.type, collation) }
}

/** A function and its arguments under the collation that they have together. */
const compared = (fn: ScalarFunction, args: readonly Expr[]): { fn: ScalarFunction; args: readonly Expr[] } => {
  const purpose = collationPurpose(fn)
  if (purpose === null) {
    // Of polymorphic functions the order of their arguments' types decides.
    return { fn, args: fn.specialize === undefined ? args : placed(args, merged(args)) }
  }
  const derivation = merged(args)
  if (derivation.strength === 'conflict') throw indeterminateCollation(purpose)
  const { collation } = derivation
  const { order } = collate(collatable(args), collation)
  if (order !== undefined) return { fn: functionUnder(fn, order), args: placed(args, derivation) }
  const byCodePoint = isAscii(collation) ? functionInAscii(fn) : fn
  return { fn: byCodePoint, args: args.some(({ type }) => type.order !== undefined) ? placed(args, derivation) : args }
}

const collatable = (args: readonly Expr[]): SqlType =>
  (args.find(({ type }) => isCollatable(type) && type.category !== 'A') ?? (args[0] as Expr)).type

/** Expressions that are compared with each other. */
const together = (exprs: readonly Expr[]): readonly Expr[] => {
  const derivation = merged(exprs)
  if (derivation.strength === 'conflict') throw indeterminateCollation('string comparison')
  return placed(exprs, derivation)
}

/** Expressions under one collation; where it orders like theirs they stay as they are. */
const placed = (exprs: readonly Expr[], { strength, collation }: Derivation): readonly Expr[] => {
  if (strength !== 'implicit' && strength !== 'explicit') return exprs
  return exprs.map((expr) => {
    if (!isCollatable(expr.type)) return expr
    const type = collate(expr.type, collation)
    if (type.order === expr.type.order && type.element?.order === expr.type.element?.order) return expr
    return expr.kind === 'const' ? { ...expr, type } : { kind: 'relabel', arg: expr, type, typmod: expr.typmod }
  })
}

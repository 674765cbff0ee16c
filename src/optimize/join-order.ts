/**
 * The order of a join graph's joins: dynamic programming over connected subsets while these are few, else greedily the
 * join with the fewest rows first. Cross products are formed only where nothing connects, or with a single row.
 */
import type { Expr } from '../analyze/expression.ts'
import { conjunction } from '../analyze/nodes.ts'
import type { LogicalPlan, LogicalScan } from '../plan/logical.ts'
import { OID } from '../types/oids.ts'
import { indexPaths } from './access-path.ts'
import type { Estimator } from './cardinality/estimator.ts'
import { hashJoinCost, nestedLoopCost, parameterisedCost } from './cost.ts'
import { columnsOf, isHashEquality } from './expressions.ts'
import type { OptimizerContext } from './facts.ts'
import type { JoinGraph, Relation } from './join-graph.ts'
import { filtered, isSingleRow, outputIds } from './plans.ts'
import { roughCost } from './rough-cost.ts'

/** Relations up to which all orders are compared. */
const EXHAUSTIVE_LIMIT = 9

/** A join of some of the relations. */
interface Part {
  readonly plan: LogicalPlan
  readonly members: ReadonlySet<number>
  readonly rows: number
  readonly cost: number
  readonly single: boolean
}

export const orderedJoins = (graph: JoinGraph, estimator: Estimator, context: OptimizerContext): LogicalPlan => {
  const orderer = new JoinOrderer(graph, estimator, context)
  const joined = graph.relations.length <= EXHAUSTIVE_LIMIT ? orderer.exhaustive() : orderer.greedy()
  return filtered(joined.plan, graph.loose, context)
}

class JoinOrderer {
  readonly #graph: JoinGraph
  readonly #estimator: Estimator
  readonly #context: OptimizerContext
  readonly #leaves: readonly Part[]
  /** Per relation, the others that a condition connects it with. */
  readonly #neighbours: readonly ReadonlySet<number>[]
  readonly #probes = new Map<string, number | null>()
  readonly #equalities = new Map<string, Expr & { kind: 'call' }>()
  readonly #pairs = new WeakMap<Part, Map<Part, Part | null>>()

  constructor(graph: JoinGraph, estimator: Estimator, context: OptimizerContext) {
    this.#graph = graph
    this.#estimator = estimator
    this.#context = context
    this.#leaves = graph.relations.map((relation, i) => this.#leaf(relation, i))
    this.#neighbours = this.#connections()
  }

  #leaf(relation: Relation, i: number): Part {
    const own = this.#graph.conditions.filter((c) => c.members.length === 1 && c.members[0] === i)
    const plan =
      relation.attached === null
        ? restricted(
            relation.plan,
            own.map((c) => c.expr),
            this.#context,
          )
        : relation.plan
    const rows = this.#estimator.rows(plan)
    const cost = roughCost(plan, this.#estimator, this.#context)
    return { plan, members: new Set([i]), rows, cost, single: isSingleRow(plan) }
  }

  #connections(): Set<number>[] {
    const { relations, conditions, classes } = this.#graph
    const neighbours = relations.map(() => new Set<number>())
    const connect = (members: readonly number[]): void => {
      for (const a of members) for (const b of members) if (a !== b) neighbours[a]?.add(b)
    }
    for (const { members } of conditions) connect(members)
    for (const { members } of classes) connect(members.map((m) => m.relation))
    relations.forEach(({ attached, requires }, i) => {
      if (attached === null) return
      const others = requires.length > 0 ? requires : relations.flatMap((r, j) => (r.attached === null ? [j] : []))
      for (const other of others) {
        neighbours[i]?.add(other)
        neighbours[other]?.add(i)
      }
    })
    return neighbours
  }

  /** Compares all orders; subsets are bit masks. */
  exhaustive(): Part {
    const count = this.#leaves.length
    const everything = (1 << count) - 1
    return this.#bestFor(count, false)[everything] ?? (this.#bestFor(count, true)[everything] as Part)
  }

  #bestFor(count: number, cross: boolean): (Part | undefined)[] {
    const best: (Part | undefined)[] = new Array(1 << count)
    const near = this.#neighbours.map((set) => [...set].reduce((mask, i) => mask | (1 << i), 0))
    const nearMask = (mask: number): number => {
      let all = 0
      for (let i = 0; i < count; i++) if (mask & (1 << i)) all |= near[i] as number
      return all
    }
    for (let i = 0; i < count; i++)
      if (this.#graph.relations[i]?.attached === null) best[1 << i] = this.#leaves[i] as Part
    for (let mask = 3; mask < 1 << count; mask++) {
      if ((mask & (mask - 1)) === 0) continue
      for (let right = (mask - 1) & mask; right > 0; right = (right - 1) & mask) {
        const left = mask ^ right
        const a = best[left]
        const b = this.#rightSide(right, best)
        if (a === undefined || b === undefined) continue
        if (!cross && (nearMask(left) & right) === 0 && !a.single && !b.single) continue
        best[mask] = this.#cheaper(best[mask], a, b)
      }
    }
    return best
  }

  /** What may stand on the right: a joined part, or one attached relation. */
  #rightSide(mask: number, best: readonly (Part | undefined)[]): Part | undefined {
    if ((mask & (mask - 1)) !== 0) return best[mask]
    return this.#leaves[31 - Math.clz32(mask)]
  }

  #cheaper(known: Part | undefined, left: Part, right: Part): Part | undefined {
    const attached = this.#attachedOf(right)
    if (attached !== null && !attached.requires.every((i) => left.members.has(i))) return known
    const joined = this.#join(left, right, known?.cost ?? Number.POSITIVE_INFINITY)
    return joined ?? known
  }

  #attachedOf(part: Part): Relation | null {
    if (part.members.size !== 1) return null
    const [only] = part.members
    const relation = this.#graph.relations[only as number] as Relation
    return relation.attached === null ? null : relation
  }

  /** Joins the pair with the fewest resulting rows until one part is left. */
  greedy(): Part {
    const { relations } = this.#graph
    let parts = this.#leaves.filter((_, i) => relations[i]?.attached === null)
    let waiting = this.#leaves.filter((_, i) => relations[i]?.attached !== null)
    while (parts.length + waiting.length > 1) {
      const joined = this.#bestPair(parts, waiting)
      parts = parts.filter((part) => !isPart(part, joined))
      waiting = waiting.filter((part) => !isPart(part, joined))
      parts.push(joined)
    }
    return parts[0] as Part
  }

  #bestPair(parts: readonly Part[], waiting: readonly Part[]): Part {
    let best: Part | null = null
    const consider = (a: Part, b: Part): void => {
      const attached = this.#attachedOf(b)
      if (attached !== null && !attached.requires.every((i) => a.members.has(i))) return
      const joined = this.#joinOnce(a, b)
      if (joined !== null && (best === null || joined.rows < best.rows)) best = joined
    }
    const partOf = new Map<number, Part>()
    for (const part of [...parts, ...waiting]) for (const i of part.members) partOf.set(i, part)
    for (const a of parts) {
      const near = new Set<Part>()
      for (const i of a.members) for (const j of this.#neighbours[i] ?? []) near.add(partOf.get(j) as Part)
      near.delete(a)
      // Of two parts the greater goes left, where it is not looked up in.
      for (const b of near) if (a.rows >= b.rows || this.#probeable(b) || this.#attachedOf(b) !== null) consider(a, b)
    }
    return best ?? this.#smallestProduct(parts)
  }

  /** Nothing connects: the two smallest parts are multiplied. */
  #smallestProduct(parts: readonly Part[]): Part {
    const [first, second] = parts.toSorted((a, b) => a.rows - b.rows)
    const joined = first === undefined || second === undefined ? null : this.#joinOnce(second, first)
    if (joined === null) throw new Error('a join graph without joins')
    return joined
  }

  /** Pairs that stay unchanged between two steps of the greedy search are joined once. */
  #joinOnce(left: Part, right: Part): Part | null {
    const known = this.#pairs.get(left) ?? new Map<Part, Part | null>()
    this.#pairs.set(left, known)
    let joined = known.get(right)
    if (joined === undefined) {
      joined = this.#join(left, right, Number.POSITIVE_INFINITY)
      known.set(right, joined)
    }
    return joined
  }

  #probeable(part: Part): boolean {
    return part.members.size === 1 && part.plan.kind === 'scan'
  }

  /** Conditions that become decidable when two parts meet. */
  #conditionsBetween(left: Part, right: Part, attached: boolean): Expr[] {
    const found: Expr[] = []
    for (const { expr, members } of this.#graph.conditions) {
      if (members.length === 1 && !attached) continue
      if (members.every((i) => left.members.has(i))) continue
      if (!attached && members.every((i) => right.members.has(i))) continue
      if (members.every((i) => left.members.has(i) || right.members.has(i))) found.push(expr)
    }
    if (attached) return found
    for (const [k, { members, template }] of this.#graph.classes.entries()) {
      const a = members.findIndex((m) => left.members.has(m.relation))
      const b = members.findIndex((m) => right.members.has(m.relation))
      if (a < 0 || b < 0) continue
      const key = `${k}:${a}:${b}`
      let equality = this.#equalities.get(key)
      if (equality === undefined) {
        const args = [members[a]?.column, members[b]?.column].filter((c) => c !== undefined)
        equality = { ...template, args }
        this.#equalities.set(key, equality)
      }
      found.push(equality)
    }
    return found
  }

  /** The join of two parts when it costs less than `limit`. */
  #join(left: Part, right: Part, limit: number): Part | null {
    const relation = this.#attachedOf(right)
    const attached = relation?.attached ?? null
    const between = this.#conditionsBetween(left, right, attached !== null)
    const on = relation === null ? between : relation.on
    const type = attached?.type ?? 'inner'
    const condition = conjunction(on, this.#context.typeOf(OID.bool))
    const outputs =
      type === 'semi' || type === 'anti' ? left.plan.outputs : [...left.plan.outputs, ...right.plan.outputs]
    const nullAware = attached?.nullAware ?? false
    const below = left.cost + right.cost
    if (below >= limit) return null
    const join: LogicalPlan = {
      kind: 'join',
      type,
      left: left.plan,
      right: right.plan,
      condition,
      lateral: false,
      nullAware,
      outputs,
    }
    const rows = left.single && right.single ? 1 : this.#estimator.joinRows(type, left.rows, right.rows, join)
    const cost = this.#cost(left, right, on, rows, type, nullAware)
    if (cost >= limit) return null
    this.#estimator.remember(join, rows)
    // Other conditions on an attached relation hold above its join.
    const plan = attached === null ? join : filtered(join, between, this.#context)
    const members = left.members.union(right.members)
    return { plan, members, rows: this.#estimator.rows(plan), cost, single: left.single && right.single }
  }

  #cost(left: Part, right: Part, on: readonly Expr[], rows: number, type: string, nullAware: boolean): number {
    const hashable = on.some((c) => this.#isKey(c, left, right))
    let cost = left.cost + right.cost + nestedLoopCost(left.rows, right.rows, rows, on.length)
    if (hashable) {
      cost = left.cost + right.cost + hashJoinCost(left.rows, right.rows, rows)
      if (type === 'left') cost = Math.min(cost, left.cost + right.cost + hashJoinCost(right.rows, left.rows, rows))
    } else if (left.single) cost = left.cost + right.cost + rows * 0.01
    if (nullAware) return cost
    const probe = this.#probe(right, on)
    return probe === null ? cost : Math.min(cost, left.cost + parameterisedCost(left.rows, probe, rows))
  }

  #isKey(condition: Expr, left: Part, right: Part): boolean {
    if (!isHashEquality(condition)) return false
    const [a, b] = condition.args.map((arg) => columnsOf(arg)) as [Set<number>, Set<number>]
    if (a.size === 0 || b.size === 0) return false
    const [l, r] = [outputIds(left.plan), outputIds(right.plan)]
    return (a.isSubsetOf(l) && b.isSubsetOf(r)) || (a.isSubsetOf(r) && b.isSubsetOf(l))
  }

  /** Cost of one look-up in a table by an index that answers some of the conditions; null when none does. */
  #probe(part: Part, on: readonly Expr[]): number | null {
    if (!this.#probeable(part) || on.length === 0) return null
    const scan = part.plan as LogicalScan
    if (scan.item.relation.system !== null) return null
    const [only] = part.members
    const key = `${only}|${on.map((c) => this.#numberOf(c)).join()}`
    let cost = this.#probes.get(key)
    if (cost === undefined) {
      cost = null
      const conditions = scan.filter === null ? on : [...on, scan.filter]
      for (const path of indexPaths(scan, conditions.flatMap(flat), null, this.#estimator, this.#context)) {
        if (!path.answered.some((c) => on.includes(c))) continue
        if (cost === null || path.cost < cost) cost = path.cost
      }
      this.#probes.set(key, cost)
    }
    return cost
  }

  readonly #numbers = new Map<Expr, number>()

  #numberOf(expr: Expr): number {
    let number = this.#numbers.get(expr)
    if (number === undefined) {
      number = this.#numbers.size
      this.#numbers.set(expr, number)
    }
    return number
  }
}

const flat = (expr: Expr): readonly Expr[] => (expr.kind === 'and' ? expr.args : [expr])

const isPart = (part: Part, joined: Part): boolean => part.members.isSubsetOf(joined.members)

/** A relation with conditions of its own: in the scan where it is one. */
const restricted = (plan: LogicalPlan, conditions: readonly Expr[], context: OptimizerContext): LogicalPlan => {
  if (conditions.length === 0) return plan
  if (plan.kind !== 'scan') return filtered(plan, conditions, context)
  const all = plan.filter === null ? conditions : [plan.filter, ...conditions]
  return { ...plan, filter: conjunction(all, context.typeOf(OID.bool)) }
}

/**
 * A physical plan as EXPLAIN shows it: nodes with headings and details. What PostgreSQL does inside a node is shown
 * inside one too: projections disappear, filters are a line of the node below, subqueries and CTEs hang on it.
 */
import type { Expr } from '../analyze/expression.ts'
import type { FormatContext } from '../types/sql-type.ts'
import { conjuncts } from '../analyze/nodes.ts'
import { expressionText, sortKeyText } from './expression-text.ts'
import { shownInputs } from './physical-inputs.ts'
import type { Estimate, JoinType, PhysicalPlan, SeqScan } from './physical.ts'
import { identifier, PlanNames } from './plan-names.ts'

/** What was measured of one operator; times in milliseconds, over all loops. */
export interface ActualRun {
  readonly startup: number
  readonly total: number
  readonly rows: number
  readonly loops: number
  readonly report?: RunReport | null
}

/** What an operator tells about its run beyond rows and times: memory and disk that it took. */
export interface RunReport {
  /** Lines of the text format. */
  readonly lines: readonly string[]
  /** Properties of the structured formats. */
  readonly properties: readonly (readonly [key: string, value: string | number])[]
}

/** Measurements by plan node; null: not run at all. */
export type Actuals = (plan: PhysicalPlan) => ActualRun | null

export interface ExplainNode {
  /** `Hash Left Join`, `Seq Scan on t a`. */
  readonly heading: string
  /** The tables that a modifying node changes, where its target stands for several. */
  readonly targets?: readonly string[]
  /** The properties that identify the node in structured formats, in order. */
  readonly identity: readonly (readonly [key: string, value: string | boolean])[]
  /** `InitPlan`, `SubPlan`, `CTE x`: stands on a line of its own above the node. */
  readonly label: string | null
  readonly relationship: 'Outer' | 'Inner' | 'InitPlan' | 'SubPlan' | 'Member' | null
  readonly details: readonly (readonly [key: string, value: string | readonly string[]])[]
  readonly estimate: Estimate
  /** Undefined: EXPLAIN without ANALYZE. */
  readonly actual: ActualRun | null | undefined
  readonly report: RunReport | null
  readonly output: readonly string[] | null
  readonly children: readonly ExplainNode[]
}

export interface TreeOptions {
  readonly verbose: boolean
  readonly format: FormatContext
  readonly actuals: Actuals | null
  /** Schema of a relation by its oid, for VERBOSE. */
  readonly schemaName: (schema: number) => string
  readonly relationName: (relation: number) => string
}

export const explainTree = (plan: PhysicalPlan, options: TreeOptions): ExplainNode =>
  new TreeBuilder(new PlanNames(plan, options.format), options).node(plan, null, null)

type Details = (readonly [string, string | readonly string[]])[]

class TreeBuilder {
  readonly #names: PlanNames
  readonly #options: TreeOptions

  constructor(names: PlanNames, options: TreeOptions) {
    this.#names = names
    this.#options = options
  }

  node(top: PhysicalPlan, relationship: ExplainNode['relationship'], label: string | null): ExplainNode {
    const filters: Expr[] = []
    const hanging: ExplainNode[] = []
    let plan = top
    let actual = this.#options.actuals?.(top)
    // A projection over rows that are computed nowhere else is what PostgreSQL calls Result.
    for (;;) {
      if (plan.kind === 'project') plan = plan.input
      else if (plan.kind === 'filter') {
        filters.push(...conjuncts(plan.condition))
        plan = plan.input
      } else if (plan.kind === 'apply') {
        const title = this.#names.subplanLabel(plan)
        const kind = title.startsWith('InitPlan') ? 'InitPlan' : 'SubPlan'
        hanging.unshift(this.node(plan.subplan, kind, title))
        plan = plan.input
      } else if (plan.kind === 'with') {
        for (const { cte, plan: body } of plan.ctes) hanging.push(this.node(body, 'InitPlan', `CTE ${cte.name}`))
        plan = plan.input
      } else break
      actual ??= this.#options.actuals?.(plan)
    }
    const details = this.#details(plan, filters)
    const output = this.#options.verbose ? this.#output(top, plan) : null
    return {
      ...this.#heading(plan),
      label,
      relationship,
      details,
      estimate: top.estimate,
      actual,
      report: plan.kind === 'hash-join' ? null : this.#report(plan),
      output: output === null || output.length === 0 ? null : output,
      children: [
        ...hanging.filter((h) => h.relationship === 'InitPlan'),
        ...this.#children(plan),
        ...hanging.filter((h) => h.relationship === 'SubPlan'),
      ],
    }
  }

  #report(plan: PhysicalPlan): RunReport | null {
    return this.#options.actuals?.(plan)?.report ?? null
  }

  #output(top: PhysicalPlan, core: PhysicalPlan): string[] {
    const own = new Set(core.kind === 'aggregate' || core.kind === 'window' ? core.outputs.map((c) => c.id) : [])
    if (top.kind === 'project') for (const { id } of top.columns) own.add(id)
    const names = this.#names.names(true, own)
    return top.outputs.map((c) => names.column(c.id, c.name))
  }

  #children(plan: PhysicalPlan): ExplainNode[] {
    if (plan.kind === 'hash-join') {
      const build = this.node(plan.right, 'Outer', null)
      const hash: ExplainNode = {
        heading: 'Hash',
        identity: [['Node Type', 'Hash']],
        label: null,
        relationship: 'Inner',
        details: [],
        estimate: { ...plan.right.estimate, startupCost: plan.right.estimate.totalCost },
        actual: build.actual,
        report: this.#report(plan),
        output: build.output,
        children: [build],
      }
      return [this.node(plan.left, 'Outer', null), hash]
    }
    const inputs = shownInputs(plan)
    return inputs.map((input, i) =>
      this.node(input, plan.kind === 'append' ? 'Member' : i === 0 ? 'Outer' : 'Inner', null),
    )
  }

  #text(expr: Expr): string {
    return expressionText(expr, this.#names.names(this.#options.verbose))
  }

  #details(plan: PhysicalPlan, filters: readonly Expr[]): Details {
    const details: Details = []
    const add = (key: string, conditions: readonly Expr[], bare?: ReadonlySet<number>): void => {
      const [first] = conditions
      if (first === undefined) return
      const whole: Expr =
        conditions.length === 1 ? first : { kind: 'and', args: conditions, type: first.type, typmod: -1 }
      details.push([key, expressionText(whole, this.#names.names(this.#options.verbose, bare, read))])
    }
    // What a scan checks of its own columns needs no table's name.
    const read = plan.kind === 'seq-scan' || plan.kind === 'system-scan' || plan.kind === 'index-scan' ? plan : null
    let filter: readonly Expr[] = filters
    switch (plan.kind) {
      case 'seq-scan':
      case 'system-scan':
        if (plan.kind === 'seq-scan' && plan.tid !== undefined) add('TID Cond', [plan.tid.condition])
        filter = [...conjuncts(plan.filter), ...filters]
        break
      case 'index-scan':
        add('Index Cond', conjuncts(plan.condition))
        filter = [...conjuncts(plan.filter), ...filters]
        break
      case 'values-scan':
        if (plan.rows.length === 0) details.push(['One-Time Filter', 'false'])
        break
      case 'hash-join':
      case 'merge-join': {
        const keys = plan.keys.map((k) => `(${this.#text(k.left)} ${k.operator.name} ${this.#text(k.right)})`)
        details.push([
          plan.kind === 'hash-join' ? 'Hash Cond' : 'Merge Cond',
          keys.length === 1 ? (keys[0] as string) : `(${keys.join(' AND ')})`,
        ])
        add('Join Filter', conjuncts(plan.residual))
        break
      }
      case 'insert':
        this.#conflict(plan, details)
        break
      case 'nested-loop':
        add('Join Filter', conjuncts(plan.condition))
        break
      case 'aggregate':
        this.#aggregateKeys(plan, details)
        break
      case 'sort':
      case 'top-n':
        details.push(['Sort Key', plan.keys.map((key) => sortKeyText(key, this.#names.names(this.#options.verbose)))])
        break
      default:
        break
    }
    const own = plan.kind === 'aggregate' ? new Set(plan.outputs.map((c) => c.id)) : undefined
    add('Filter', filter, own)
    return details
  }

  #aggregateKeys(plan: PhysicalPlan & { kind: 'aggregate' }, details: Details): void {
    if (plan.groupBy.length === 0) return
    const exprs = plan.groupBy.map((g) => this.#text(g.expr))
    if (plan.sets.length === 1) {
      details.push(['Group Key', exprs])
      return
    }
    for (const set of plan.sets) {
      if (set.length === 0) details.push(['Group Key', ['()']])
      else details.push(['Hash Key', set.map((i) => exprs[i] as string)])
    }
  }

  /** ON CONFLICT. */
  #conflict({ query: { onConflict } }: PhysicalPlan & { kind: 'insert' }, details: Details): void {
    if (onConflict === null) return
    details.push(['Conflict Resolution', onConflict.action.toUpperCase()])
    const names = onConflict.arbiters.map((oid) => identifier(this.#options.relationName(oid)))
    if (names.length > 0) details.push(['Conflict Arbiter Indexes', names])
    if (onConflict.where !== null)
      details.push(['Conflict Filter', expressionText(onConflict.where, this.#names.names(true))])
  }

  #heading(plan: PhysicalPlan): Pick<ExplainNode, 'heading' | 'identity'> {
    const simple = (name: string): Pick<ExplainNode, 'heading' | 'identity'> => ({
      heading: name,
      identity: [['Node Type', name]],
    })
    switch (plan.kind) {
      case 'seq-scan':
      case 'system-scan': {
        const name = plan.kind === 'system-scan' ? 'Seq Scan' : scanName(plan)
        return this.#scan(name, name, plan, [])
      }
      case 'index-scan': {
        const backward = plan.reverse ? ' Backward' : ''
        return this.#scan(`Index Scan${backward} using ${identifier(plan.index.name)}`, 'Index Scan', plan, [
          ['Scan Direction', plan.reverse ? 'Backward' : 'Forward'],
          ['Index Name', plan.index.name],
        ])
      }
      case 'values-scan':
        return plan.rows.length <= 1 ? simple('Result') : on('Values Scan', '"*VALUES*"', [['Alias', '*VALUES*']])
      case 'function-scan': {
        const name = plan.item.calls[0]?.function?.name ?? plan.item.alias
        return on('Function Scan', aliased(name, plan.item.alias), [
          ['Function Name', name],
          ['Alias', plan.item.alias],
        ])
      }
      case 'cte-scan':
        return on('CTE Scan', identifier(plan.cte.name), [
          ['CTE Name', plan.cte.name],
          ['Alias', plan.cte.name],
        ])
      case 'work-table-scan':
        return on('WorkTable Scan', identifier(plan.cte.name), [
          ['CTE Name', plan.cte.name],
          ['Alias', plan.cte.name],
        ])
      case 'hash-join':
        return join('Hash Join', 'Hash', plan.type)
      case 'merge-join':
        return join('Merge Join', 'Merge', plan.type)
      case 'nested-loop':
        return plan.type === 'inner'
          ? {
              heading: 'Nested Loop',
              identity: [
                ['Node Type', 'Nested Loop'],
                ['Join Type', 'Inner'],
              ],
            }
          : join('Nested Loop', 'Nested Loop', plan.type)
      case 'aggregate': {
        const strategies = { plain: 'Aggregate', hash: 'HashAggregate', sorted: 'GroupAggregate' } as const
        const names = { plain: 'Plain', hash: 'Hashed', sorted: 'Sorted' } as const
        const mixed = plan.sets.length > 1 && plan.sets.some((set) => set.length === 0)
        return {
          heading: mixed ? 'MixedAggregate' : strategies[plan.strategy],
          identity: [
            ['Node Type', 'Aggregate'],
            ['Strategy', mixed ? 'Mixed' : names[plan.strategy]],
          ],
        }
      }
      case 'window':
        return simple('WindowAgg')
      case 'sort':
      case 'top-n':
        return simple('Sort')
      case 'limit':
        return simple('Limit')
      case 'unique':
        return simple('Unique')
      case 'append':
        return simple('Append')
      case 'hash-set-operation': {
        const command = `${plan.operation === 'intersect' ? 'Intersect' : 'Except'}${plan.all ? ' All' : ''}`
        return {
          heading: `HashSetOp ${command}`,
          identity: [
            ['Node Type', 'SetOp'],
            ['Strategy', 'Hashed'],
            ['Command', command],
          ],
        }
      }
      case 'recursive-union':
        return simple('Recursive Union')
      case 'lock-rows':
        return simple('LockRows')
      case 'project-set':
        return simple('ProjectSet')
      case 'insert':
        return this.#modify('Insert', plan)
      case 'update':
        return this.#modify('Update', plan)
      case 'delete':
        return this.#modify('Delete', plan)
      case 'merge':
        return this.#modify('Merge', plan)
      default:
        return simple('Result')
    }
  }

  #relationName(relation: { readonly name: string; readonly schema: number }): string {
    const name = identifier(relation.name)
    return this.#options.verbose ? `${identifier(this.#options.schemaName(relation.schema))}.${name}` : name
  }

  #scan(
    heading: string,
    type: string,
    plan: PhysicalPlan & { kind: 'seq-scan' | 'system-scan' | 'index-scan' },
    identity: readonly (readonly [string, string])[],
  ): Pick<ExplainNode, 'heading' | 'identity'> {
    const { relation, alias } = plan
    const target =
      alias === relation.name ? this.#relationName(relation) : `${this.#relationName(relation)} ${identifier(alias)}`
    const schema: [string, string][] = this.#options.verbose
      ? [['Schema', this.#options.schemaName(relation.schema)]]
      : []
    return {
      heading: `${heading} on ${target}`,
      identity: [['Node Type', type], ...identity, ['Relation Name', relation.name], ...schema, ['Alias', alias]],
    }
  }

  #modify(operation: string, plan: PhysicalPlan & { kind: 'insert' | 'update' | 'delete' | 'merge' }) {
    const { relation, alias } = plan.query.table
    const target =
      alias === relation.name ? this.#relationName(relation) : `${this.#relationName(relation)} ${identifier(alias)}`
    const below = plan.kind === 'insert' || plan.tableoid === null ? [] : tablesRead(plan.source, plan.rowid)
    return {
      heading: `${operation} on ${target}`,
      targets: below.map((read) => `${operation} on ${aliased(read.relation.name, read.alias)}`),
      identity: [
        ['Node Type', 'ModifyTable'],
        ['Operation', operation],
        ['Relation Name', relation.name],
        ['Alias', alias],
      ] as const,
    }
  }
}

/** The tables whose rows a modifying node gets, by the column with their addresses. */
const tablesRead = (plan: PhysicalPlan, rowid: number): (PhysicalPlan & { kind: 'seq-scan' | 'index-scan' })[] => {
  if (plan.kind === 'seq-scan' || plan.kind === 'index-scan') {
    return plan.outputs.some(({ id }) => id === rowid) ? [plan] : []
  }
  return shownInputs(plan).flatMap((input) => tablesRead(input, rowid))
}

const aliased = (name: string, alias: string): string =>
  alias === name || alias === '' ? identifier(name) : `${identifier(name)} ${identifier(alias)}`

const on = (type: string, target: string, identity: readonly (readonly [string, string])[]) => ({
  heading: `${type} on ${target}`,
  identity: [['Node Type', type] as const, ...identity],
})

const JOIN_NAMES: Readonly<Record<JoinType, string>> = {
  inner: 'Inner',
  left: 'Left',
  right: 'Right',
  full: 'Full',
  semi: 'Semi',
  anti: 'Anti',
}

const join = (type: string, word: string, kind: JoinType) => ({
  heading: kind === 'inner' ? type : `${word} ${JOIN_NAMES[kind]} Join`,
  identity: [['Node Type', type] as const, ['Join Type', JOIN_NAMES[kind]] as const],
})

const scanName = ({ tid, sample }: SeqScan): string =>
  tid !== undefined ? 'Tid Scan' : sample === undefined ? 'Seq Scan' : 'Sample Scan'

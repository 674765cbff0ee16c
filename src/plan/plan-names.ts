/** What a physical plan's columns are called: by their tables where they come from some, else by what computes them. */
import type { ColumnId, Expr } from '../analyze/expression.ts'
import type { FormatContext } from '../types/sql-type.ts'
import { expressionText, type ExpressionNames } from './expression-text.ts'
import type { PhysicalPlan } from './physical.ts'
import { shownInputs } from './physical-inputs.ts'

type Source =
  | { readonly kind: 'stored'; readonly alias: string; readonly name: string }
  | { readonly kind: 'computed'; readonly expr: Expr }
  | { readonly kind: 'text'; readonly text: string }

export class PlanNames {
  readonly #sources = new Map<ColumnId, Source>()
  readonly #subplans = new Map<PhysicalPlan, string>()
  readonly #format: FormatContext
  #relations = 0
  #lastSubplan = 0
  #lastParameter = 0

  constructor(plan: PhysicalPlan, format: FormatContext) {
    this.#format = format
    this.#collect(plan)
  }

  /** Heading of an apply's subquery: `InitPlan 1 (returns $0)`, `SubPlan 2`. */
  subplanLabel(apply: PhysicalPlan): string {
    return this.#subplans.get(apply) ?? 'SubPlan'
  }

  /**
   * Printing of expressions; columns of `bare` are shown as what computes them, without parentheses, those that `scan`
   * reads by their names alone.
   */
  names(qualify: boolean, bare: ReadonlySet<ColumnId> = NONE, scan: PhysicalPlan | null = null): ExpressionNames {
    const own = new Map(scan?.outputs.map(({ id, name }) => [id, name]))
    const prefix = qualify || this.#relations > 1
    const names: ExpressionNames = {
      format: this.#format,
      column: (id, name) => {
        const source = this.#sources.get(id)
        const stored = own.get(id)
        if (stored !== undefined && scan !== null && 'alias' in scan && source?.kind === 'stored') {
          return qualify ? `${identifier(scan.alias ?? '')}.${identifier(stored)}` : identifier(stored)
        }
        if (source === undefined) return name
        if (source.kind === 'text') return source.text
        if (source.kind === 'stored') {
          return prefix && source.alias !== ''
            ? `${identifier(source.alias)}.${identifier(source.name)}`
            : identifier(source.name)
        }
        const text = expressionText(source.expr, names)
        return bare.has(id) || source.expr.kind === 'column'
          ? text
          : text.startsWith('(') && isWrapped(text)
            ? text
            : `(${text})`
      },
    }
    return names
  }

  #collect(plan: PhysicalPlan): void {
    for (const input of shownInputs(plan)) this.#collect(input)
    switch (plan.kind) {
      case 'seq-scan':
      case 'system-scan':
      case 'index-scan':
        this.#relation(plan, plan.alias)
        break
      case 'cte-scan':
      case 'work-table-scan':
        this.#relation(plan, plan.cte.name)
        break
      case 'function-scan':
        this.#relation(plan, plan.item.alias)
        break
      case 'values-scan':
        if (plan.rows.length > 0) this.#relation(plan, '*VALUES*')
        break
      case 'project':
      case 'project-set':
        for (const { id, expr } of plan.columns) this.#computed(id, expr)
        break
      case 'aggregate':
        for (const { id, expr } of plan.groupBy) this.#computed(id, expr)
        for (const { id, call } of plan.aggregates) this.#computed(id, call)
        for (const { id } of plan.groupings) this.#sources.set(id, { kind: 'text', text: 'GROUPING()' })
        break
      case 'window':
        for (const { id, call } of plan.calls) this.#computed(id, call)
        break
      case 'apply':
        this.#subplan(plan)
        break
      case 'insert': {
        const { table, onConflict } = plan.query
        for (const { id, name } of table.columns) this.#sources.set(id, { kind: 'stored', alias: table.alias, name })
        for (const { id, name } of onConflict?.excluded ?? []) {
          this.#sources.set(id, { kind: 'stored', alias: 'excluded', name })
        }
        break
      }
      case 'append':
      case 'hash-set-operation': {
        if (plan.kind === 'append' && plan.alias !== undefined) {
          this.#relations -= plan.inputs.length
          this.#relation(plan, plan.alias)
          break
        }
        // Columns of a union are called as in its first input.
        const first = plan.kind === 'append' ? plan.inputs[0] : plan.left
        plan.outputs.forEach((column, i) => {
          const source = first?.outputs[i]
          if (source !== undefined && source.id !== column.id) {
            this.#computed(column.id, {
              kind: 'column',
              id: source.id,
              name: source.name,
              type: source.type,
              typmod: -1,
            })
          }
        })
        break
      }
      default:
        break
    }
  }

  #relation(plan: PhysicalPlan, alias: string): void {
    this.#relations++
    for (const { id, name } of plan.outputs) this.#sources.set(id, { kind: 'stored', alias, name })
  }

  #computed(id: ColumnId, expr: Expr): void {
    if (expr.kind !== 'column' || expr.id !== id) this.#sources.set(id, { kind: 'computed', expr })
  }

  #subplan(plan: PhysicalPlan & { kind: 'apply' }): void {
    const number = ++this.#lastSubplan
    const once = plan.parameters.length === 0 && plan.test === null
    const label = once ? `InitPlan ${number} (returns $${this.#lastParameter})` : `SubPlan ${number}`
    const text = once
      ? `$${this.#lastParameter++}`
      : plan.hashed === null
        ? `(SubPlan ${number})`
        : `(hashed SubPlan ${number})`
    this.#subplans.set(plan, label)
    this.#sources.set(plan.column.id, { kind: 'text', text })
  }
}

const NONE: ReadonlySet<ColumnId> = new Set()

/** The first parenthesis is closed by the last. */
const isWrapped = (text: string): boolean => {
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '(') depth++
    else if (text[i] === ')' && --depth === 0) return i === text.length - 1
  }
  return false
}

/** As SQL writes a name: quoted unless it is a plain lower-case one. */
export const identifier = (name: string): string =>
  /^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`

/** Plans of one row that are run for single rows of a modifying statement: the rows' columns are their outer columns. */
import { policyViolated } from '../../errors/raise/privileges.ts'
import type { PolicyMoment, OutputColumn, TableItem } from '../../analyze/query.ts'
import { checkOptionViolation } from '../../errors/raise/modify.ts'
import type { CheckOptionPlan } from '../../plan/physical.ts'
import type { Datum } from '../../types/sql-type.ts'
import type { ExecutionContext } from '../context.ts'
import { drain, type Operator } from '../operator.ts'

export class RowPlan {
  readonly #operator: Operator
  readonly #context: ExecutionContext

  constructor(operator: Operator, context: ExecutionContext) {
    this.#operator = operator
    this.#context = context
  }

  /** Makes the values of a table's row known to the plan under the ids of these columns. */
  bind(columns: readonly OutputColumn[], row: readonly Datum[], rowid: number, tableoid: number): void {
    const { outer } = this.#context
    for (const { id, attnum } of columns) {
      outer[id] = attnum > 0 ? (row[attnum - 1] ?? null) : attnum === -1 ? rowid : tableoid
    }
  }

  /** The values of the plan's row; a promise only where something is awaited. */
  run(): Datum[] | null | Promise<Datum[] | null> {
    let values: Datum[] | null = null
    const operator = this.#operator
    operator.open()
    const running = drain(operator, (batch) => {
      values ??= batch.row(0)
    })
    const finish = (): Datum[] | null => {
      operator.close()
      return values
    }
    return running === null ? finish() : running.then(finish)
  }
}

type Describe = () => { readonly detail?: string }

type CheckOption = Omit<CheckOptionPlan, 'plan'> & { readonly plan: RowPlan }

/** The check options of a statement's views, or (`on`) its policies for rows at a moment. */
export class CheckOptions {
  readonly #table: TableItem
  readonly #options: readonly CheckOption[]

  constructor(
    table: TableItem,
    options: readonly CheckOptionPlan[],
    on: PolicyMoment | null,
    build: (plan: CheckOptionPlan['plan']) => Operator,
    context: ExecutionContext,
  ) {
    this.#table = table
    this.#options = options
      .filter(({ policy }) => (policy?.on ?? null) === on)
      .map((option) => ({ ...option, plan: new RowPlan(build(option.plan), context) }))
  }

  get isEmpty(): boolean {
    return this.#options.length === 0
  }

  /** Throws 44000, of policies 42501, where a row is not one that is to be; a promise only where something is awaited. */
  check(row: readonly Datum[], rowid: number, describe: Describe): Promise<void> | null {
    return this.#checkFrom(0, row, rowid, describe)
  }

  #checkFrom(first: number, row: readonly Datum[], rowid: number, describe: Describe): Promise<void> | null {
    const { columns, relation } = this.#table
    for (let i = first; i < this.#options.length; i++) {
      const { view, policy, plan } = this.#options[i] as CheckOption
      plan.bind(columns, row, rowid, relation.oid)
      const judge = (values: Datum[] | null): void => {
        if (values?.[0] === true) return
        throw policy === undefined ? checkOptionViolation(view, describe()) : violation(view, policy)
      }
      const values = plan.run()
      if (values instanceof Promise) {
        return values.then((answer) => {
          judge(answer)
          return this.#checkFrom(i + 1, row, rowid, describe) ?? undefined
        })
      }
      judge(values)
    }
    return null
  }
}

const violation = (table: string, { name, on }: NonNullable<CheckOptionPlan['policy']>) =>
  policyViolated(table, name, on.startsWith('merge') ? 'target' : 'new', on === 'conflict' || on.startsWith('merge'))

/** Where nothing of a row is asked beyond its place: policies do not describe the rows that they refuse. */
export const undescribed: Describe = () => ({})

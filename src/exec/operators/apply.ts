/** A subquery's answer for each input row, as one more column; run again only when its parameters' values changed. */
import { moreThanOneRow } from '../../errors/raise/execution.ts'
import type { Apply, PlanColumn } from '../../plan/physical.ts'
import { SqlArray } from '../../types/array.ts'
import type { Datum, SqlType } from '../../types/sql-type.ts'
import { Batch } from '../../vector/batch.ts'
import { vectorOf, type AnyVector } from '../../vector/vector.ts'
import { Wait } from '../../vector/wait.ts'
import type { ExecutionContext } from '../context.ts'
import { arrayOfElements } from '../expression/arrays.ts'
import { layoutOf } from '../expression/compile.ts'
import type { Evaluator } from '../expression/evaluator.ts'
import { interpret } from '../expression/interpret.ts'
import type { Operator, Pull } from '../operator.ts'
import { Pair } from '../pair.ts'
import { SubqueryRows } from '../subquery-rows.ts'

/** Answers remembered per operator. */
const CACHE_LIMIT = 10_000

export class ApplyOperator implements Operator {
  readonly #plan: Apply
  readonly #input: Operator
  readonly #subplan: Operator
  readonly #context: ExecutionContext
  readonly #parameters: readonly {
    readonly id: number
    readonly column: number
    readonly type: SqlType
  }[]
  readonly #valueColumn: number
  readonly #test: Evaluator | null
  readonly #pair: Pair
  readonly #cache = new Map<string, Datum>()
  #batch: Batch | null = null
  #at = 0
  #values: Datum[] = []
  #answer: Answer | null = null
  /** The subquery's rows, where they are the same for every row of the input. */
  #once: SubqueryRows | null = null

  constructor(plan: Apply, input: Operator, subplan: Operator, context: ExecutionContext) {
    this.#plan = plan
    this.#input = input
    this.#subplan = subplan
    this.#context = context
    const layout = layoutOf(plan.input.outputs)
    this.#parameters = plan.parameters.map((id) => {
      const column = layout.get(id) as number
      return { id, column, type: (plan.input.outputs[column] as PlanColumn).type }
    })
    this.#valueColumn = plan.value === null ? -1 : (layoutOf(plan.subplan.outputs).get(plan.value) as number)
    this.#pair = new Pair(plan.input.outputs.length, plan.subplan.outputs.length)
    const both = layoutOf([...plan.input.outputs, ...plan.subplan.outputs])
    this.#test = plan.test === null ? null : interpret(plan.test, { context, layout: both })
  }

  open(): void {
    this.#cache.clear()
    this.#batch = null
    this.#answer = null
    const { test, parameters } = this.#plan
    this.#once = test !== null && parameters.length === 0 ? new SubqueryRows(this.#plan, this.#context) : null
    this.#input.open()
  }

  next(): Pull {
    for (;;) {
      if (this.#batch === null) {
        const batch = this.#input.next()
        if (batch === null || batch instanceof Wait) return batch
        this.#batch = batch
        this.#at = 0
        this.#values = new Array<Datum>(batch.length).fill(null)
      }
      const batch = this.#batch
      while (this.#at < batch.count) {
        const wait = this.#context.poll() ?? this.#answerRow(batch)
        if (wait !== null) return wait
      }
      this.#batch = null
      const column = vectorOf(this.#plan.column.type, this.#values)
      return new Batch([...batch.columns, column as AnyVector], batch.length, batch.selection)
    }
  }

  #answerRow(batch: Batch): Wait | null {
    const position = batch.position(this.#at)
    if (this.#once !== null) {
      const wait = this.#once.read(this.#subplan)
      if (wait !== null) return wait
      if (!this.#once.tooMany) return this.#finishRow(position, this.#answerOf(this.#once, batch, position))
      this.#once = null
    }
    const key = this.#cacheKey(batch, position)
    if (this.#answer === null) {
      const known = key === null ? undefined : this.#cache.get(key)
      if (known !== undefined) return this.#finishRow(position, known)
      for (const { id, column } of this.#parameters) this.#context.outer[id] = batch.columns[column]?.get(position)
      this.#answer = new Answer(this.#plan.form, this.#plan.column.type)
      this.#subplan.open()
    }
    const answer = this.#answer
    while (!answer.decided) {
      const rows = this.#subplan.next()
      if (rows instanceof Wait) return rows
      if (rows === null) break
      this.#look(answer, batch, position, rows)
    }
    this.#subplan.close()
    this.#answer = null
    const value = answer.value()
    if (key !== null) {
      if (this.#cache.size >= CACHE_LIMIT) this.#cache.clear()
      this.#cache.set(key, value)
    }
    return this.#finishRow(position, value)
  }

  /** Looks at the subquery's rows until they decide. */
  #look(answer: Answer, batch: Batch, position: number, rows: Batch): void {
    for (let k = 0; k < rows.count && !answer.decided; k++) {
      const row = rows.position(k)
      const value =
        this.#test !== null
          ? this.#test(this.#pair.set(batch, position, rows, row), 0)
          : this.#valueColumn < 0
            ? true
            : rows.columns[this.#valueColumn]?.get(row)
      answer.add(value)
    }
  }

  /** The answer by the rows that were read once. */
  #answerOf(once: SubqueryRows, batch: Batch, position: number): Datum {
    const included = once.includes(batch, position)
    if (included !== undefined) return included
    const answer = new Answer(this.#plan.form, this.#plan.column.type)
    if (once.rows !== null) this.#look(answer, batch, position, once.rows)
    return answer.value()
  }

  #finishRow(position: number, value: Datum): null {
    this.#values[position] = value
    this.#at++
    return null
  }

  /** Answers are remembered by the parameters' values, where these decide alone (no test over the input row). */
  #cacheKey(batch: Batch, position: number): string | null {
    if (this.#test !== null) return null
    let key = ''
    for (const { column, type } of this.#parameters) {
      if (type.hashKey === null) return null
      const value = batch.columns[column]?.get(position)
      const part = value === null ? '' : this.#identity(value, type)
      key += value === null ? 'n;' : `${part.length}:${part};`
    }
    return key
  }

  /** Equal values that look different (1.0 and 1.00, 0 and -0) are parameters of different answers. */
  #identity(value: Datum, type: SqlType): string {
    if (Object.is(value, -0)) return '-0'
    if (typeof value !== 'object') return String(value)
    return Buffer.from(type.send(value, this.#context.eval.format)).toString('latin1')
  }

  close(): void {
    this.#batch = null
    this.#answer = null
    this.#once = null
    this.#cache.clear()
    this.#input.close()
    this.#subplan.close()
  }
}

/** One subquery's answer as its rows come in. */
class Answer {
  readonly #form: Apply['form']
  readonly #type: SqlType
  readonly #values: Datum[] = []
  #unknown = false
  decided = false
  #result: Datum = null

  constructor(form: Apply['form'], type: SqlType) {
    this.#form = form
    this.#type = type
  }

  add(value: Datum): void {
    switch (this.#form) {
      case 'exists':
        this.#decide(true)
        break
      case 'scalar':
        if (this.#values.length > 0) throw moreThanOneRow()
        this.#values.push(value)
        break
      case 'array':
        this.#values.push(value)
        break
      case 'any':
        if (value === true) this.#decide(true)
        else if (value === null) this.#unknown = true
        break
      case 'all':
        if (value === false) this.#decide(false)
        else if (value === null) this.#unknown = true
        break
    }
  }

  #decide(value: boolean): void {
    this.decided = true
    this.#result = value
  }

  value(): Datum {
    if (this.decided) return this.#result
    switch (this.#form) {
      case 'exists':
        return false
      case 'scalar':
        return this.#values[0] ?? null
      case 'array':
        return arrayOfElements(
          this.#values,
          // The fixed vectors are elements, although they are arrays of their own kind.
          (this.#type.element?.element ?? null) === null && this.#values.some((v) => v instanceof SqlArray),
        )
      case 'any':
        return this.#unknown ? null : false
      case 'all':
        return this.#unknown ? null : true
    }
  }
}

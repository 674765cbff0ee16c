/**
 * Plans of the simple protocol: by text, and, for statements that find their rows by a unique key, by the text without
 * its integer literals. A statement that is known so is neither parsed nor planned.
 */
import type { PhysicalPlan } from '../plan/physical.ts'
import { inputsOfPhysical } from '../plan/physical-inputs.ts'
import { SqlError } from '../errors/sql-error.ts'
import type { Node } from '../sql/ast.ts'
import { parameterize, shapeOf, type StatementShape } from '../sql/literals.ts'
import type { ParsedStatement } from '../sql/parse.ts'
import { OID } from '../types/oids.ts'
import type { Datum } from '../types/sql-type.ts'
import type { SessionCore } from './core.ts'
import { isCurrent, plan } from './execute-statement.ts'
import type { StatementPlan } from './plan-statement.ts'

/** Statements that are remembered. */
const LIMIT = 256

/** A statement for which parameters stand in the places of literals. */
interface SharedStatement {
  readonly node: Node
  /** For each literal: its parameter's number, negative where its sign is in the text; 0: `fixed` has its value. */
  readonly parameters: readonly number[]
  readonly fixed: readonly number[]
  plan: StatementPlan
}

/** A statement that may run as it is. */
export interface KnownStatement {
  readonly node: Node
  readonly plan: StatementPlan
  readonly values: readonly Datum[]
  /** The plan for the present catalog. */
  again(): StatementPlan
}

export class StatementCache {
  readonly #core: SessionCore
  readonly #parsed = new Map<string, readonly ParsedStatement[]>()
  /** By text, once it has come for the second time: most texts of most clients never do. */
  readonly #plans = new Map<string, StatementPlan | 'seen'>()
  /** By shape: `seen` once; `single` when its literals must not be parameters. */
  readonly #shared = new Map<string, SharedStatement | 'seen' | 'single'>()
  /** The shape of the text that was looked for last. */
  #shape: StatementShape | null = null

  constructor(core: SessionCore) {
    this.#core = core
    core.settings.onChange(({ name }) => {
      if (name === 'tesseradb.parser') this.#forget()
    })
  }

  /** What one front end has read, another may refuse. */
  #forget(): void {
    this.#parsed.clear()
    this.#plans.clear()
    this.#shared.clear()
  }

  /** A statement that differs only in its literals from one that ran before. */
  find(sql: string): KnownStatement | null {
    this.#shape = this.#core.reading.isSpecial ? null : shapeOf(sql)
    if (this.#shape === null) return null
    const { key, literals } = this.#shape
    const shared = this.#shared.get(key)
    if (shared === undefined || typeof shared === 'string') return null
    if (!isCurrent(this.#core, shared.plan)) {
      this.#shared.set(key, 'seen')
      return null
    }
    const values = new Array<Datum>(shared.plan.parameterTypes.length)
    for (let i = 0; i < literals.length; i++) {
      const parameter = shared.parameters[i] as number
      const literal = literals[i] as number
      if (parameter > 0) values[parameter - 1] = literal
      else if (parameter < 0) values[-parameter - 1] = -literal
      else if (literal !== shared.fixed[i]) return null
    }
    const again = (): StatementPlan => {
      if (!isCurrent(this.#core, shared.plan))
        shared.plan = this.#planShared(shared.node, shared.plan.parameterTypes.length)
      return shared.plan
    }
    return { node: shared.node, plan: shared.plan, values, again }
  }

  /** The statements of a text. Those that may come again just so (BEGIN …) are remembered. Throws 42601. */
  parse(sql: string): readonly ParsedStatement[] {
    const known = this.#core.reading.isSpecial ? undefined : this.#parsed.get(sql)
    if (known !== undefined) return known
    const statements = this.#core.parse(sql)
    if (this.#shape?.literals.length === 0) remember(this.#parsed, sql, statements)
    return statements
  }

  /** A statement's plan; `text` null: it is not the only one of its text, and not remembered. */
  plan(node: Node, sql: string | null): StatementPlan {
    const text = this.#core.reading.isSpecial ? null : sql
    const known = text === null ? undefined : this.#plans.get(text)
    if (known !== undefined && known !== 'seen' && isCurrent(this.#core, known)) return known
    const planned = plan(this.#core, node, [], false)
    if (text === null) return planned
    this.#learn(text, node, planned)
    if (planned.cacheable) remember(this.#plans, text, known === undefined ? 'seen' : planned)
    return planned
  }

  /** Plans a statement with parameters when one of its shape comes for the second time; `planned`: as it is. */
  #learn(sql: string, node: Node, planned: StatementPlan): void {
    const shape = this.#shape
    if (shape === null || shape.literals.length === 0) return
    const state = this.#shared.get(shape.key)
    if (state === undefined) remember(this.#shared, shape.key, 'seen')
    else if (state === 'seen')
      this.#shared.set(shape.key, isShareable(planned) ? this.#share(sql, node, shape) : 'single')
  }

  #share(sql: string, node: Node, shape: StatementShape): SharedStatement | 'single' {
    const { node: shared, parameters } = parameterize(sql, node, shape)
    const count = parameters.filter((parameter) => parameter !== 0).length
    try {
      const planned = this.#planShared(shared, count)
      if (!isShareable(planned)) return 'single'
      return { node: shared, parameters, fixed: shape.literals, plan: planned }
    } catch (error) {
      // What a literal may be a parameter may not: the statement as it is will tell whether it is right.
      if (error instanceof SqlError) return 'single'
      throw error
    }
  }

  #planShared(node: Node, count: number): StatementPlan {
    const integer = this.#core.catalog.typeOf(OID.int4)
    return plan(this.#core, node, new Array(count).fill(integer), false)
  }
}

const remember = <T>(known: Map<string, T>, text: string, item: T): void => {
  if (known.size >= LIMIT) known.clear()
  known.set(text, item)
}

const isShareable = ({ cacheable, renewable, plan: chosen }: StatementPlan): boolean =>
  cacheable && renewable && isPointPlan(chosen)

/** Whether a plan reads tables by whole unique keys only: then no literal's value would make another one better. */
const isPointPlan = (plan: PhysicalPlan): boolean => {
  if (plan.kind === 'index-scan') {
    const { index, equalities } = plan
    if (index.index?.unique !== true || equalities.length !== index.index.keys.length) return false
  }
  return inputsOfPhysical(plan).every(isPointPlan)
}

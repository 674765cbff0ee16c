/** A stream of random statements of all kinds. */
import { Changes } from './changes.ts'
import type { AggregateFact, Facts, FunctionFact } from './facts.ts'
import { Expressions } from './expressions.ts'
import { Queries } from './queries.ts'
import type { Random } from './random.ts'
import { WIDE_COLUMNS, WIDE_ROWS } from './schema.ts'

export interface Statement {
  readonly sql: string
  /** The rows come in an order that every server agrees on. */
  readonly ordered: boolean
  /** What the statement is about: statements of the same label are likely to differ for the same reason. */
  readonly label: string
  /** The table that the statement changes, whose rows are compared afterwards; the change is rolled back. */
  readonly changes: string | null
}

/** Types of which several values are equal and look different: which of them DISTINCT keeps, or an order puts first, is left open. */
const EQUAL_BUT_NOT_ALIKE = /numeric|interval|character\b(?! varying)|jsonb|real|double|num(multi)?range|record|pair/

/** Sums of floats and what is made of them: exact for one order of the rows only, that in which they lie. */
export class Statements {
  private readonly random: Random
  private readonly facts: Facts
  private readonly expressions: Expressions
  private readonly queries: Queries
  private readonly changes: Changes

  constructor(random: Random, facts: Facts) {
    this.random = random
    this.facts = facts
    this.expressions = new Expressions(random, facts)
    this.queries = new Queries(random)
    this.changes = new Changes(this.queries)
  }

  next(): Statement {
    return this.random.weighted<Statement>([
      [40, () => this.expression()],
      [15, () => this.overOneRow()],
      [8, () => this.overRows()],
      [8, () => this.aggregate()],
      [4, () => this.rowsOfFunction()],
      [30, () => this.query()],
      [15, () => this.change()],
    ])
  }

  private plain(sql: string, label: string, ordered = false): Statement {
    return { sql, label, ordered, changes: null }
  }

  /** Constants only: one or two expressions in the order of which they fail. */
  private expression(): Statement {
    const { random, expressions } = this
    expressions.columns = []
    expressions.label = ''
    const sql = `SELECT ${expressions.any(random.integer(1, 3))}`
    return this.plain(sql, `constant: ${expressions.label}`)
  }

  /** Columns of every type, of one row: nothing can be computed before it is read. */
  private overOneRow(): Statement {
    const { random, expressions } = this
    expressions.columns = WIDE_COLUMNS
    expressions.label = ''
    const sql = `SELECT ${expressions.any(random.integer(1, 2))} FROM wide WHERE id = ${random.integer(1, WIDE_ROWS)}`
    return this.plain(sql, `row: ${expressions.label}`)
  }

  /** One call over all rows: the first that fails is the first in the table. Its arguments are columns and constants, which cannot fail. */
  private overRows(): Statement {
    const { random, expressions } = this
    expressions.columns = WIDE_COLUMNS
    expressions.label = ''
    const sql = `SELECT id, ${expressions.any(1)} FROM wide${random.chance(0.3) ? ` WHERE id % ${random.integer(2, 5)} = 0` : ''}`
    return this.plain(sql, `rows: ${expressions.label}`)
  }

  private aggregate(): Statement {
    const { random, expressions, facts } = this
    const fact = random.pick(facts.aggregates)
    expressions.columns = WIDE_COLUMNS
    const grouped = random.pick(['', '', ' GROUP BY id % 3', ' GROUP BY c_boolean'])
    const key = grouped === '' ? '' : `${grouped.slice(' GROUP BY '.length)}, `
    const filter = random.chance(0.2) ? ` FILTER (WHERE id % ${random.integer(2, 4)} <> 1)` : ''
    const call = `${this.aggregateCall(fact, grouped !== '')}${filter}`
    const label = `aggregate: ${fact.name}(${fact.arguments.join(', ')})`
    if (fact.kind === 'n' && random.chance(0.2)) {
      const frame = random.pick([
        '',
        ' ROWS BETWEEN 2 PRECEDING AND CURRENT ROW',
        ' ROWS BETWEEN CURRENT ROW AND 1 FOLLOWING',
      ])
      return this.plain(`SELECT id, ${call} OVER (ORDER BY id${frame}) FROM wide`, `${label} OVER`)
    }
    return this.plain(`SELECT ${key}${call} FROM wide${grouped}`, label)
  }

  private aggregateCall(fact: AggregateFact, isGrouped: boolean): string {
    const { random, expressions } = this
    const bound = expressions.binding()
    for (const type of fact.arguments) if (type.endsWith('range')) bound(type)
    if (fact.name === 'count' && fact.arguments.length === 0) return 'count(*)'
    if (fact.kind === 'n') {
      const types = fact.arguments.map((type) => (type === '"any"' ? 'integer' : bound(type)))
      const args = types.map((type) => expressions.leaf(type))
      const showsOneOfEqual = fact.name.endsWith('agg') && types.some((type) => EQUAL_BUT_NOT_ALIKE.test(type))
      const distinct = types.length === 1 && !showsOneOfEqual && random.chance(0.15) ? 'DISTINCT ' : ''
      // In which order sorted groups fail is left open.
      const order =
        distinct === '' && !isGrouped && random.chance(0.3) ? ` ORDER BY id${random.pick(['', ' DESC'])}` : ''
      return `${fact.name}(${distinct}${args.join(', ')}${order})`
    }
    if (fact.kind === 'h')
      return `${fact.name}(${random.pick(['1', "'x'::text", 'NULL'])}) WITHIN GROUP (ORDER BY ${random.pick(['c_integer', 'c_text', 'id'])})`
    const direct = fact.arguments
      .slice(0, fact.directArguments)
      .map((type) => (type.endsWith('[]') ? "'{0,0.25,0.5,1}'" : random.pick(['0', '0.5', '0.3', '1', 'NULL', '1.5'])))
    const rest = fact.arguments.slice(fact.directArguments).map((type) => {
      const sorted = bound(type)
      const value = expressions.leaf(sorted)
      return type === 'anyelement' && EQUAL_BUT_NOT_ALIKE.test(sorted) ? `(${value})::text` : value
    })
    return `${fact.name}(${direct.join(', ')}) WITHIN GROUP (ORDER BY ${rest.join(', ')}${random.pick(['', ' DESC'])})`
  }

  /** Functions that answer several rows or columns. */
  private rowsOfFunction(): Statement {
    const { random, expressions, facts } = this
    const fact: FunctionFact = random.pick(facts.functions.filter((f) => f.returnsSet || f.outputs))
    expressions.columns = []
    const sql = `${fact.name}(${expressions.argumentsOf(fact, 1).join(', ')})`
    const label = `rows of ${fact.name}(${fact.arguments.join(', ')})`
    return random.pick([
      () => this.plain(`SELECT * FROM ${sql}`, label, true),
      () => this.plain(`SELECT ${sql}`, `${label}, in the list`, true),
      () => this.plain(`SELECT * FROM ${sql} WITH ORDINALITY`, `${label}, with ordinality`, true),
      () => this.plain(`SELECT x, ${sql} FROM (VALUES (1), (2)) v(x)`, `${label}, for each row`, true),
    ])()
  }

  private query(): Statement {
    const query = this.queries.statement()
    return this.plain(query.sql, `query: ${shapeOf(query.sql)}`, query.ordered)
  }

  private change(): Statement {
    const { sql, table } = this.changes.statement()
    return { sql, label: `change: ${shapeOf(sql)}`, ordered: false, changes: table }
  }
}

/** The keywords of a statement that say what it is made of. */
const shapeOf = (sql: string): string => {
  const found = sql.match(
    /\b(WITH RECURSIVE|INSERT|UPDATE|DELETE|MERGE|ON CONFLICT|RETURNING|FULL JOIN|LATERAL|OVER|GROUPING SETS|ROLLUP|CUBE|UNION|INTERSECT|EXCEPT|WITHIN GROUP|EXISTS|ANY|ALL|DISTINCT ON)\b/g,
  )
  return [...new Set(found ?? [])].join(' ')
}

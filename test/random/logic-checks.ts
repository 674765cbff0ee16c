/**
 * Pairs of statements that must answer alike, whatever the server: a query and its parts by a condition (TLP), a filter
 * and the same condition counted (NoREC), a query with the optimizer and as it is written, over recent rows and over
 * merged segments, with indexes and without.
 */
import { Queries, type Source } from './queries.ts'
import type { Random } from './random.ts'
import { TOTAL_TYPES, type TotalType } from './total-expressions.ts'

/** Where a statement runs: with the session's settings, or as it is written, without indexes, or on merged segments. */
export type Way = 'plain' | 'unoptimized' | 'without indexes' | 'segments'

export interface Side {
  readonly sql: string
  readonly way: Way
}

export interface Check {
  readonly name: string
  readonly left: Side
  readonly right: Side
  /** Rows are compared in their order. */
  readonly ordered: boolean
}

const plain = (sql: string): Side => ({ sql, way: 'plain' })

export class LogicChecks {
  private readonly random: Random
  private readonly queries: Queries

  constructor(random: Random) {
    this.random = random
    this.queries = new Queries(random)
  }

  next(): Check {
    return this.random.weighted<Check>([
      [4, () => this.partitionedRows()],
      [2, () => this.partitionedDistinct()],
      [3, () => this.partitionedAggregate()],
      [2, () => this.partitionedGroups()],
      [2, () => this.partitionedJoin()],
      [4, () => this.countedCondition()],
      [6, () => this.anotherWay('unoptimized')],
      [3, () => this.anotherWay('segments')],
      [3, () => this.anotherWay('without indexes')],
    ])
  }

  /** FROM, and a condition over it; subqueries included at times. */
  private filtered(): { from: Source; condition: string; list: (count: number) => string[] } {
    const { random, queries } = this
    queries.reset()
    const from = queries.from(1)
    const { total } = queries
    return total.over(from.columns, () => {
      queries.allowSubqueries(random.chance(0.3) ? 1 : 0)
      const condition = total.condition(random.integer(1, 3))
      queries.allowSubqueries(0)
      const types = Array.from({ length: 3 }, () => random.pick(TOTAL_TYPES))
      const items = types.map((type) => queries.shown(type, total.of(type, 1)))
      return { from, condition, list: (count) => items.slice(0, count) }
    })
  }

  /** The condition, its negation, and that it is unknown: each row belongs to one of them. */
  private parts(condition: string): string[] {
    return [condition, `(NOT ${condition})`, `(${condition} IS NULL)`]
  }

  private partitionedRows(): Check {
    const { from, condition, list } = this.filtered()
    const select = `SELECT ${list(3).join(', ')} FROM ${from.sql}`
    const parts = this.parts(condition).map((part) => `${select} WHERE ${part}`)
    return { name: 'rows by condition', left: plain(select), right: plain(parts.join(' UNION ALL ')), ordered: false }
  }

  private partitionedDistinct(): Check {
    const { from, condition, list } = this.filtered()
    const select = `SELECT DISTINCT ${list(2).join(', ')} FROM ${from.sql}`
    const parts = this.parts(condition).map((part) => `(${select} WHERE ${part})`)
    return {
      name: 'distinct rows by condition',
      left: plain(select),
      right: plain(parts.join(' UNION ')),
      ordered: false,
    }
  }

  private partitionedAggregate(): Check {
    const { random, queries } = this
    const { from, condition } = this.filtered()
    const type: TotalType = random.pick(['integer', 'smallint', 'bigint', 'numeric'])
    const value = queries.total.over(from.columns, () => queries.total.of(type, 1))
    const [inner, outer] = random.pick([
      ['count(*)', 'sum(a)'],
      [`sum(${value})`, 'sum(a)'],
      [`min(${value})`, 'min(a)'],
      [`max(${value})`, 'max(a)'],
      [`count(${value})`, 'sum(a)'],
    ] as const)
    const shown = (sql: string): string => `trim_scale((${sql})::numeric)`
    const parts = this.parts(condition).map((part) => `SELECT ${inner} AS a FROM ${from.sql} WHERE ${part}`)
    return {
      name: 'aggregate by condition',
      left: plain(`SELECT ${shown(inner)} FROM ${from.sql}`),
      right: plain(`SELECT ${shown(outer)} FROM (${parts.join(' UNION ALL ')}) parts`),
      ordered: false,
    }
  }

  /** HAVING splits groups as WHERE does rows. */
  private partitionedGroups(): Check {
    const { random, queries } = this
    const { from, list } = this.filtered()
    const { total } = queries
    const having = total.over(from.columns, () => {
      const number = random.pick(['count(*)', `max(${total.of('integer', 1)})`, `sum(${total.of('integer', 1)})`])
      return `(${number} ${random.pick(['<', '=', '>='])} ${random.integer(-1, 6)})`
    })
    const keys = list(2)
    const select = `SELECT ${keys.join(', ')}, count(*) FROM ${from.sql} GROUP BY ${keys.map((_, i) => i + 1).join(', ')}`
    const parts = this.parts(having).map((part) => `${select} HAVING ${part}`)
    return { name: 'groups by condition', left: plain(select), right: plain(parts.join(' UNION ALL ')), ordered: false }
  }

  /** An inner join is a cross join whose rows satisfy the condition. */
  private partitionedJoin(): Check {
    const { queries } = this
    queries.reset()
    const left = queries.from(0)
    const right = queries.from(0)
    const condition = queries.total.over([...left.columns, ...right.columns], () => queries.total.condition(2))
    const list = [...left.columns.slice(0, 2), ...right.columns.slice(0, 2)].map((c) =>
      queries.shown(c.type as TotalType, c.sql),
    )
    const select = `SELECT ${list.join(', ')} FROM`
    const joins = this.parts(condition).map(
      (part) => `${select} ${left.sql} JOIN (${`SELECT 1 AS one`}) o ON true JOIN ${nested(right.sql)} ON ${part}`,
    )
    return {
      name: 'joined rows by condition',
      left: plain(`${select} ${left.sql} CROSS JOIN ${nested(right.sql)}`),
      right: plain(joins.join(' UNION ALL ')),
      ordered: false,
    }
  }

  /** What a filter lets through is what the condition is true for when it is computed for every row. */
  private countedCondition(): Check {
    const { from, condition } = this.filtered()
    return {
      name: 'filter and count',
      left: plain(`SELECT count(*) FROM ${from.sql} WHERE ${condition}`),
      right: plain(
        `SELECT count(*) FILTER (WHERE c) FROM (SELECT ${condition} AS c FROM ${from.sql} OFFSET 0) all_rows`,
      ),
      ordered: false,
    }
  }

  private anotherWay(way: Way): Check {
    const query = this.queries.statement()
    return { name: way, left: plain(query.sql), right: { sql: query.sql, way }, ordered: query.ordered }
  }
}

/** A join stands in parentheses to the right of another. */
const nested = (sql: string): string => (/ JOIN /.test(sql) ? `(${sql})` : sql)

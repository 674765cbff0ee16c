/**
 * Queries over the join tables: joins of all kinds, subqueries, groups, windows, set operations, CTEs. Everything in
 * them is total (see total-expressions.ts), and where an order decides what a query answers, it is a total one:
 *
 * - equal values look the same: numerics leave a query through trim_scale; the tables hold no other type that has equal values of different looks
 * - LIMIT, DISTINCT ON, array_agg and their kin order by all that they show, or by the keys of all tables
 * - sums of floats are exact (the tables hold multiples of 1/4), so that their order is no matter
 * - scalar subqueries answer one row: aggregates, a key, or LIMIT 1 in the order of a key
 */
import type { Column } from './expressions.ts'
import type { Random } from './random.ts'
import { JOIN_TABLES } from './schema.ts'
import { TOTAL_TYPES, TotalExpressions, type TotalType } from './total-expressions.ts'
import { windowCall } from './windows.ts'

export interface GeneratedQuery {
  readonly sql: string
  readonly types: readonly TotalType[]
  /** The rows come in an order that every server agrees on. */
  readonly ordered: boolean
}

export interface Source {
  readonly sql: string
  readonly columns: readonly Column[]
  /** Columns whose values are unique in it, or null. */
  readonly key: readonly string[] | null
}

interface CommonTable {
  readonly name: string
  readonly columns: readonly Column[]
}

const KINDS_OF_SET_OPERATION = ['UNION', 'UNION ALL', 'INTERSECT', 'INTERSECT ALL', 'EXCEPT', 'EXCEPT ALL']

export class Queries {
  readonly random: Random
  readonly total: TotalExpressions
  private aliases = 0
  private common: CommonTable[] = []

  constructor(random: Random) {
    this.random = random
    this.total = new TotalExpressions(random)
  }

  private alias(): string {
    this.aliases += 1
    return `q${this.aliases}`
  }

  /** Forgets the names that the last statement gave. */
  reset(): void {
    this.aliases = 0
    this.common = []
    this.total.columns = []
  }

  /** A whole statement. */
  statement(): GeneratedQuery {
    this.reset()
    const withClause = this.random.chance(0.15) ? this.withClause() : ''
    const query = this.query(2)
    return { ...query, sql: `${withClause}${query.sql}` }
  }

  private withClause(): string {
    const { random } = this
    if (random.chance(0.3)) {
      const name = this.alias()
      this.common.push({
        name,
        columns: [
          { sql: 'n', type: 'integer' },
          { sql: 'x', type: 'integer' },
        ],
      })
      return random.pick([
        `WITH RECURSIVE ${name}(n, x) AS (SELECT 1, ${random.integer(0, 3)} UNION ALL SELECT n + 1, x * 2 FROM ${name} WHERE n < ${random.integer(2, 9)}) `,
        `WITH RECURSIVE ${name}(n, x) AS (SELECT id, k FROM one WHERE id < ${random.integer(2, 9)} UNION SELECT one.id, one.k FROM one JOIN ${name} ON one.id = ${name}.x) `,
        `WITH RECURSIVE ${name}(n, x) AS (SELECT 0, id FROM two WHERE b UNION ALL SELECT n + 1, two.k FROM two, ${name} WHERE two.id = ${name}.x AND n < 4) `,
      ])
    }
    const parts = random.several(1, 2, () => {
      const name = this.alias()
      const query = this.query(1)
      const columns = query.types.map((type, index) => ({ sql: `c${index + 1}`, type }))
      const sql = `${name}(${columns.map((c) => c.sql).join(', ')}) AS ${random.pick(['', 'MATERIALIZED ', 'NOT MATERIALIZED '])}(${query.sql})`
      this.common.push({ name, columns })
      return sql
    })
    return `WITH ${parts.join(', ')} `
  }

  /** `types`: those of the columns; any, when they are not given. */
  query(depth: number, types?: readonly TotalType[]): GeneratedQuery {
    const { random } = this
    if (depth > 0 && random.chance(0.15)) return this.setOperation(depth, types)
    return random.weighted<GeneratedQuery>([
      [5, () => this.select(depth, types)],
      [3, () => this.grouped(depth, types)],
      [types === undefined ? 2 : 0, () => this.windowed(depth)],
    ])
  }

  private setOperation(depth: number, types?: readonly TotalType[]): GeneratedQuery {
    const { random } = this
    const shape = types ?? random.several(1, 3, () => random.pick(TOTAL_TYPES))
    const arms = random.several(2, 3, () => this.query(depth - 1, shape).sql)
    const sql = arms
      .slice(1)
      .reduce((left, arm) => `(${left}) ${random.pick(KINDS_OF_SET_OPERATION)} (${arm})`, arms[0] ?? '')
    return this.finish(sql, shape)
  }

  /** Orders and limits, at times, by all columns that are shown. */
  private finish(sql: string, types: readonly TotalType[], ties = true): GeneratedQuery {
    const { random } = this
    if (!random.chance(0.35)) return { sql, types, ordered: false }
    const order = random.shuffled(
      types.map((_, index) => `${index + 1}${random.pick(['', '', ' DESC', ' NULLS FIRST', ' DESC NULLS LAST'])}`),
    )
    const limit = random.chance(0.5)
      ? random.pick([
          ` LIMIT ${random.integer(0, 8)}`,
          ` LIMIT ${random.integer(1, 5)} OFFSET ${random.integer(0, 4)}`,
          ` OFFSET ${random.integer(0, 6)}`,
          ties ? ' FETCH FIRST 3 ROWS WITH TIES' : ' LIMIT 3',
        ])
      : ''
    return { sql: `${sql} ORDER BY ${order.join(', ')}${limit}`, types, ordered: true }
  }

  /** What a query may show of an expression: no two equal values of different looks. */
  shown(type: TotalType, sql: string): string {
    return type === 'numeric' ? `trim_scale(${sql})` : sql
  }

  private select(depth: number, types?: readonly TotalType[]): GeneratedQuery {
    const { random } = this
    const shape = types ?? random.several(1, 4, () => random.pick(TOTAL_TYPES))
    const from = this.from(depth)
    return this.total.over([...this.total.columns, ...from.columns], () => {
      this.allowSubqueries(depth)
      const list = shape.map((type, index) => `${this.shown(type, this.total.of(type, 2))} AS c${index + 1}`)
      const where = random.chance(0.6) ? ` WHERE ${this.total.condition(2)}` : ''
      const distinct = random.chance(0.15) ? 'DISTINCT ' : ''
      return this.finish(`SELECT ${distinct}${list.join(', ')} FROM ${from.sql}${where}`, shape)
    })
  }

  /** Whether expressions may hold subqueries, and how deep. */
  allowSubqueries(depth: number): void {
    this.total.subquery = depth > 0 ? (type) => this.scalar(type, depth - 1) : null
    this.total.rowsQuery = depth > 0 ? (type) => this.rows(type, depth - 1) : null
  }

  private readonly inner = <T>(depth: number, make: () => T): T => {
    const { subquery, rowsQuery } = this.total
    this.allowSubqueries(depth)
    try {
      return make()
    } finally {
      this.total.subquery = subquery
      this.total.rowsQuery = rowsQuery
    }
  }

  private base(): { name: string; columns: readonly Column[] } {
    const table = this.random.pick(JOIN_TABLES)
    const name = this.alias()
    return {
      name: `${table.name} ${name}`,
      columns: table.columns.map((column) => ({ ...column, sql: `${name}.${column.sql}` })),
    }
  }

  /** One value: that of an aggregate, of a key, or of the first row in the order of a key. */
  private scalar(type: TotalType, depth: number): string {
    const { random } = this
    const { name, columns } = this.base()
    const id = columns[0]?.sql ?? ''
    return this.inner(depth, () =>
      this.total.over([...this.total.columns, ...columns], () => {
        const where = random.chance(0.7) ? ` WHERE ${this.total.condition(1)}` : ''
        const value = this.shown(type, this.total.of(type, 1))
        // An aggregate of outer columns only would be one of the outer query.
        const own = this.total.over(columns, () => this.shown(type, this.total.of(type, 1)))
        return random.pick([
          () => `(SELECT ${this.extreme(type, own)} FROM ${name}${where})`,
          () => `(SELECT ${value} FROM ${name} WHERE ${id} = ${random.integer(1, 25)})`,
          () => `(SELECT ${value} FROM ${name}${where} ORDER BY ${id} LIMIT 1)`,
        ])()
      }),
    )
  }

  extreme(type: TotalType, value: string): string {
    if (type === 'boolean') return `${this.random.pick(['bool_and', 'bool_or'])}(${value})`
    return `${this.random.pick(['min', 'max'])}(${value})`
  }

  /** A subquery of one column. */
  private rows(type: TotalType, depth: number): string {
    const { random } = this
    const { name, columns } = this.base()
    return this.inner(depth, () =>
      this.total.over([...this.total.columns, ...columns], () => {
        const where = random.chance(0.8) ? ` WHERE ${this.total.condition(1)}` : ''
        return `SELECT ${this.total.of(type, 1)} FROM ${name}${where}`
      }),
    )
  }

  /** What stands after FROM: one source, and up to `most` joined to it. */
  from(depth: number, most = 2): Source {
    const { random } = this
    let left = this.source(depth, [])
    const joined = Math.min(
      most,
      random.weighted([
        [4, () => 0],
        [4, () => 1],
        [1, () => 2],
      ]),
    )
    for (let count = 0; count < joined; count++) left = this.join(left, depth)
    return left
  }

  private join(left: Source, depth: number): Source {
    const { random } = this
    const kind = random.weighted([
      [4, () => 'JOIN'],
      [4, () => 'LEFT JOIN'],
      [1, () => 'RIGHT JOIN'],
      [1, () => 'FULL JOIN'],
      [1, () => 'CROSS JOIN'],
    ])
    // A lateral source sees what is left of it, where the join keeps no rows without it.
    const visible = kind === 'RIGHT JOIN' || kind === 'FULL JOIN' ? [] : left.columns
    const right = this.source(depth, visible)
    const columns = [...left.columns, ...right.columns]
    const key = left.key === null || right.key === null ? null : [...left.key, ...right.key]
    if (kind === 'CROSS JOIN') return { sql: `${left.sql} CROSS JOIN ${right.sql}`, columns, key }
    return {
      sql: `${left.sql} ${kind} ${right.sql} ON ${this.joinCondition(left, right, kind === 'FULL JOIN')}`,
      columns,
      key,
    }
  }

  /** PostgreSQL joins fully by equalities only. */
  private joinCondition(left: Source, right: Source, onlyEqualities: boolean): string {
    const { random } = this
    const pairs = left.columns.flatMap((a) =>
      right.columns.filter((b) => b.type === a.type).map((b) => `${a.sql} = ${b.sql}`),
    )
    if (pairs.length === 0) return onlyEqualities ? 'true' : this.conditionOver([...left.columns, ...right.columns])
    const equalities = random.several(1, 2, () => random.pick(pairs)).join(' AND ')
    if (onlyEqualities || random.chance(0.6)) return equalities
    const other = this.conditionOver([...left.columns, ...right.columns])
    return random.pick([other, `${equalities} AND ${other}`])
  }

  private conditionOver(columns: readonly Column[]): string {
    const { subquery, rowsQuery } = this.total
    this.total.subquery = null
    this.total.rowsQuery = null
    const sql = this.total.over([...this.total.columns, ...columns], () => this.total.condition(2))
    this.total.subquery = subquery
    this.total.rowsQuery = rowsQuery
    return sql
  }

  private source(depth: number, visible: readonly Column[]): Source {
    const { random } = this
    return random.weighted<Source>([
      [8, () => this.table()],
      [depth > 0 ? 2 : 0, () => this.derived(depth, visible)],
      [1, () => this.series()],
      [1, () => this.values()],
      [this.common.length > 0 ? 4 : 0, () => this.commonTable()],
    ])
  }

  private table(): Source {
    const { name, columns } = this.base()
    return { sql: name, columns, key: columns.slice(0, 1).map((column) => column.sql) }
  }

  private commonTable(): Source {
    const { name, columns } = this.random.pick(this.common)
    const alias = this.alias()
    return {
      sql: `${name} ${alias}`,
      columns: columns.map((column) => ({ ...column, sql: `${alias}.${column.sql}` })),
      key: null,
    }
  }

  private series(): Source {
    const alias = this.alias()
    const low = this.random.integer(-1, 3)
    const column = { sql: `${alias}.g`, type: 'integer' }
    return {
      sql: `generate_series(${low}, ${low + this.random.integer(0, 5)}) ${alias}(g)`,
      columns: [column],
      key: [column.sql],
    }
  }

  private values(): Source {
    const { random } = this
    const alias = this.alias()
    const types = random.several(1, 2, () => random.pick(TOTAL_TYPES))
    const rows = random.several(
      1,
      4,
      () => `(${types.map((type) => `${this.total.constant(type)}::${type}`).join(', ')})`,
    )
    const names = types.map((_, index) => `v${index + 1}`)
    return {
      sql: `(VALUES ${rows.join(', ')}) ${alias}(${names.join(', ')})`,
      columns: types.map((type, index) => ({ sql: `${alias}.v${index + 1}`, type })),
      key: null,
    }
  }

  private derived(depth: number, visible: readonly Column[]): Source {
    const lateral = visible.length > 0 && this.random.chance(0.5)
    const make = (): GeneratedQuery => this.inner(depth - 1, () => this.query(depth - 1))
    const outside = this.total.columns
    const query = lateral ? this.total.over([...outside, ...visible], make) : make()
    const alias = this.alias()
    const names = query.types.map((_, index) => `c${index + 1}`)
    return {
      sql: `${lateral ? 'LATERAL ' : ''}(${query.sql}) ${alias}(${names.join(', ')})`,
      columns: query.types.map((type, index) => ({ sql: `${alias}.${names[index]}`, type })),
      key: null,
    }
  }

  private grouped(depth: number, types?: readonly TotalType[]): GeneratedQuery {
    const { random } = this
    const from = this.from(depth)
    return this.total.over([...this.total.columns, ...from.columns], () => {
      this.allowSubqueries(0)
      const keyTypes =
        types === undefined
          ? random.several(0, 3, () => random.pick(TOTAL_TYPES))
          : types.filter(() => random.chance(0.4))
      // A constant is no key: PostgreSQL refuses some, and sorts by none of them.
      const keys = keyTypes
        .map((type) => ({ type, sql: this.shown(type, this.total.of(type, 1)) }))
        .filter((key) => /\bq\d/.test(key.sql))
      const shape: TotalType[] = []
      const list: string[] = []
      const show = (type: TotalType, sql: string): void => {
        shape.push(type)
        list.push(`${sql} AS c${list.length + 1}`)
      }
      if (types === undefined) {
        for (const key of keys) show(key.type, key.sql)
        for (let rest = random.integer(keys.length === 0 ? 1 : 0, 3); rest > 0; rest--) {
          const aggregate = random.chance(0.9)
            ? this.total.over(from.columns, () => this.aggregate())
            : this.aggregate()
          show(aggregate.type, aggregate.sql)
        }
        if (list.length === 0) show('integer', '1')
      } else {
        let next = 0
        for (const type of types) {
          const key = keys[next]
          if (key?.type === type) {
            next += 1
            show(type, key.sql)
          } else show(type, this.extreme(type, this.shown(type, this.total.of(type, 1))))
        }
      }
      const where = random.chance(0.4) ? ` WHERE ${this.total.condition(2)}` : ''
      const having = random.chance(0.25) ? ` HAVING ${this.having()}` : ''
      const groupBy = this.groupBy(keys.map((key) => key.sql))
      const sql = `SELECT ${list.join(', ')} FROM ${from.sql}${where}${groupBy}${having}`
      // PostgreSQL 15 leaves out sort keys that are constant or equal to others before the grouping sets make NULLs of them.
      if (/SETS|ROLLUP|CUBE/.test(groupBy)) return { sql, types: shape, ordered: false }
      // Of one row there are no ties; PostgreSQL 15 fails to see that where it looks a minimum up in an index.
      return this.finish(sql, shape, keys.length > 0)
    })
  }

  private groupBy(keys: readonly string[]): string {
    const { random } = this
    if (keys.length === 0) return ''
    const list = keys.join(', ')
    // What the planner makes a constant of does not become NULL in PostgreSQL 15's grouping sets.
    if (!keys.every((key) => /^(trim_scale\()?q\d+\.\w+\)?$/.test(key))) return ` GROUP BY ${list}`
    return ` GROUP BY ${random.weighted([
      [6, () => list],
      [1, () => `ROLLUP (${list})`],
      [1, () => `CUBE (${list})`],
      [1, () => `GROUPING SETS ((${list}), (${keys[0]}), ())`],
      [1, () => `${keys[0]}, GROUPING SETS (${keys.map((key) => `(${key})`).join(', ')}, ())`],
    ])}`
  }

  private having(): string {
    return `count(*) ${this.random.pick(['>', '<', '<>'])} ${this.random.integer(0, 4)}`
  }

  /** An aggregate whose result depends on no order. */
  private aggregate(): { type: TotalType; sql: string } {
    const { random } = this
    const filter = random.chance(0.2) ? ` FILTER (WHERE ${this.total.condition(1)})` : ''
    const type = random.pick(TOTAL_TYPES)
    const value = this.shown(type, this.total.of(type, 1))
    const number = random.pick(['integer', 'smallint', 'bigint', 'numeric'] as const)
    const amount = this.total.of(number, 1)
    const distinct = random.pick(['', '', 'DISTINCT '])
    return random.pick<() => { type: TotalType; sql: string }>([
      () => ({ type: 'bigint', sql: `count(*)${filter}` }),
      () => ({ type: 'bigint', sql: `count(${distinct}${value})${filter}` }),
      () => ({ type, sql: `${this.extreme(type, value)}${filter}` }),
      () => ({ type: 'numeric', sql: `trim_scale(sum(${distinct}${amount})${filter}::numeric)` }),
      () => ({ type: 'numeric', sql: `trim_scale(avg(${distinct}${amount})${filter})` }),
      () => ({
        type: 'double precision',
        sql: `${random.pick(['sum', 'avg'])}(${this.total.of('double precision', 1)})${filter}`,
      }),
      () => ({ type: 'text', sql: `string_agg(${distinct}${value}::text, ',' ORDER BY ${value}::text)${filter}` }),
      () => ({
        type: 'text',
        sql: `array_agg(${distinct}${value} ORDER BY ${value}${random.pick(['', ' DESC'])})${filter}::text`,
      }),
      () => ({ type: 'text', sql: `json_agg(${value} ORDER BY ${value})${filter}::text` }),
      () => ({
        type: 'numeric',
        sql: `trim_scale(${random.pick(['stddev', 'var_pop', 'variance', 'stddev_pop'])}(${amount})${filter})`,
      }),
      () => ({
        type: type === 'boolean' ? 'boolean' : type,
        sql: `${random.pick(['percentile_disc(0.5)', 'mode()', 'percentile_disc(0.25)'])} WITHIN GROUP (ORDER BY ${value})${filter}`,
      }),
      () => ({
        type: 'bigint',
        sql: `${random.pick(['rank', 'dense_rank'])}(${random.integer(0, 4)}) WITHIN GROUP (ORDER BY ${this.total.of('integer', 1)})${filter}`,
      }),
      () => ({
        type: 'integer',
        sql: `${random.pick(['bit_and', 'bit_or', 'bit_xor'])}(${this.total.of('integer', 1)})${filter}`,
      }),
    ])()
  }

  private windowed(depth: number): GeneratedQuery {
    const { random } = this
    const from = this.from(depth)
    return this.total.over([...this.total.columns, ...from.columns], () => {
      this.allowSubqueries(0)
      const shape: TotalType[] = []
      const list = random.several(1, 3, (index) => {
        const type = random.pick(TOTAL_TYPES)
        if (index > 0 && random.chance(0.3)) {
          shape.push(type)
          return this.shown(type, this.total.of(type, 1))
        }
        const call = windowCall(this, from.key)
        shape.push(call.type)
        return call.sql
      })
      const where = random.chance(0.4) ? ` WHERE ${this.total.condition(2)}` : ''
      return this.finish(
        `SELECT ${list.map((sql, index) => `${sql} AS c${index + 1}`).join(', ')} FROM ${from.sql}${where}`,
        shape,
      )
    })
  }
}

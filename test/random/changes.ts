/**
 * INSERT, UPDATE, DELETE, MERGE and ON CONFLICT over the join tables and the view, with RETURNING. A row is met by one
 * row of another source at most (joined by its key), so that what becomes of it does not depend on an order. Values are
 * total; what fails are constraints.
 */
import type { Column } from './expressions.ts'
import type { Queries } from './queries.ts'
import type { Random } from './random.ts'
import { JOIN_TABLES } from './schema.ts'
import type { TotalExpressions, TotalType } from './total-expressions.ts'

const CHANGED = ['one', 'two', 'three', 'parts']
const COLUMNS: readonly Column[] = JOIN_TABLES[0]?.columns ?? []
/** Columns that a statement sets; the key at times. */
const SETTABLE = COLUMNS.slice(1)

export interface GeneratedChange {
  readonly sql: string
  readonly table: string
}

export class Changes {
  private readonly random: Random
  private readonly total: TotalExpressions

  constructor(queries: Queries) {
    this.random = queries.random
    this.total = queries.total
  }

  statement(): GeneratedChange {
    const { random, total } = this
    total.columns = []
    total.subquery = null
    total.rowsQuery = null
    const table = random.pick(CHANGED)
    const sql = random.weighted([
      [4, () => this.insert(table)],
      [4, () => this.update(table)],
      [3, () => this.remove(table)],
      [2, () => this.merge(table)],
      [1, () => this.throughView()],
      [1, () => this.inCommonTable(table)],
    ])
    return { sql, table }
  }

  private columnsOf(alias: string): Column[] {
    return COLUMNS.map((column) => ({ ...column, sql: `${alias}.${column.sql}` }))
  }

  private value(column: Column, depth = 1): string {
    const { random, total } = this
    if (random.chance(0.05)) return 'DEFAULT'
    return total.of(column.type as TotalType, depth)
  }

  private returning(alias: string): string {
    const { random, total } = this
    if (!random.chance(0.6)) return ''
    if (random.chance(0.3)) return ' RETURNING *'
    const list = total.over(this.columnsOf(alias), () =>
      random.several(1, 3, () =>
        total.of(random.pick(['integer', 'text', 'boolean', 'date', 'double precision'] as const), 1),
      ),
    )
    return ` RETURNING ${list.join(', ')}`
  }

  private insert(table: string): string {
    const { random, total } = this
    const columns = random.shuffled(SETTABLE).slice(0, random.integer(1, 5))
    const names = ['id', ...columns.map((column) => column.sql)]
    const target = `INSERT INTO ${table} AS o (${names.join(', ')}) `
    const rows =
      random.chance(0.6) || columns.length === 0
        ? `VALUES ${random.several(1, 4, () => `(${[String(random.integer(15, 60)), ...columns.map((column) => this.value(column))].join(', ')})`).join(', ')}`
        : `SELECT ${total.over(this.columnsOf('s'), () => [`s.id + ${random.pick([0, 20, 40, 100])}`, ...columns.map((column) => total.of(column.type as TotalType, 1))].join(', '))} FROM ${random.pick(CHANGED)} s WHERE ${total.over(this.columnsOf('s'), () => total.condition(1))} ORDER BY s.id`
    return `${target}${rows}${this.onConflict()}${this.returning('o')}`
  }

  private onConflict(): string {
    const { random, total } = this
    if (!random.chance(0.5)) return ''
    const target = random.pick([' (id)', ' (id)', ' (id) WHERE id > 3', ' (k)'])
    if (random.chance(0.4)) return ` ON CONFLICT${random.pick([target, ''])} DO NOTHING`
    const visible = [...this.columnsOf('o'), ...this.columnsOf('excluded')]
    const set = total.over(visible, () => this.assignments())
    const where = random.chance(0.3) ? ` WHERE ${total.over(visible, () => total.condition(1))}` : ''
    return ` ON CONFLICT${target} DO UPDATE SET ${set}${where}`
  }

  private assignments(): string {
    const { random, total } = this
    const columns = random.shuffled(SETTABLE).slice(0, random.integer(1, 3))
    if (random.chance(0.1))
      return `(${columns.map((column) => column.sql).join(', ')}) = ROW(${columns.map((column) => this.value(column)).join(', ')})`
    const list = columns.map((column) => `${column.sql} = ${this.value(column)}`)
    if (random.chance(0.1))
      list.push(
        `id = ${total.columns.find((column) => column.type === 'integer')?.sql ?? '1'} + ${random.pick([0, 100])}`,
      )
    return list.join(', ')
  }

  private where(alias: string, more: readonly Column[] = []): string {
    return this.random.chance(0.85)
      ? ` WHERE ${this.total.over([...this.columnsOf(alias), ...more], () => this.total.condition(2))}`
      : ''
  }

  private update(table: string): string {
    const { random, total } = this
    if (random.chance(0.35)) {
      const source = random.pick(JOIN_TABLES).name
      const visible = [...this.columnsOf('o'), ...this.columnsOf('s')]
      const set = total.over(visible, () => this.assignments())
      return `UPDATE ${table} AS o SET ${set} FROM ${source} s WHERE s.id = o.${random.pick(['id', 'k'])} AND ${total.over(visible, () => total.condition(1))}${this.returning(random.pick(['o', 's']))}`
    }
    const set = total.over(this.columnsOf('o'), () => this.assignments())
    return `UPDATE ${table} AS o SET ${set}${this.where('o')}${this.returning('o')}`
  }

  private remove(table: string): string {
    const { random, total } = this
    if (random.chance(0.35)) {
      const visible = [...this.columnsOf('o'), ...this.columnsOf('s')]
      return `DELETE FROM ${table} AS o USING ${random.pick(JOIN_TABLES).name} s WHERE s.id = o.${random.pick(['id', 'j'])} AND ${total.over(visible, () => total.condition(1))}${this.returning('o')}`
    }
    return `DELETE FROM ${table} AS o${this.where('o')}${this.returning('o')}`
  }

  private merge(table: string): string {
    const { random, total } = this
    const visible = [...this.columnsOf('o'), ...this.columnsOf('s')]
    const condition = (columns: readonly Column[]): string =>
      random.chance(0.4) ? ` AND ${total.over(columns, () => total.condition(1))}` : ''
    const actions = random.several(1, 3, () =>
      random.pick([
        () =>
          `WHEN MATCHED${condition(visible)} THEN ${random.pick(['DELETE', 'DO NOTHING', `UPDATE SET ${total.over(visible, () => this.assignments())}`])}`,
        () =>
          `WHEN NOT MATCHED${condition(this.columnsOf('s'))} THEN INSERT (id, k, t) VALUES (s.id + 50, ${total.over(this.columnsOf('s'), () => `${total.of('integer', 1)}, ${total.of('text', 1)}`)})`,
        () => `WHEN NOT MATCHED${condition(this.columnsOf('s'))} THEN DO NOTHING`,
      ])(),
    )
    return `MERGE INTO ${table} AS o USING ${random.pick(JOIN_TABLES).name} s ON o.id = s.id${random.pick(['', ' + 5', ' AND s.b'])} ${actions.join(' ')}`
  }

  private throughView(): string {
    const { random, total } = this
    const columns = this.columnsOf('few').filter((column) => /\.(id|k|j|t|n|d)$/.test(column.sql))
    return total.over(columns, () =>
      random.pick([
        () =>
          `INSERT INTO few (id, k, t) VALUES (${random.integer(25, 40)}, ${random.integer(0, 8)}, ${total.constant('text')})${random.pick(['', ' RETURNING *'])}`,
        () =>
          `UPDATE few SET k = ${total.of('integer', 1)} WHERE ${total.condition(1)}${random.pick(['', ' RETURNING id, k'])}`,
        () => `DELETE FROM few WHERE ${total.condition(1)}${random.pick(['', ' RETURNING t'])}`,
      ])(),
    )
  }

  /** A change whose rows a query reads. */
  private inCommonTable(table: string): string {
    const { random, total } = this
    const where = total.over(this.columnsOf('o'), () => total.condition(1))
    const change = random.pick([
      () => `DELETE FROM ${table} AS o WHERE ${where} RETURNING o.*`,
      () =>
        `UPDATE ${table} AS o SET ${total.over(this.columnsOf('o'), () => this.assignments())} WHERE ${where} RETURNING o.*`,
    ])()
    return `WITH changed AS (${change}) SELECT ${random.pick(['count(*), max(id)', 'id, k, t', 'd, count(*)'])} FROM changed${random.pick(['', ' WHERE id > 3'])}`.replace(
      /^(.*SELECT d, count.*)$/s,
      '$1 GROUP BY d',
    )
  }
}

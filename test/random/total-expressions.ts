/**
 * Expressions that never fail over the join tables' columns (see schema.ts), so that it is no matter how often, in which order or whether at
 * all a server evaluates them: for conditions, join keys, groups and everything else of statements over many rows.
 */
import type { Column } from './expressions.ts'
import type { Random } from './random.ts'

export type TotalType =
  | 'integer'
  | 'smallint'
  | 'bigint'
  | 'numeric'
  | 'double precision'
  | 'text'
  | 'character varying'
  | 'boolean'
  | 'date'
  | 'timestamp without time zone'
  | 'mood'

export const TOTAL_TYPES: readonly TotalType[] = [
  'integer',
  'integer',
  'smallint',
  'bigint',
  'numeric',
  'double precision',
  'text',
  'text',
  'character varying',
  'boolean',
  'date',
  'timestamp without time zone',
  'mood',
]

const CONSTANTS: Readonly<Record<TotalType, readonly string[]>> = {
  integer: ['0', '1', '2', '3', '5', '(-1)', '7'],
  smallint: ["'0'::smallint", "'2'::smallint", "'3'::smallint"],
  bigint: ["'1'::bigint", '5000000000', "'-2'::bigint"],
  numeric: ['1.50', '2.25', '0.00', '(-3.75)'],
  'double precision': ["'0.5'::float8", "'-2.25'::float8", "'1'::float8"],
  text: ["'a'", "'b'", "''", "'é'", "'ab'::text"],
  'character varying': ["'a'::varchar", "'abc'::varchar"],
  boolean: ['true', 'false'],
  date: ["date '2024-01-03'", "date '2024-01-05'"],
  'timestamp without time zone': ["timestamp '2024-01-03 12:30'", "timestamp '2024-01-02'"],
  mood: ["'ok'::mood", "'happy'::mood"],
}

const COMPARISONS = ['=', '=', '<>', '<', '<=', '>', '>=']

export class TotalExpressions {
  readonly random: Random
  columns: readonly Column[] = []
  /** Makes a scalar subquery of the type, where the statement wants some. */
  subquery: ((type: TotalType) => string) | null = null
  /** Makes a subquery with one column of the type. */
  rowsQuery: ((type: TotalType) => string) | null = null

  constructor(random: Random) {
    this.random = random
  }

  /** The same generator with other columns. */
  over<T>(columns: readonly Column[], make: () => T): T {
    const outer = this.columns
    this.columns = columns
    try {
      return make()
    } finally {
      this.columns = outer
    }
  }

  constant(type: TotalType): string {
    return this.random.chance(0.04) ? `NULL::${type}` : this.random.pick(CONSTANTS[type])
  }

  leaf(type: TotalType): string {
    const columns = this.columns.filter((column) => column.type === type)
    return columns.length > 0 && this.random.chance(0.8) ? this.random.pick(columns).sql : this.constant(type)
  }

  of(type: TotalType, depth: number): string {
    const { random } = this
    if (depth <= 0 || random.chance(0.35)) return this.leaf(type)
    const same = (): string => this.of(type, depth - 1)
    if (type === 'boolean') return this.condition(depth)
    return random.weighted<string>([
      [
        2,
        () => `CASE WHEN ${this.condition(depth - 1)} THEN ${same()} ${random.chance(0.8) ? `ELSE ${same()} ` : ''}END`,
      ],
      [2, () => `COALESCE(${same()}, ${same()})`],
      [1, () => `NULLIF(${same()}, ${same()})`],
      [1, () => `${random.pick(['GREATEST', 'LEAST'])}(${same()}, ${same()})`],
      [1, () => this.subquery?.(type) ?? same()],
      [6, () => this.calculation(type, depth)],
    ])
  }

  private calculation(type: TotalType, depth: number): string {
    const { random } = this
    const of = (other: TotalType): string => this.of(other, depth - 1)
    switch (type) {
      case 'integer':
        return random.pick([
          () => `(${this.leaf(type)} ${random.pick(['+', '-', '*'])} ${this.leaf('smallint')})`,
          () => `length(${of('text')})`,
          () => `abs(${this.leaf(type)})`,
          () => `(${this.leaf(type)} % 3)`,
          () => `(${of('date')} - date '2024-01-01')`,
          () => `ascii(${of('text')})`,
        ])()
      case 'smallint':
        return `abs(${this.leaf(type)})`
      case 'bigint':
        return random.pick([
          () => `(${this.leaf(type)} ${random.pick(['+', '-'])} ${this.leaf('integer')})`,
          () => `${of('integer')}::bigint`,
        ])()
      case 'numeric':
        return random.pick([
          () => `(${this.leaf(type)} ${random.pick(['+', '-', '*'])} ${this.leaf(type)})`,
          () => `round(${of(type)}, ${random.integer(0, 3)})`,
          () => `(${of('integer')}::numeric)`,
          () => `(${this.leaf(type)} / 4)`,
        ])()
      case 'double precision':
        return random.pick([
          () => `(${this.leaf(type)} ${random.pick(['+', '-', '*'])} 2)`,
          () => `(${this.leaf('integer')}::float8)`,
          () => `floor(${of(type)})`,
        ])()
      case 'text':
        return random.pick([
          () => `(${of('text')} || ${of('text')})`,
          () => `${random.pick(['upper', 'lower', 'reverse', 'btrim', 'initcap'])}(${of('text')})`,
          () => `left(${of('text')}, 1)`,
          () => `${of(random.pick(['integer', 'numeric', 'date', 'mood', 'boolean']))}::text`,
          () => `substr(${of('text')}, ${random.integer(1, 3)})`,
          () => `replace(${of('text')}, 'a', ${of('text')})`,
        ])()
      case 'character varying':
        return `(${this.leaf('text')}::varchar)`
      case 'date':
        return random.pick([
          () => `(${of(type)} + ${this.leaf('smallint')})`,
          () => `(${of('timestamp without time zone')}::date)`,
        ])()
      case 'timestamp without time zone':
        return random.pick([
          () => `(${of(type)} + interval '1 day')`,
          () => `date_trunc('day', ${of(type)})`,
          () => `${of('date')}::timestamp`,
        ])()
      default:
        return this.leaf(type)
    }
  }

  condition(depth: number): string {
    const { random } = this
    const type = random.pick(TOTAL_TYPES)
    const value = (): string => this.of(type, depth - 1)
    const not = random.pick(['', '', 'NOT '])
    if (depth <= 0) return `(${this.leaf(type)} ${random.pick(COMPARISONS)} ${this.leaf(type)})`
    return random.weighted<string>([
      [8, () => `(${value()} ${random.pick(COMPARISONS)} ${value()})`],
      [3, () => `(${this.condition(depth - 1)} ${random.pick(['AND', 'OR'])} ${this.condition(depth - 1)})`],
      [1, () => `(NOT ${this.condition(depth - 1)})`],
      [2, () => `(${value()} IS ${not}NULL)`],
      [1, () => `(${this.condition(depth - 1)} IS ${not}${random.pick(['TRUE', 'FALSE', 'UNKNOWN'])})`],
      [2, () => `(${value()} IS ${not}DISTINCT FROM ${value()})`],
      [2, () => `(${value()} ${not}BETWEEN ${value()} AND ${value()})`],
      [2, () => `(${value()} ${not}IN (${random.several(1, 3, value).join(', ')}))`],
      [1, () => `(${value()} ${random.pick(COMPARISONS)} ANY (ARRAY[${random.several(1, 3, value).join(', ')}]))`],
      [
        1,
        () =>
          `(${this.of('text', depth - 1)} ${not}${random.pick(['LIKE', 'ILIKE'])} ${random.pick(["'a%'", "'%b'", "'_'", "'%'", "''"])})`,
      ],
      [
        1,
        () =>
          `((${value()}, ${this.leaf('integer')}) ${random.pick(COMPARISONS)} (${value()}, ${this.leaf('integer')}))`,
      ],
      [1, () => this.leaf('boolean')],
      [2, () => (this.rowsQuery === null ? this.leaf('boolean') : this.overRows(type, not))],
    ])
  }

  private overRows(type: TotalType, not: string): string {
    const { random } = this
    const rows = this.rowsQuery?.(type) ?? ''
    return random.pick([
      () => `(${not}EXISTS (${rows}))`,
      () => `(${this.leaf(type)} ${not}IN (${rows}))`,
      () => `(${this.leaf(type)} ${random.pick(COMPARISONS)} ${random.pick(['ANY', 'ALL'])} (${rows}))`,
    ])()
  }
}

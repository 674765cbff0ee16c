/**
 * Typed expressions over everything that the catalogs know. An expression that may fail is evaluated surely and once
 * (in a statement without FROM, or over one row), so that the first error is that of the leftmost innermost call on
 * every server.
 */
import type { CastFact, Facts, FunctionFact, OperatorFact } from './facts.ts'
import { isInexact, isThreeWay, wordsFor } from './hints.ts'
import type { Random } from './random.ts'
import { INVALID, VALUES } from './values.ts'

export interface Column {
  readonly sql: string
  readonly type: string
}

/** Element types that stand for anyelement; ranges that stand for anyrange. */
const ELEMENTS = [
  'integer',
  'bigint',
  'numeric',
  'text',
  'boolean',
  'date',
  'timestamp without time zone',
  'double precision',
  'uuid',
  'jsonb',
  'interval',
  'inet',
  'character varying',
  'mood',
  'whole',
  'pair',
  'bytea',
  'time without time zone',
  'int4range',
  'bit varying',
  'name',
  '"char"',
  'smallint',
  'real',
  'money',
]
const RANGES: Readonly<Record<string, readonly [subtype: string, multirange: string]>> = {
  int4range: ['integer', 'int4multirange'],
  int8range: ['bigint', 'int8multirange'],
  numrange: ['numeric', 'nummultirange'],
  daterange: ['date', 'datemultirange'],
  tsrange: ['timestamp without time zone', 'tsmultirange'],
  tstzrange: ['timestamp with time zone', 'tstzmultirange'],
}
export const TYPES = Object.keys(VALUES).filter(
  (type) => !['cid', 'int2vector', 'oidvector', 'xid8', 'tid'].includes(type),
)

const isTime = (type: string): boolean => /^(date|time|interval|ts\w*range)/.test(type)

export const quote = (text: string): string =>
  text.includes('\\') ? ` E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'` : `'${text.replaceAll("'", "''")}'`

/** A type without a modifier: `bit` and `character` by these names are those of length 1. */
export const written = (type: string): string =>
  type.replace(/^character(?!\w| varying)/, 'bpchar').replace(/^bit(?!\w| varying)/, '"bit"')

const cast = (sql: string, type: string): string => `(${sql})::${written(type)}`

export class Expressions {
  readonly random: Random
  readonly facts: Facts
  columns: readonly Column[] = []
  private readonly byResult = new Map<string, (FunctionFact | OperatorFact | CastFact)[]>()
  /** What the last statement is about, for telling differences apart. */
  label = ''

  constructor(random: Random, facts: Facts) {
    this.random = random
    this.facts = facts
    const add = (result: string, fact: FunctionFact | OperatorFact | CastFact): void => {
      const list = this.byResult.get(result)
      if (list === undefined) this.byResult.set(result, [fact])
      else list.push(fact)
    }
    for (const fact of facts.functions) if (!fact.returnsSet && !fact.outputs) add(fact.result, fact)
    for (const fact of facts.operators) add(fact.result, fact)
    for (const fact of facts.casts) add(fact.target, fact)
  }

  /** An expression that is a call of something picked from all that there is. */
  any(depth: number): string {
    const { random, facts } = this
    return random.weighted<string>([
      [10, () => this.call(random.pick(facts.functions.filter((f) => !f.returnsSet && !f.outputs)), depth, true)],
      [6, () => this.operation(random.pick(facts.operators), depth, true)],
      [2, () => this.conversion(random.pick(facts.casts), depth, true)],
      [1, () => this.throughText(depth)],
      [3, () => this.form(depth)],
    ])
  }

  /** An expression of (usually) the type. */
  of(type: string, depth: number): string {
    const { random } = this
    if (random.chance(0.01)) return `NULL::${written(random.pick(TYPES))}`
    if (type === '"any"') return this.of(random.pick(ELEMENTS), depth)
    if (depth <= 0 || random.chance(0.45)) return this.leaf(type)
    if (random.chance(0.12)) return this.formOf(type, depth)
    const makers = this.byResult.get(type)
    if (makers === undefined) return type.endsWith('[]') ? this.arrayOf(type, depth) : this.leaf(type)
    const maker = random.pick(makers)
    if ('target' in maker) return this.conversion(maker, depth)
    return 'arguments' in maker ? this.call(maker, depth) : this.operation(maker, depth)
  }

  private arrayOf(type: string, depth: number): string {
    const element = type.slice(0, -2)
    const items = this.random.several(0, 3, () => this.of(element, depth - 1))
    return `ARRAY[${items.join(', ')}]::${written(type)}`
  }

  /** A column or a literal. */
  leaf(type: string): string {
    const { random } = this
    const columns = this.columns.filter((column) => column.type === type)
    if (columns.length > 0 && random.chance(0.75)) return random.pick(columns).sql
    return this.literal(type)
  }

  literal(type: string): string {
    const { random } = this
    if (random.chance(0.06)) return random.chance(0.3) ? 'NULL' : `NULL::${written(type)}`
    const text = this.textOf(type)
    if (['integer', 'bigint', 'numeric', 'smallint'].includes(type) && /^-?[\d.]+$/.test(text) && random.chance(0.6))
      return text.startsWith('-') ? `(${text})` : text
    if (type === 'boolean' && random.chance(0.5)) return random.pick(['true', 'false'])
    if (random.chance(0.2)) return quote(text)
    return `${quote(text)}::${written(type)}`
  }

  /** The text of a value of the type, at times of none. */
  textOf(type: string): string {
    const { random } = this
    // What is no time at all fails in many ways (see throughText).
    if (random.chance(0.008)) return isTime(type) ? 'x' : random.pick(INVALID)
    if (type.endsWith('[]')) {
      const items = random.several(0, 3, () => (random.chance(0.15) ? 'NULL' : this.arrayItem(type.slice(0, -2))))
      if (items.length > 0 && random.chance(0.06)) return `[2:${items.length + 1}]={${items.join(',')}}`
      if (items.length > 0 && random.chance(0.1)) return `{{${items.join(',')}},{${items.join(',')}}}`
      return `{${items.join(',')}}`
    }
    return random.pick(VALUES[type] ?? ['x'])
  }

  private arrayItem(type: string): string {
    return `"${this.random
      .pick(VALUES[type] ?? ['x'])
      .replaceAll('\\', '\\\\')
      .replaceAll('"', '\\"')}"`
  }

  /** Concrete types in place of the polymorphic ones of one call. */
  binding(): (type: string) => string {
    const { random } = this
    const bind = (): ((kind: string) => string) => {
      const element = random.pick(ELEMENTS)
      const range = random.pick(Object.keys(RANGES))
      const [subtype, multirange] = RANGES[range] ?? ['integer', 'int4multirange']
      let ranged = false
      return (kind) => {
        if (kind === 'range') {
          ranged = true
          return range
        }
        if (kind === 'multirange') {
          ranged = true
          return multirange
        }
        if (kind === 'array') return `${ranged ? subtype : element}[]`
        if (kind === 'enum') return 'mood'
        return ranged ? subtype : element
      }
    }
    const simple = bind()
    const compatible = bind()
    return (type) => {
      const found = /^any(compatible)?(element|array|nonarray|range|multirange|enum)?$/.exec(type)
      if (found === null) return type
      return (found[1] === undefined ? simple : compatible)(found[2] ?? 'element')
    }
  }

  /** The arguments of a call, some of them made of words that mean something to the function. */
  argumentsOf(fact: FunctionFact, depth: number, bound = this.binding()): string[] {
    const { random } = this
    // A range among the arguments decides what its element is.
    for (const type of fact.arguments) if (type.endsWith('range')) bound(type)
    const given = fact.arguments.length - (fact.defaults > 0 ? random.integer(0, fact.defaults) : 0)
    const types = fact.arguments.slice(0, given)
    const last = types.at(-1)
    if (fact.variadic && given === fact.arguments.length && last !== undefined) {
      types.pop()
      const element = last === '"any"' ? last : bound(last).replace(/\[\]$/, '')
      const made = types.map((type, index) => this.argument(fact, index, bound(type), depth))
      if (last !== '"any"' && random.chance(0.2)) return [...made, `VARIADIC ${this.of(`${element}[]`, depth - 1)}`]
      return [...made, ...random.several(1, 3, () => this.of(element, depth - 1))]
    }
    return types.map((type, index) => this.argument(fact, index, bound(type), depth))
  }

  private argument(fact: FunctionFact, index: number, type: string, depth: number): string {
    const words = wordsFor(fact, index)
    if (words !== null && this.random.chance(words.often)) {
      const word = this.random.pick(words.words)
      return words.number ? word : quote(word)
    }
    return this.of(type, depth - 1)
  }

  call(fact: FunctionFact, depth: number, top = false): string {
    if (top) this.label = `${fact.name}(${fact.arguments.join(', ')})`
    const sql = `${fact.name}(${this.argumentsOf(fact, depth).join(', ')})`
    if (isThreeWay(fact.name)) return cast(`sign(${sql})`, 'integer')
    return isInexact(fact.name, fact.arguments) ? cast(sql, 'real') : sql
  }

  operation(fact: OperatorFact, depth: number, top = false): string {
    if (top) this.label = `${fact.left ?? ''} ${fact.name} ${fact.right}`
    const choose = this.binding()
    for (const type of [fact.left, fact.right]) if (type !== null && type.endsWith('range')) choose(type)
    const like = /^!?~~\*?$/.test(fact.name)
    const right = () => (like && this.random.chance(0.7) ? this.pattern() : this.of(choose(fact.right), depth - 1))
    const sql =
      fact.left === null
        ? `(${fact.name} ${right()})`
        : `(${this.of(choose(fact.left), depth - 1)} ${fact.name} ${right()})`
    return isInexact(fact.name, [fact.left ?? fact.right]) ? cast(sql, 'real') : sql
  }

  private pattern(): string {
    return quote(this.random.pick(['%', '_', 'a%', '%b%', '_b_', 'a\\%b', 'abc', '%é%', '']))
  }

  conversion(fact: CastFact, depth: number, top = false): string {
    if (top) this.label = `${fact.source}::${fact.target}`
    // Of a modifier inside CASE and COALESCE as much is left as the planner leaves of these.
    const modifier = top && this.random.chance(0.3) ? modifiers(this.random, fact.target) : ''
    const source = this.of(fact.source, depth - 1)
    return modifier === '' ? cast(source, fact.target) : `(${source})::${withModifier(fact.target, modifier)}`
  }

  /** From any type to any other by way of its text. */
  private throughText(depth: number): string {
    const target = this.random.pick(TYPES)
    // Which error tells that a text is no time at all depends on the part of it that PostgreSQL's parser meets first.
    const isAlike = (type: string): boolean => isTime(type) && type.includes('range') === target.includes('range')
    const source = this.random.pick(isTime(target) ? TYPES.filter(isAlike) : TYPES)
    this.label = `${source}::text::${target}`
    return this.random.chance(0.5)
      ? cast(this.of(source, depth - 1), 'text')
      : cast(cast(this.of(source, depth - 1), 'text'), target)
  }

  /** What has a grammar of its own. */
  private form(depth: number): string {
    return this.formOf(this.random.pick(this.random.chance(0.5) ? ELEMENTS : TYPES), depth)
  }

  private formOf(type: string, depth: number): string {
    const { random } = this
    const same = (): string => this.of(type, depth - 1)
    const truth = (): string => this.of('boolean', depth - 1)
    this.label = this.label === '' ? `form of ${type}` : this.label
    if (type === 'boolean') return this.condition(depth)
    return random.weighted<string>([
      [4, () => `CASE WHEN ${truth()} THEN ${same()} ELSE ${same()} END`],
      [2, () => this.caseOf(type, depth)],
      [3, () => `COALESCE(${random.several(1, 3, same).join(', ')})`],
      [2, () => `NULLIF(${same()}, ${same()})`],
      [3, () => `${random.pick(['GREATEST', 'LEAST'])}(${random.several(1, 3, same).join(', ')})`],
      [this.arrayColumn(type) === null ? 0 : 2, () => `(${this.arrayColumn(type)})[${random.integer(-1, 3)}]`],
      [
        this.arrayColumn(type) === null ? 0 : 1,
        () => `(${this.arrayColumn(type)})[${random.pick(['1:2', ':1', '2:', '0:0', ':', '1'])}]`,
      ],
      [1, () => `(SELECT ${same()})`],
      [1, () => `(ROW(${same()}, ${this.leaf('integer')})::text)`],
      [1, () => `ROW(${same()}, ${this.leaf('integer')})`],
      [1, () => `(VALUES (${same()}), (${same()}) ORDER BY 1 LIMIT 1)`],
      [type === 'text' ? 6 : 0, () => this.textForm(depth)],
      [type.startsWith('timestamp') || type === 'date' ? 4 : 0, () => this.timeForm(depth)],
    ])
  }

  /** PostgreSQL reads elements of constant arrays while it plans, and then leaves away what is strict. */
  private arrayColumn(type: string): string | null {
    return this.columns.find((column) => column.type === `${type}[]`)?.sql ?? null
  }

  private caseOf(type: string, depth: number): string {
    const tested = this.random.pick(ELEMENTS)
    const arms = this.random.several(1, 2, () => `WHEN ${this.of(tested, depth - 2)} THEN ${this.of(type, depth - 1)}`)
    return `CASE ${this.of(tested, depth - 2)} ${arms.join(' ')} END`
  }

  private textForm(depth: number): string {
    const { random } = this
    const text = (): string => this.of('text', depth - 1)
    const number = (): string => String(random.integer(-2, 6))
    return random.pick([
      () => `substring(${text()} FROM ${number()} FOR ${random.integer(0, 5)})`,
      () => `substring(${text()} SIMILAR ${quote(random.pick(['%#"a#"%', 'a%', '%']))} ESCAPE '#')`,
      () => `overlay(${text()} PLACING ${text()} FROM ${random.integer(1, 5)} FOR ${random.integer(0, 3)})`,
      () => `trim(${random.pick(['BOTH', 'LEADING', 'TRAILING'])} ${text()} FROM ${text()})`,
      () => `position(${text()} IN ${text()})::text`,
      () => `(${text()} COLLATE "C")`,
      () => `${text()} || ${this.of(random.pick(ELEMENTS), depth - 1)}`,
      () => `normalize(${text()}, ${random.pick(['NFC', 'NFD', 'NFKC', 'NFKD'])})`,
      () => `${text()}::varchar(${random.integer(1, 5)})`,
      () => `${text()}::char(${random.integer(1, 5)})`,
    ])()
  }

  private timeForm(depth: number): string {
    const { random } = this
    const field = random.pick([
      'year',
      'month',
      'day',
      'hour',
      'minute',
      'second',
      'epoch',
      'dow',
      'doy',
      'week',
      'isoyear',
      'julian',
      'century',
      'quarter',
    ])
    const type = random.pick([
      'date',
      'timestamp without time zone',
      'timestamp with time zone',
      'interval',
      'time without time zone',
    ])
    return random.pick([
      () => `extract(${field} FROM ${this.of(type, depth - 1)})`,
      () =>
        `(${this.of(random.pick(['timestamp without time zone', 'timestamp with time zone']), depth - 1)} AT TIME ZONE ${quote(random.pick(['UTC', 'America/New_York', '+03', 'Asia/Tokyo']))})`,
      () =>
        `(${this.of('date', 0)}, ${this.of('date', 0)}) OVERLAPS (${this.of('date', 0)}, ${this.of(random.pick(['date', 'interval']), 0)})`,
    ])()
  }

  private condition(depth: number): string {
    const { random } = this
    const type = random.pick(TYPES)
    const value = (): string => this.of(type, depth - 1)
    const truth = (): string => this.of('boolean', depth - 1)
    const not = random.pick(['', '', 'NOT '])
    return random.weighted<string>([
      [3, () => `(${truth()} ${random.pick(['AND', 'OR'])} ${truth()})`],
      [1, () => `(NOT ${truth()})`],
      [2, () => `(${value()} IS ${not}NULL)`],
      [2, () => `(${truth()} IS ${not}${random.pick(['TRUE', 'FALSE', 'UNKNOWN'])})`],
      [3, () => `(${value()} IS ${not}DISTINCT FROM ${value()})`],
      [2, () => `(${value()} ${not}BETWEEN ${random.pick(['', 'SYMMETRIC '])}${value()} AND ${value()})`],
      [3, () => `(${value()} ${not}IN (${random.several(1, 3, value).join(', ')}))`],
      [
        2,
        () =>
          `(${value()} ${random.pick(['=', '<>', '<', '>='])} ${random.pick(['ANY', 'ALL'])} (${this.of(`${type}[]`, depth - 1)}))`,
      ],
      [
        2,
        () =>
          `(ROW(${value()}, ${this.leaf('integer')}) ${random.pick(['=', '<>', '<', '>=', 'IS DISTINCT FROM'])} ROW(${value()}, ${this.leaf('integer')}))`,
      ],
      [
        1,
        () => `(${this.of('text', depth - 1)} ${not}${random.pick(['LIKE', 'ILIKE', 'SIMILAR TO'])} ${this.pattern()})`,
      ],
      [1, () => `(${value()} ${random.pick(['<', '='])} (SELECT ${value()}))`],
      [1, () => `EXISTS (SELECT ${value()} WHERE ${truth()})`],
      [1, () => `(${value()} ${not}IN (SELECT ${value()} UNION ALL SELECT ${value()}))`],
    ])
  }
}

/** The modifier of a type, as `numeric(5,2)` has one. */
const modifiers = (random: Random, type: string): string => {
  switch (type) {
    case 'numeric':
      return random.pick(['(5)', '(5,2)', '(10,0)', '(3,-1)', '(4,6)'])
    case 'character varying':
    case 'character':
    case 'bit':
    case 'bit varying':
      return random.pick(['(1)', '(3)', '(10)'])
    case 'interval':
      return random.pick(['(0)', '(3)', ' day to second', ' year to month', ' hour', ' day to minute', ' second(2)'])
    case 'time without time zone':
    case 'time with time zone':
    case 'timestamp without time zone':
    case 'timestamp with time zone':
      return random.pick(['(0)', '(2)', '(6)'])
    default:
      return ''
  }
}

/** The precision of a time stands before what says whether it has a zone. */
const withModifier = (type: string, modifier: string): string => {
  const zone = / (with|without) time zone$/.exec(type)
  return zone === null ? `${type}${modifier}` : `${type.slice(0, zone.index)}${modifier}${zone[0]}`
}

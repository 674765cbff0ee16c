/** Calls of window functions whose answers are determined: the frame and the order say all that decides them. */
import type { Random } from './random.ts'
import { TOTAL_TYPES, type TotalExpressions, type TotalType } from './total-expressions.ts'

interface WindowCall {
  readonly type: TotalType
  readonly sql: string
}

/** What makes the expressions of calls. */
interface WindowHost {
  readonly random: Random
  readonly total: TotalExpressions
  /** A value in the form in which equal ones look the same. */
  shown(type: TotalType, value: string): string
  /** The least or greatest of the values. */
  extreme(type: TotalType, value: string): string
}

/** With a key for the order, any function and frame; without one those that treat peers alike. */
export const windowCall = (host: WindowHost, key: readonly string[] | null): WindowCall => {
  const { random } = host
  const partition = random.chance(0.6)
    ? `PARTITION BY ${random.several(1, 2, () => host.total.of(random.pick(TOTAL_TYPES), 1)).join(', ')} `
    : ''
  const orderType = random.pick(['integer', 'numeric', 'date', 'text', 'double precision'] as const)
  const order = host.total.of(orderType, 1)
  const direction = random.pick(['', ' DESC', ' NULLS FIRST'])
  const type = random.pick(TOTAL_TYPES)
  const value = host.shown(type, host.total.of(type, 1))
  const amount = host.total.of(random.pick(['integer', 'smallint', 'bigint', 'numeric'] as const), 1)
  const aggregate = random.pick<() => WindowCall>([
    () => ({ type: 'bigint', sql: 'count(*)' }),
    () => ({ type: 'bigint', sql: `count(${value})` }),
    () => ({ type, sql: host.extreme(type, value) }),
    () => ({ type: 'numeric', sql: `sum(${amount})::numeric` }),
    () => ({ type: 'numeric', sql: `avg(${amount})` }),
  ])()
  const finished = (call: WindowCall, window: string): WindowCall => ({
    type: call.type,
    sql: host.shown(
      call.type,
      `${call.sql.replace('::numeric', '')} OVER (${window})${call.sql.includes('::numeric') ? '::numeric' : ''}`,
    ),
  })
  if (key === null || random.chance(0.4)) {
    return random.pick([
      () =>
        finished(
          { type: 'bigint', sql: `${random.pick(['rank', 'dense_rank'])}()` },
          `${partition}ORDER BY ${order}${direction}`,
        ),
      () =>
        finished(
          { type: 'numeric', sql: `${random.pick(['percent_rank', 'cume_dist'])}()::numeric` },
          `${partition}ORDER BY ${order}${direction}`,
        ),
      () => finished(aggregate, partition),
      () => finished(aggregate, `${partition}ORDER BY ${order}${direction} ${peerFrame(random, orderType)}`),
    ])()
  }
  const exact = `${partition}ORDER BY ${random.chance(0.5) ? `${order}${direction}, ` : ''}${key.join(', ')}`
  return random.pick([
    () => finished({ type: 'bigint', sql: 'row_number()' }, exact),
    () => finished({ type: 'integer', sql: `ntile(${random.integer(1, 4)})` }, exact),
    () =>
      finished(
        { type, sql: `${random.pick(['lag', 'lead'])}(${value}${random.pick(['', ', 2', ', -1', ', 0'])})` },
        exact,
      ),
    () =>
      finished(
        { type, sql: `${random.pick(['first_value', 'last_value'])}(${value})` },
        `${exact} ${rowsFrame(random)}`,
      ),
    () => finished({ type, sql: `nth_value(${value}, ${random.integer(1, 4)})` }, `${exact} ${rowsFrame(random)}`),
    () => finished(aggregate, `${exact} ${rowsFrame(random)}`),
  ])()
}

const exclusion = (random: Random): string =>
  random.pick(['', '', ' EXCLUDE CURRENT ROW', ' EXCLUDE GROUP', ' EXCLUDE TIES', ' EXCLUDE NO OTHERS'])

const bounds = (random: Random, offsets: readonly string[]): string => {
  const offset = (): string => random.pick(offsets)
  return random.pick([
    `BETWEEN UNBOUNDED PRECEDING AND ${random.pick(['CURRENT ROW', `${offset()} PRECEDING`, `${offset()} FOLLOWING`, 'UNBOUNDED FOLLOWING'])}`,
    `BETWEEN ${offset()} PRECEDING AND ${random.pick(['CURRENT ROW', `${offset()} PRECEDING`, `${offset()} FOLLOWING`])}`,
    `BETWEEN CURRENT ROW AND ${random.pick(['CURRENT ROW', `${offset()} FOLLOWING`, 'UNBOUNDED FOLLOWING'])}`,
    `BETWEEN ${offset()} FOLLOWING AND ${random.pick([`${offset()} FOLLOWING`, 'UNBOUNDED FOLLOWING'])}`,
  ])
}

const rowsFrame = (random: Random): string =>
  random.pick([
    '',
    `ROWS ${bounds(random, ['0', '1', '2', '3'])}${exclusion(random)}`,
    `GROUPS ${bounds(random, ['0', '1', '2'])}${exclusion(random)}`,
  ])

/** Frames that hold all peers of a row or none. */
const peerFrame = (random: Random, orderType: string): string => {
  const wholeGroups = random.pick(['', ' EXCLUDE GROUP', ' EXCLUDE NO OTHERS'])
  const offsets = {
    integer: ['1', '2'],
    numeric: ['1.5', '2'],
    date: ["'1 day'::interval", "'36 hours'::interval"],
    'double precision': ['0.5', '1'],
  }[orderType]
  const groups = `GROUPS ${bounds(random, ['0', '1', '2'])}${wholeGroups}`
  if (offsets === undefined) return random.pick(['', groups])
  return random.pick(['', groups, `RANGE ${bounds(random, offsets)}${wholeGroups}`])
}

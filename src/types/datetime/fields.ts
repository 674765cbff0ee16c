/** Names in dates and times: months, days of the week, units. */

export const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const

export const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const

/** 1…12 for a month's name or its first three letters (`sept` too), 0 for anything else. */
export const monthOf = (word: string): number => {
  const lower = word.toLowerCase()
  if (lower === 'sept') return 9
  return MONTHS.findIndex((month) => month.toLowerCase() === lower || month.slice(0, 3).toLowerCase() === lower) + 1
}

const SHORT_WEEKDAYS = new Set([
  ...WEEKDAYS.flatMap((day) => [day.toLowerCase(), day.slice(0, 3).toLowerCase()]),
  'tues',
  'weds',
  'thur',
  'thurs',
])

export const isWeekday = (word: string): boolean => SHORT_WEEKDAYS.has(word.toLowerCase())

export type IntervalUnit =
  | 'microsecond'
  | 'millisecond'
  | 'second'
  | 'minute'
  | 'hour'
  | 'day'
  | 'week'
  | 'month'
  | 'quarter'
  | 'year'
  | 'decade'
  | 'century'
  | 'millennium'

/** Units that intervals may be written in. */
export type CountedUnit = Exclude<IntervalUnit, 'quarter'>

const UNIT_SPELLINGS: Readonly<Record<IntervalUnit, string>> = {
  microsecond: 'microsecond microseconds us usec usecs usecond useconds microsecon',
  millisecond: 'millisecond milliseconds ms msec msecs msecond mseconds millisecon',
  second: 'second seconds s sec secs',
  minute: 'minute minutes m min mins',
  hour: 'hour hours h hr hrs',
  day: 'day days d',
  week: 'week weeks w',
  month: 'month months mon mons',
  quarter: 'quarter qtr',
  year: 'year years y yr yrs',
  decade: 'decade decades dec decs',
  century: 'century centuries c cent',
  millennium: 'millennium millennia mil mils',
}

const UNITS: ReadonlyMap<string, IntervalUnit> = new Map(
  Object.entries(UNIT_SPELLINGS).flatMap(([unit, words]) =>
    words.split(' ').map((word): [string, IntervalUnit] => [word, unit as IntervalUnit]),
  ),
)

/** The unit that a word names, abbreviations and plurals included. */
export const unitOf = (word: string): IntervalUnit | null => UNITS.get(word.toLowerCase()) ?? null

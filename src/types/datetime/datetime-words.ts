/** Words of dates and times, and what each is for. */
import { monthOf, isWeekday } from './fields.ts'

/** Labels that say what the number after them is (`y2001m02d04`), and moments. */
export type DatetimeLabel = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'julian' | 'time' | 'none'
type Moment = 'now' | 'today' | 'tomorrow' | 'yesterday' | 'allballs' | 'epoch' | 'infinity' | '-infinity'

export type DatetimeWord =
  | { readonly kind: 'month'; readonly month: number }
  | { readonly kind: 'weekday' | 'filler' | 'summer' }
  | { readonly kind: 'meridiem'; readonly isAfternoon: boolean }
  | { readonly kind: 'era'; readonly isBeforeChrist: boolean }
  | { readonly kind: 'moment'; readonly moment: Moment }
  | { readonly kind: 'label'; readonly label: DatetimeLabel }

const label = (name: DatetimeLabel): DatetimeWord => ({ kind: 'label', label: name })
const moment = (name: Moment): [string, DatetimeWord] => [name, { kind: 'moment', moment: name }]

const WORDS: ReadonlyMap<string, DatetimeWord> = new Map<string, DatetimeWord>([
  ...(['now', 'today', 'tomorrow', 'yesterday', 'allballs', 'epoch', 'infinity', '-infinity'] as const).map(moment),
  ['am', { kind: 'meridiem', isAfternoon: false }],
  ['pm', { kind: 'meridiem', isAfternoon: true }],
  ['ad', { kind: 'era', isBeforeChrist: false }],
  ['bc', { kind: 'era', isBeforeChrist: true }],
  ['at', { kind: 'filler' }],
  ['on', { kind: 'filler' }],
  ['dst', { kind: 'summer' }],
  ['y', label('year')],
  ['m', label('month')],
  ['d', label('day')],
  ['h', label('hour')],
  ['mm', label('minute')],
  ['s', label('second')],
  ['j', label('julian')],
  ['jd', label('julian')],
  ['julian', label('julian')],
  ['t', label('time')],
  // Parts that extract() knows are labels too, of no number.
  ...['dow', 'doy', 'isodow', 'isoyear'].map((word): [string, DatetimeWord] => [word, label('none')]),
])

/** What a word in lower case is for; null when it is none of dates and times. */
export const datetimeWord = (word: string): DatetimeWord | null => {
  const known = WORDS.get(word)
  if (known !== undefined) return known
  const month = monthOf(word)
  if (month > 0) return { kind: 'month', month }
  return isWeekday(word) ? { kind: 'weekday' } : null
}

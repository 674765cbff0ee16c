/** Takes the text of dates and times apart into fields, before anybody asks what these mean. */

/**
 * - `number`: digits, perhaps with a point
 * - `date`: parts joined by `-`, `/` or `.`; names of zones with such signs too
 * - `time`: digits and colons
 * - `zone`: a sign before digits
 * - `word`: letters, perhaps after a sign; in lower case
 */
export interface DatetimeField {
  readonly kind: 'number' | 'date' | 'time' | 'zone' | 'word'
  readonly text: string
}

const MAX_FIELDS = 25

const SPACE = /[\s]*/y
const TIME = /\d+:[\d:.]*/y
/** Digits, a delimiter, digits, and what the same delimiter joins to them. */
const NUMERIC_DATE = /\d+([-/.])\d+(?:(\1)(?:\d|\1)*)?/y
const NAMED_DATE = /\d+([-/.])(?:[A-Za-z0-9]|\1)*/y
const NUMBER = /\d+|\.\d*/y
const WORD = /[A-Za-z]+/y
const NAME_WITH_SIGNS = /[-+/_.:A-Za-z0-9]*/y
const SIGNED_ZONE = /([+-])\s*(\d[\d:.-]*)/y
const SIGNED_WORD = /([+-])\s*([A-Za-z]+)/y
/** Signs that mean nothing but part fields. */
const PUNCTUATION = /[!-/:-@[-`{-~]/y

const matchAt = (pattern: RegExp, text: string, at: number): RegExpExecArray | null => {
  pattern.lastIndex = at
  return pattern.exec(text)
}

/** Words that end where digits or a `+` begin; other words before these are names of time zones. */
type KnownWord = (word: string) => boolean

const readField = (text: string, at: number, isKnown: KnownWord): [DatetimeField, number] | null => {
  const field = (kind: DatetimeField['kind'], length: number, value = text.slice(at, at + length)) =>
    [{ kind, text: value.toLowerCase() }, at + length] as [DatetimeField, number]
  const time = matchAt(TIME, text, at)
  if (time !== null) return field('time', time[0].length)
  const numeric = matchAt(NUMERIC_DATE, text, at)
  if (numeric !== null)
    return field(numeric[1] === '.' && numeric[2] === undefined ? 'number' : 'date', numeric[0].length)
  const named = matchAt(NAMED_DATE, text, at)
  if (named !== null) return field('date', named[0].length)
  const number = matchAt(NUMBER, text, at)
  if (number !== null) return field('number', number[0].length)
  const word = matchAt(WORD, text, at)
  if (word !== null) {
    const end = at + word[0].length
    const next = text.charAt(end)
    const goesOn = /[-/.]/.test(next) || (/[+\d]/.test(next) && !isKnown(word[0].toLowerCase()))
    if (!goesOn) return field('word', word[0].length)
    return field('date', word[0].length + (matchAt(NAME_WITH_SIGNS, text, end)?.[0].length ?? 0))
  }
  const zone = matchAt(SIGNED_ZONE, text, at)
  if (zone !== null) return field('zone', zone[0].length, `${zone[1]}${zone[2]}`)
  const signed = matchAt(SIGNED_WORD, text, at)
  if (signed !== null) return field('word', signed[0].length, `${signed[1]}${signed[2]}`)
  return null
}

/** The fields of a text; null when there is something in it that no date or time can have. */
export const datetimeFields = (text: string, isKnown: KnownWord): DatetimeField[] | null => {
  const fields: DatetimeField[] = []
  let at = 0
  for (;;) {
    at += matchAt(SPACE, text, at)?.[0].length ?? 0
    if (at >= text.length) return fields
    const read = readField(text, at, isKnown)
    if (read !== null) {
      if (fields.length >= MAX_FIELDS) return null
      fields.push(read[0])
      at = read[1]
    } else if (matchAt(PUNCTUATION, text, at) !== null && !/[+-]/.test(text.charAt(at))) at++
    else return null
  }
}

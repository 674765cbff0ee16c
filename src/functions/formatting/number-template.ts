/** Templates of to_char and to_number for numbers. */
import { numberFormatError, scientificFormatMixed } from '../../errors/raise/data.ts'
import { memoize } from '../../types/pattern/memoize.ts'

/** One element of a template. */
export type NumberItem =
  | { readonly kind: 'digit'; readonly zero: boolean }
  | { readonly kind: 'point' | 'group' | 'currency' | 'multiply' }
  | { readonly kind: 'sign'; readonly form: 'S' | 'MI' | 'PL' | 'SG' }
  | { readonly kind: 'ordinal'; readonly upper: boolean }
  | { readonly kind: 'text'; readonly text: string }

export interface NumberTemplate {
  readonly items: readonly NumberItem[]
  /** Digit positions before and after the point. */
  readonly before: number
  readonly after: number
  /** Positions (from 0, over both sides) of the first `0` before the point and of the last `0`; -1 without. */
  readonly zeroStart: number
  readonly zeroEnd: number
  readonly fill: boolean
  readonly brackets: boolean
  readonly scientific: boolean
  readonly roman: 'RN' | 'rn' | null
  /** Digits by which V moves the point. */
  readonly shift: number
  /** Where S has the sign: right before the first digit, or right after the last one. */
  readonly sign: 'before' | 'after' | null
}

const TOKEN = /"((?:[^"\\]|\\.)*)"?|FM|EEEE|MI|PL|PR|RN|SG|TH|[09.,BCDGLSV]|./gis

/** Tokens that stand for something, in upper case. */
const PATTERN = /^(FM|EEEE|MI|PL|PR|RN|SG|TH|[09.,BCDGLSV])$/

const parse = (template: string): NumberTemplate => {
  const items: NumberItem[] = []
  const state = { before: 0, after: 0, zeroStart: -1, zeroEnd: -1, shift: 0 }
  let fill = false
  let brackets = false
  let scientific = false
  let roman: NumberTemplate['roman'] = null
  /** Digits before the S, without those after V; Infinity when it stands behind the point. */
  let signAt: number | null = null
  let afterPoint = false
  let afterV = false
  let plus = false
  let minus = false
  const together = (a: string, b: string) => numberFormatError(`cannot use "${a}" and ${b} together`)
  for (const [token, quoted] of template.matchAll(TOKEN)) {
    const upper = token.toUpperCase()
    const isPattern = quoted === undefined && PATTERN.test(upper)
    if (scientific && isPattern && upper !== 'EEEE') throw numberFormatError('"EEEE" must be the last pattern used')
    if (quoted !== undefined) items.push({ kind: 'text', text: quoted.replace(/\\(.)/g, '$1') })
    else if (upper === '9' || upper === '0') {
      if (brackets) throw numberFormatError(`"${upper}" must be ahead of "PR"`)
      if (upper === '0') {
        if (state.zeroStart < 0 && !afterPoint) state.zeroStart = state.before + state.after
        state.zeroEnd = state.before + state.after
      }
      if (afterV) state.shift++
      if (afterPoint) state.after++
      else state.before++
      items.push({ kind: 'digit', zero: upper === '0' })
    } else if (upper === '.' || upper === 'D') {
      if (afterPoint) throw numberFormatError('multiple decimal points')
      if (afterV) throw numberFormatError('cannot use "V" and decimal point together')
      afterPoint = true
      items.push({ kind: 'point' })
    } else if (upper === ',' || upper === 'G') items.push({ kind: 'group' })
    else if (upper === 'L') items.push({ kind: 'currency' })
    else if (upper === 'V') {
      if (afterPoint) throw numberFormatError('cannot use "V" and decimal point together')
      afterV = true
    } else if (upper === 'S') {
      if (signAt !== null) throw numberFormatError('cannot use "S" twice')
      if (plus || minus || brackets) throw together('S', '"PL"/"MI"/"SG"/"PR"')
      signAt = afterPoint ? Number.POSITIVE_INFINITY : state.before - state.shift
      items.push({ kind: 'sign', form: 'S' })
    } else if (upper === 'MI' || upper === 'PL' || upper === 'SG') {
      if (signAt !== null) throw together('S', `"${upper}"`)
      minus ||= upper !== 'PL'
      plus ||= upper !== 'MI'
      items.push({ kind: 'sign', form: upper })
    } else if (upper === 'PR') {
      if (signAt !== null || plus || minus) throw together('PR', '"S"/"PL"/"MI"/"SG"')
      brackets = true
    } else if (upper === 'FM') fill = true
    else if (upper === 'EEEE') {
      if (scientific) throw numberFormatError('cannot use "EEEE" twice')
      if (fill || signAt !== null || brackets || minus || plus || roman !== null || afterV)
        throw scientificFormatMixed()
      scientific = true
    } else if (upper === 'RN') roman = token === 'rn' ? 'rn' : 'RN'
    else if (upper === 'TH') items.push({ kind: 'ordinal', upper: token === 'TH' })
    else if (upper !== 'B' && upper !== 'C') items.push({ kind: 'text', text: token })
  }
  const sign = signAt === null ? null : signAt < state.before ? 'before' : 'after'
  return { items, ...state, fill, brackets, scientific, roman, sign }
}

export const numberTemplate = memoize(parse)

/** Which characters are letters, digits and so on: all of Unicode's, or those of ASCII alone, as JavaScript writes them. */

export interface CharacterClasses {
  /** By name, as the inside of a bracket. */
  readonly inBrackets: Readonly<Record<string, string>>
  /** Escapes outside brackets that stand for something else in JavaScript. */
  readonly escapes: Readonly<Record<string, string>>
  readonly wordStart: string
  readonly wordEnd: string
}

type ClassName = 'alpha' | 'digit' | 'upper' | 'lower' | 'space' | 'punct' | 'print' | 'graph' | 'cntrl'

const classesOf = (named: Readonly<Record<ClassName, string>>): CharacterClasses => {
  const { alpha, digit, space } = named
  const word = `[${alpha}${digit}_]`
  const wordStart = `(?<!${word})(?=${word})`
  const wordEnd = `(?<=${word})(?!${word})`
  return {
    inBrackets: {
      ...named,
      alnum: alpha + digit,
      word: `${alpha}${digit}_`,
      blank: ' \\t',
      xdigit: '0-9A-Fa-f',
      ascii: '\\x00-\\x7f',
    },
    escapes: {
      A: '^',
      Z: '$',
      m: wordStart,
      M: wordEnd,
      y: `(?:${wordStart}|${wordEnd})`,
      Y: `(?:(?<=${word})(?=${word})|(?<!${word})(?!${word}))`,
      d: `[${digit}]`,
      D: `[^${digit}]`,
      s: `[${space}]`,
      S: `[^${space}]`,
      w: word,
      W: `[^${alpha}${digit}_]`,
    },
    wordStart,
    wordEnd,
  }
}

export const UNICODE_CLASSES = classesOf({
  alpha: '\\p{L}\\p{Nl}',
  digit: '\\p{Nd}',
  upper: '\\p{Lu}',
  lower: '\\p{Ll}',
  space: '\\s',
  punct: '!-\\/:-@\\[-`{-~\\p{P}',
  print: '\\P{C}',
  graph: '\\p{L}\\p{M}\\p{N}\\p{P}\\p{S}',
  cntrl: '\\p{Cc}',
})

export const ASCII_CLASSES = classesOf({
  alpha: 'A-Za-z',
  digit: '0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space: ' \\t-\\r',
  punct: '!-\\/:-@\\[-`{-~',
  print: ' -~',
  graph: '!-~',
  cntrl: '\\x00-\\x1f\\x7f',
})

const LETTERS = Array.from({ length: 26 }, (_, i) => String.fromCharCode(65 + i))

/** The inside of a bracket with the letters of ASCII that are there in one case only in both. Throws a SyntaxError. */
export const withBothCases = (inside: string): string => {
  const characters = new RegExp(`[${inside}]`, 'u')
  const has = (char: string): boolean => characters.test(char)
  const missing = LETTERS.map((upper): string => {
    const lower = upper.toLowerCase()
    if (has(upper) === has(lower)) return ''
    return has(upper) ? lower : upper
  })
  return inside + missing.join('')
}

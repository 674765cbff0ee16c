/** The default text search parser: cuts a document into tokens of 23 types. */

/** Numbers of token types, as ts_token_type() tells them. */
export const TOKEN = {
  asciiword: 1,
  word: 2,
  numword: 3,
  email: 4,
  url: 5,
  host: 6,
  sfloat: 7,
  version: 8,
  hword_numpart: 9,
  hword_part: 10,
  hword_asciipart: 11,
  blank: 12,
  tag: 13,
  protocol: 14,
  numhword: 15,
  asciihword: 16,
  hword: 17,
  url_path: 18,
  file: 19,
  float: 20,
  int: 21,
  uint: 22,
  entity: 23,
} as const

export interface Token {
  readonly type: number
  readonly text: string
}

/** Name and description of each type, from 1 on. */
export const TOKEN_TYPES: readonly (readonly [name: string, description: string])[] = [
  ['asciiword', 'Word, all ASCII'],
  ['word', 'Word, all letters'],
  ['numword', 'Word, letters and digits'],
  ['email', 'Email address'],
  ['url', 'URL'],
  ['host', 'Host'],
  ['sfloat', 'Scientific notation'],
  ['version', 'Version number'],
  ['hword_numpart', 'Hyphenated word part, letters and digits'],
  ['hword_part', 'Hyphenated word part, all letters'],
  ['hword_asciipart', 'Hyphenated word part, all ASCII'],
  ['blank', 'Space symbols'],
  ['tag', 'XML tag'],
  ['protocol', 'Protocol head'],
  ['numhword', 'Hyphenated word, letters and digits'],
  ['asciihword', 'Hyphenated word, all ASCII'],
  ['hword', 'Hyphenated word, all letters'],
  ['url_path', 'URL path'],
  ['file', 'File or path name'],
  ['float', 'Decimal notation'],
  ['int', 'Signed integer'],
  ['uint', 'Unsigned integer'],
  ['entity', 'XML entity'],
]

const HOST_NAME = String.raw`(?:[a-z0-9]+(?:[-_][a-z0-9]+)*\.)+[a-z]{2,}(?![a-z0-9])`
const URL_CHARACTER = '[!#-;=?-Z\\[\\]_a-z~]'
const FILE_REST = String.raw`[a-z0-9_](?:[a-z0-9_-]|\.(?=[a-z0-9_])|\/(?=[a-z0-9_.~]))*`
/** A part of a hyphenated word: letters and digits, a letter among them. */
const WORD_PART = String.raw`(?=[0-9]*[\p{L}\p{M}])[\p{L}\p{M}0-9]+`
const ATTRIBUTES = String.raw`(?:"[^"]*"|'[^']*'|[^<>"'])*`

/** In the sequence in which they are tried; the first that fits makes the token. */
const FORMS: readonly (readonly [type: keyof typeof TOKEN, form: RegExp])[] = [
  [
    'tag',
    new RegExp(String.raw`<(?:\/?[a-z:_]${ATTRIBUTES}|\?[a-z]${ATTRIBUTES}|![a-z]${ATTRIBUTES}|!--[^]*?--)>`, 'iuy'),
  ],
  ['entity', /&(?:#[0-9]+|#x[0-9a-f]+|[a-z:_][a-z0-9:_.-]*);/iuy],
  ['email', new RegExp(String.raw`[a-z0-9]+(?:[-_.][a-z0-9]+)*@${HOST_NAME}`, 'iuy')],
  ['url', new RegExp(String.raw`${HOST_NAME}(?::[0-9]+)?\/${URL_CHARACTER}+`, 'iuy')],
  ['host', new RegExp(String.raw`${HOST_NAME}(?::[0-9]+)?`, 'iuy')],
  ['sfloat', /[-+]?[0-9]+(?:\.[0-9]+)?e[-+]?[0-9]+/iuy],
  ['version', /[0-9]+(?:\.[0-9]+){2,}/uy],
  ['float', /[-+]?[0-9]+\.[0-9]+/uy],
  ['protocol', /[a-z]+:\/\//iuy],
  ['file', new RegExp(String.raw`(?:[a-z0-9]+\/(?:\.{1,2}\/)*|[a-z][a-z0-9]*\.|~?\/|~|\.{1,2}\/)${FILE_REST}`, 'iuy')],
  ['hword', new RegExp(String.raw`(?=[0-9]*\p{L})${WORD_PART}(?:-${WORD_PART})+`, 'uy')],
  ['numword', /(?:[0-9]+\p{L}|\p{L}[\p{L}\p{M}]*[0-9])[\p{L}\p{M}0-9]*/uy],
  ['word', /\p{L}[\p{L}\p{M}]*/uy],
  ['int', /[-+][0-9]+/uy],
  ['uint', /[0-9]+/uy],
  ['blank', /[^][^\p{L}0-9<\-+&/]*/uy],
]

/** What most tokens are, told by the character behind them: a word, a number, both in one, space and punctuation. */
const PLAIN =
  /([A-Za-z]+)(?=[\s,;!?()"'\]}]|$|[.:](?:\s|$))|([0-9]+)(?=[\s,;!?()"'\]}]|$)|([A-Za-z]+[0-9][A-Za-z0-9]*)(?=[\s,;!?()"'\]}]|$)|[\s,;!?()"'[\]{}=*][^\p{L}0-9<\-+&/]*/uy

const IS_ASCII = /^[A-Za-z]+$/
const HAS_DIGIT = /[0-9]/

const typeOfWord = (text: string): number =>
  IS_ASCII.test(text) ? TOKEN.asciiword : HAS_DIGIT.test(text) ? TOKEN.numword : TOKEN.word

const typeOfPart = (text: string): number =>
  IS_ASCII.test(text) ? TOKEN.hword_asciipart : HAS_DIGIT.test(text) ? TOKEN.hword_numpart : TOKEN.hword_part

const typeOfCompound = (text: string): number =>
  IS_ASCII.test(text.replaceAll('-', '')) ? TOKEN.asciihword : HAS_DIGIT.test(text) ? TOKEN.numhword : TOKEN.hword

/** Contents of these elements are no text. */
const HIDDEN = /^<(script|style)\b/i

function* partsOf(type: keyof typeof TOKEN, text: string): Generator<Token> {
  switch (type) {
    case 'url': {
      const path = text.indexOf('/')
      yield { type: TOKEN.url, text }
      yield { type: TOKEN.host, text: text.slice(0, path) }
      yield { type: TOKEN.url_path, text: text.slice(path) }
      return
    }
    case 'hword':
      yield { type: typeOfCompound(text), text }
      for (const part of text.split(/(-)/)) {
        yield part === '-' ? { type: TOKEN.blank, text: part } : { type: typeOfPart(part), text: part }
      }
      return
    case 'word':
      yield { type: typeOfWord(text), text }
      return
    default:
      yield { type: TOKEN[type], text }
  }
}

const DIGIT_AFTER_HYPHEN = /-[0-9]/y

/**
 * The tokens of a document, from its first character to its last; words with hyphens and URLs are followed by their
 * parts.
 */
export function* parseDocument(document: string): Generator<Token> {
  let at = 0
  let wasCompound = false
  while (at < document.length) {
    DIGIT_AFTER_HYPHEN.lastIndex = at
    if (wasCompound && DIGIT_AFTER_HYPHEN.test(document)) {
      yield { type: TOKEN.blank, text: '-' }
      at++
    }
    wasCompound = false
    PLAIN.lastIndex = at
    const plain = PLAIN.exec(document)
    if (plain !== null) {
      const [text, word, number, mixed] = plain
      yield { type: word ? TOKEN.asciiword : number ? TOKEN.uint : mixed ? TOKEN.numword : TOKEN.blank, text }
      at += text.length
      continue
    }
    for (const [type, form] of FORMS) {
      form.lastIndex = at
      const text = form.exec(document)?.[0]
      if (text === undefined) continue
      yield* partsOf(type, text)
      at += text.length
      wasCompound = type === 'hword'
      const hidden = type === 'tag' ? HIDDEN.exec(text)?.[1] : undefined
      if (hidden !== undefined) {
        const end = document.toLowerCase().indexOf(`</${hidden.toLowerCase()}`, at)
        const content = document.slice(at, end < 0 ? document.length : end)
        if (content !== '') yield { type: TOKEN.blank, text: content }
        at += content.length
      }
      break
    }
  }
}

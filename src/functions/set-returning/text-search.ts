/** Text search: tokens and token types, how a document is read, the lexemes of a vector. */
import { statQueryColumns, unknownParser } from '../../errors/raise/text-search.ts'
import { SqlArray } from '../../types/array.ts'
import { OID } from '../../types/oids.ts'
import type { Datum } from '../../types/sql-type.ts'
import { compareText } from '../../types/text-order.ts'
import { type TsVector, WEIGHTS } from '../../types/text-search/tsvector.ts'
import type { EvalContext } from '../context.ts'
import { setReturning } from '../define.ts'
import type { SetReturningFunction } from '../records.ts'
import { type Configuration, configurationByOid } from '../text-search/configurations.ts'
import { parseDocument, TOKEN_TYPES } from '../text-search/parser.ts'

/** The one parser. */
export const DEFAULT_PARSER = 3722

const checkParser = (parser: number | string): void => {
  const name = typeof parser === 'string' ? parser.replace(/^pg_catalog\./, '') : parser
  if (name !== 'default' && name !== DEFAULT_PARSER) throw unknownParser(String(parser))
}

const tokenTypes = (parser: number | string): Datum[][] => {
  checkParser(parser)
  return TOKEN_TYPES.map(([name, description], i) => [i + 1, name, description])
}

const tokens = (parser: number | string, document: string): Datum[][] => {
  checkParser(parser)
  return Array.from(parseDocument(document), ({ type, text }) => [type, text])
}

function* debug({ dictionaries }: Configuration, document: string): Generator<Datum[]> {
  for (const { type, text } of parseDocument(document)) {
    const [name, description] = TOKEN_TYPES[type - 1] as readonly [string, string]
    const dictionary = dictionaries.get(type)
    yield [
      name,
      description,
      text,
      SqlArray.of(dictionary === undefined ? [] : [dictionary.oid]),
      dictionary?.oid ?? null,
      dictionary === undefined ? null : SqlArray.of(dictionary.lexize(text)),
    ]
  }
}

const unnest = ({ lexemes }: TsVector): Datum[][] =>
  lexemes.map(({ word, positions }) =>
    positions.length === 0
      ? [word, null, null]
      : [
          word,
          SqlArray.of(positions.map(({ at }) => at)),
          SqlArray.of(positions.map(({ weight }) => WEIGHTS.charAt(weight))),
        ],
  )

/** How often words are in the vectors of a query's one column, and in how many of them; of some weights only. */
const statistics = ({ routines }: EvalContext, text: string, letters: string): Datum[][] => {
  const { columns, rows } = routines.query(text)
  if (columns.length !== 1 || columns[0]?.type.oid !== OID.tsvector) throw statQueryColumns()
  const weights = Array.from(letters.toUpperCase(), (letter) => WEIGHTS.indexOf(letter)).filter((weight) => weight >= 0)
  const words = new Map<string, { documents: number; entries: number }>()
  for (const [vector] of rows) {
    for (const { word, positions } of (vector as TsVector | null)?.lexemes ?? []) {
      const counted = letters === '' ? positions : positions.filter(({ weight }) => weights.includes(weight))
      const entries = letters === '' ? Math.max(counted.length, 1) : counted.length
      if (entries === 0) continue
      const known = words.get(word) ?? { documents: 0, entries: 0 }
      words.set(word, { documents: known.documents + 1, entries: known.entries + entries })
    }
  }
  return Array.from(words, ([word, { documents, entries }]): Datum[] => [word, documents, entries]).sort(([a], [b]) =>
    compareText(a, b),
  )
}

const STAT_OPTIONS = {
  columns: ['word text', 'ndoc int4', 'nentry int4'],
  volatility: 'volatile',
  estimatedRows: 10_000,
} as const

const TYPE_COLUMNS = { columns: ['tokid int4', 'alias text', 'description text'], estimatedRows: 16 }
const TOKEN_COLUMNS = ['tokid int4', 'token text']
const DEBUG_COLUMNS = [
  'alias text',
  'description text',
  'token text',
  'dictionaries regdictionary[]',
  'dictionary regdictionary',
  'lexemes text[]',
]

export const textSearchSets: readonly SetReturningFunction[] = [
  setReturning(
    3689,
    'ts_stat(query: text) record',
    'statistics of the vectors of a query',
    (context, _types, query) => statistics(context, query, ''),
    STAT_OPTIONS,
  ),
  setReturning(
    3690,
    'ts_stat(query: text, weights: text) record',
    'statistics of the vectors of a query',
    (context, _types, query, weights) => statistics(context, query, weights),
    STAT_OPTIONS,
  ),
  setReturning(
    3713,
    'ts_token_type(parser_oid: oid) record',
    'types of tokens',
    (_context, _types, parser) => tokenTypes(parser),
    TYPE_COLUMNS,
  ),
  setReturning(
    3714,
    'ts_token_type(parser_name: text) record',
    'types of tokens',
    (_context, _types, parser) => tokenTypes(parser),
    { ...TYPE_COLUMNS, volatility: 'stable' },
  ),
  setReturning(
    3715,
    'ts_parse(parser_oid: oid, txt: text) record',
    'tokens of a document',
    (_context, _types, parser, document) => tokens(parser, document),
    { columns: TOKEN_COLUMNS },
  ),
  setReturning(
    3716,
    'ts_parse(parser_name: text, txt: text) record',
    'tokens of a document',
    (_context, _types, parser, document) => tokens(parser, document),
    { columns: TOKEN_COLUMNS, volatility: 'stable' },
  ),
  setReturning(
    6183,
    'ts_debug(config: regconfig, document: text) record',
    'how a document is read',
    (_context, _types, config, document) => debug(configurationByOid(config), document),
    { columns: DEBUG_COLUMNS, volatility: 'stable' },
  ),
  setReturning(
    6184,
    'ts_debug(document: text) record',
    'how a document is read',
    ({ session, format }, _types, document) => {
      const name = session.getSetting('default_text_search_config', false) ?? 'simple'
      return debug(configurationByOid(format.names.resolve('regconfig', name)), document)
    },
    { columns: DEBUG_COLUMNS, volatility: 'stable' },
  ),
  setReturning(
    3322,
    'unnest(tsvector: tsvector) record',
    'lexemes of a vector',
    (_context, _types, vector) => unnest(vector),
    { columns: ['lexeme text', 'positions int2[]', 'weights text[]'], estimatedRows: 10 },
  ),
]

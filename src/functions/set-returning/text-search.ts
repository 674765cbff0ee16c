/** Text search: tokens and token types, how a document is read, the lexemes of a vector. */
import { unknownParser } from '../../errors/raise/text-search.ts'
import { SqlArray } from '../../types/array.ts'
import type { Datum } from '../../types/sql-type.ts'
import { type TsVector, WEIGHTS } from '../../types/text-search/tsvector.ts'
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

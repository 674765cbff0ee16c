/** Rows out of arrays, strings and JSON. */
import { wrongJsonKind } from '../../errors/raise/data.ts'
import type { SqlArray } from '../../types/array.ts'
import { isJsonbArray, isJsonbObject, Jsonb, type JsonbNode } from '../../types/json/jsonb.ts'
import type { Datum } from '../../types/sql-type.ts'
import { setReturning } from '../define.ts'
import { jsonAsText, jsonKind, type JsonPart, jsonParts } from '../json/text-access.ts'
import { keywords } from '../keywords.ts'
import { readFlags } from '../../types/pattern/posix-regex.ts'
import { allMatches, splitByRegex, submatches } from '../pattern/regex-functions.ts'
import type { SetReturningFunction } from '../records.ts'
import { nodeText } from '../scalar/json.ts'
import { singleFlags } from '../scalar/pattern.ts'
import { splitFields } from '../scalar/string.ts'

const regexMatches = (text: string, pattern: string, flags = ''): SqlArray[] => {
  const { letters, global } = readFlags(flags)
  const matches = allMatches(text, pattern, letters, 0)
  return (global ? matches : matches.slice(0, 1)).map(submatches)
}

const fields = (text: string | null, separator: string | null, nullText: string | null): (string | null)[] =>
  text === null ? [] : splitFields(text, separator, nullText)

const stringParts: readonly SetReturningFunction[] = [
  setReturning(
    2763,
    'regexp_matches(text, text) text[]',
    'parts of the first match',
    (_context, _types, a, b) => regexMatches(a, b),
    {
      estimatedRows: 1,
    },
  ),
  setReturning(
    2764,
    'regexp_matches(text, text, text) text[]',
    'parts of every match',
    (_context, _types, a, b, flags) => regexMatches(a, b, flags),
    { estimatedRows: 10 },
  ),
  setReturning(2765, 'regexp_split_to_table(text, text) text', 'fields between matches', (_context, _types, a, b) =>
    splitByRegex(a, b, ''),
  ),
  setReturning(
    2766,
    'regexp_split_to_table(text, text, text) text',
    'fields between matches',
    (_context, _types, a, b, flags) => splitByRegex(a, b, singleFlags('regexp_split_to_table', flags)),
  ),
  setReturning(
    6160,
    'string_to_table(text, text) text',
    'fields of a string',
    (_context, _types, a, separator) => fields(a, separator, null),
    { strict: false },
  ),
  setReturning(
    6161,
    'string_to_table(text, text, text) text',
    'fields of a string, some of them NULL',
    (_context, _types, a, separator, nullText) => fields(a, separator, nullText),
    { strict: false },
  ),
]

/** Members of a json object. Throws 22023 for every other kind. */
const objectParts = (name: string, text: string): JsonPart[] => {
  const kind = jsonKind(text)
  if (kind === 'object') return jsonParts(text)
  if (name.endsWith('keys')) throw wrongJsonKind(`cannot call ${name} on ${kind === 'array' ? 'an array' : 'a scalar'}`)
  throw wrongJsonKind(kind === 'array' ? `cannot deconstruct an array as an object` : `cannot deconstruct a scalar`)
}

const arrayParts = (name: string, text: string): JsonPart[] => {
  const kind = jsonKind(text)
  if (kind === 'array') return jsonParts(text)
  throw wrongJsonKind(`cannot call ${name} on a ${kind === 'object' ? 'non-array' : 'scalar'}`)
}

const members = (name: string, { root }: Jsonb): [string, JsonbNode][] => {
  if (isJsonbObject(root)) return [...root]
  if (name.endsWith('keys')) {
    throw wrongJsonKind(`cannot call ${name} on ${isJsonbArray(root) ? 'an array' : 'a scalar'}`)
  }
  throw wrongJsonKind(`cannot call ${name} on a non-object`)
}

const elements = ({ root }: Jsonb): readonly JsonbNode[] => {
  if (isJsonbArray(root)) return root
  throw wrongJsonKind(`cannot extract elements from ${isJsonbObject(root) ? 'an object' : 'a scalar'}`)
}

const ROWS = { estimatedRows: 100 } as const

const jsonRows: readonly SetReturningFunction[] = [
  setReturning(
    3955,
    'json_array_elements(from_json: json) json',
    'elements of an array',
    (_context, _types, a) => arrayParts('json_array_elements', a).map((part) => part.text),
    { ...ROWS, columns: ['value json'] },
  ),
  setReturning(
    3969,
    'json_array_elements_text(from_json: json) text',
    'elements of an array as text',
    (_context, _types, a) => arrayParts('json_array_elements_text', a).map((part) => jsonAsText(part.text)),
    { ...ROWS, columns: ['value text'] },
  ),
  setReturning(
    3958,
    'json_each(from_json: json) record',
    'members of an object',
    (_context, _types, a) => objectParts('json_each', a).map((part) => [part.key, part.text]),
    { ...ROWS, columns: ['key text', 'value json'] },
  ),
  setReturning(
    3959,
    'json_each_text(from_json: json) record',
    'members of an object as text',
    (_context, _types, a) => objectParts('json_each_text', a).map((part) => [part.key, jsonAsText(part.text)]),
    { ...ROWS, columns: ['key text', 'value text'] },
  ),
  setReturning(
    3957,
    'json_object_keys(json) text',
    'keys of an object',
    (_context, _types, a) => objectParts('json_object_keys', a).map((part) => part.key),
    ROWS,
  ),
  setReturning(
    3219,
    'jsonb_array_elements(from_json: jsonb) jsonb',
    'elements of an array',
    (_context, _types, a) => elements(a).map((node) => new Jsonb(node)),
    { ...ROWS, columns: ['value jsonb'] },
  ),
  setReturning(
    3465,
    'jsonb_array_elements_text(from_json: jsonb) text',
    'elements of an array as text',
    (_context, _types, a) => elements(a).map(nodeText),
    { ...ROWS, columns: ['value text'] },
  ),
  setReturning(
    3208,
    'jsonb_each(from_json: jsonb) record',
    'members of an object',
    (_context, _types, a) => members('jsonb_each', a).map(([key, node]): Datum[] => [key, new Jsonb(node)]),
    { ...ROWS, columns: ['key text', 'value jsonb'] },
  ),
  setReturning(
    3932,
    'jsonb_each_text(from_json: jsonb) record',
    'members of an object as text',
    (_context, _types, a) => members('jsonb_each_text', a).map(([key, node]): Datum[] => [key, nodeText(node)]),
    { ...ROWS, columns: ['key text', 'value text'] },
  ),
  setReturning(
    3931,
    'jsonb_object_keys(jsonb) text',
    'keys of an object',
    (_context, _types, a) => members('jsonb_object_keys', a).map(([key]) => key),
    ROWS,
  ),
]

const CATEGORY_NAMES = {
  U: 'unreserved',
  C: 'unreserved (cannot be function or type name)',
  T: 'reserved (can be function or type name)',
  R: 'reserved',
} as const

export const partFunctions: readonly SetReturningFunction[] = [
  setReturning(
    2331,
    'unnest(anyarray) anyelement',
    'elements of an array',
    (_context, _types, a: SqlArray) => a.elements,
    ROWS,
  ),
  ...stringParts,
  ...jsonRows,
  setReturning(
    1686,
    'pg_get_keywords() record',
    'keywords of SQL',
    () =>
      keywords.map(({ word, category, bareLabel }): Datum[] => [
        word,
        category,
        bareLabel,
        CATEGORY_NAMES[category],
        bareLabel ? 'can be bare label' : 'requires AS',
      ]),
    {
      volatility: 'stable',
      estimatedRows: 500,
      columns: ['word text', 'catcode char', 'barelabel bool', 'catdesc text', 'baredesc text'],
    },
  ),
  setReturning(
    2289,
    'pg_options_to_table(options_array: text[]) record',
    'names and values of storage options',
    (_context, _types, options: SqlArray) =>
      options.elements.map((option: string): Datum[] => {
        const equals = option.indexOf('=')
        return equals < 0 ? [option, null] : [option.slice(0, equals), option.slice(equals + 1)]
      }),
    { volatility: 'stable', estimatedRows: 3, columns: ['option_name text', 'option_value text'] },
  ),
]

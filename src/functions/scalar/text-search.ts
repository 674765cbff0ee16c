/** Text search over documents: to vectors, to queries, match, rank, headline. */
import { arraySubscriptError, invalidParameterValue, nullValueNotAllowed } from '../../errors/raise/data.ts'
import { SqlArray } from '../../types/array.ts'
import type { Jsonb } from '../../types/json/jsonb.ts'
import type { Datum } from '../../types/sql-type.ts'
import type { TsQuery } from '../../types/text-search/query-node.ts'
import type { TsVector } from '../../types/text-search/tsvector.ts'
import type { EvalContext } from '../context.ts'
import { scalar, type ScalarOptions, sessionScalar } from '../define.ts'
import type { ScalarFunction } from '../records.ts'
import { type Configuration, configurationByOid, dictionaryByOid } from '../text-search/configurations.ts'
import { vectorOf, vectorOfDocuments } from '../text-search/documents.ts'
import { headline } from '../text-search/headline.ts'
import { mapTexts, STRINGS, textKinds, textsOf } from '../text-search/json-texts.ts'
import { matches, placesInVector } from '../text-search/match.ts'
import { queryOf, queryOfWeb, queryOfWords } from '../text-search/queries.ts'
import { DEFAULT_WEIGHTS, rank, rankCoverDensity } from '../text-search/rank.ts'

const currentConfiguration = ({ session, format }: EvalContext): number =>
  format.names.resolve('regconfig', session.getSetting('default_text_search_config', false) ?? 'simple')

const IMMUTABLE: ScalarOptions = { volatility: 'immutable' }

/** A function in two forms: with a configuration ahead of the other arguments, and with the session's. */
const configured = (
  [withOid, withoutOid]: readonly [number, number],
  name: string,
  args: string,
  result: string,
  description: string,
  evaluate: (context: EvalContext, configuration: Configuration, ...args: Datum[]) => Datum,
): readonly ScalarFunction[] => [
  sessionScalar(
    withOid,
    `${name}(regconfig, ${args}) ${result}`,
    description,
    (context, oid, ...rest) => evaluate(context, configurationByOid(oid), ...rest),
    IMMUTABLE,
  ),
  sessionScalar(withoutOid, `${name}(${args}) ${result}`, description, (context, ...rest) =>
    evaluate(context, configurationByOid(currentConfiguration(context)), ...rest),
  ),
]

const jsonVector = (context: EvalContext, configuration: Configuration, value: Jsonb | string): TsVector =>
  vectorOfDocuments(context, configuration, textsOf(value, STRINGS))

const jsonPartsVector = (
  context: EvalContext,
  configuration: Configuration,
  value: Jsonb | string,
  filter: Jsonb,
): TsVector => vectorOfDocuments(context, configuration, textsOf(value, textKinds(filter)))

const documents: readonly ScalarFunction[] = [
  ...configured([3745, 3749], 'to_tsvector', 'text', 'tsvector', 'vector of a document', vectorOf),
  ...configured([4211, 4209], 'to_tsvector', 'jsonb', 'tsvector', 'vector of the strings of a document', jsonVector),
  ...configured([4212, 4210], 'to_tsvector', 'json', 'tsvector', 'vector of the strings of a document', jsonVector),
  ...configured(
    [4214, 4213],
    'jsonb_to_tsvector',
    'jsonb, jsonb',
    'tsvector',
    'vector of parts of a document',
    jsonPartsVector,
  ),
  ...configured(
    [4216, 4215],
    'json_to_tsvector',
    'json, jsonb',
    'tsvector',
    'vector of parts of a document',
    jsonPartsVector,
  ),
]

const queries: readonly ScalarFunction[] = [
  ...configured([3746, 3750], 'to_tsquery', 'text', 'tsquery', 'query of words and operators', queryOf),
  ...configured([3747, 3751], 'plainto_tsquery', 'text', 'tsquery', 'query of all words', (context, config, text) =>
    queryOfWords(context, config, text, 'and'),
  ),
  ...configured([5006, 5001], 'phraseto_tsquery', 'text', 'tsquery', 'query of a phrase', (context, config, text) =>
    queryOfWords(context, config, text, 'phrase'),
  ),
  ...configured([5007, 5009], 'websearch_to_tsquery', 'text', 'tsquery', 'query of a search box', queryOfWeb),
]

const isMatch = (vector: TsVector, query: TsQuery): boolean =>
  query.root !== null && matches(query.root, placesInVector(vector))

const currentVector = (context: EvalContext, text: string): TsVector =>
  vectorOf(context, configurationByOid(currentConfiguration(context)), text)

const matching: readonly ScalarFunction[] = [
  scalar(3634, 'ts_match_vq(tsvector, tsquery) bool', 'whether a document matches', isMatch),
  scalar(3635, 'ts_match_qv(tsquery, tsvector) bool', 'whether a document matches', (query, vector) =>
    isMatch(vector, query),
  ),
  sessionScalar(3760, 'ts_match_tt(text, text) bool', 'whether a document matches', (context, text, query) =>
    isMatch(
      currentVector(context, text),
      queryOfWords(context, configurationByOid(currentConfiguration(context)), query, 'and'),
    ),
  ),
  sessionScalar(3761, 'ts_match_tq(text, tsquery) bool', 'whether a document matches', (context, text, query) =>
    isMatch(currentVector(context, text), query),
  ),
]

const WEIGHT_COUNT = 4

/** Weights as they are given; negative ones stand for the usual ones. Throws 2202E, 22004, 22023. */
const weightsOf = ({ dimensions, elements }: SqlArray): number[] => {
  if (dimensions.length !== 1) throw arraySubscriptError('array of weight must be one-dimensional')
  if (elements.length < WEIGHT_COUNT) throw arraySubscriptError('array of weight is too short')
  if (elements.includes(null)) throw nullValueNotAllowed('array of weight must not contain nulls')
  return elements.slice(0, WEIGHT_COUNT).map((weight, i) => {
    const used = weight >= 0 ? weight : (DEFAULT_WEIGHTS[i] as number)
    if (used > 1) throw invalidParameterValue('weight out of range')
    return used
  })
}

type Ranking = typeof rank

const rankings = (name: string, oids: readonly [number, number, number, number], ranking: Ranking) => {
  const description = 'how well a document matches'
  return [
    scalar(
      oids[0],
      `${name}(float4[], tsvector, tsquery, int4) float4`,
      description,
      (weights, vector, query, method) => ranking(weightsOf(weights), vector, query, method),
    ),
    scalar(oids[1], `${name}(float4[], tsvector, tsquery) float4`, description, (weights, vector, query) =>
      ranking(weightsOf(weights), vector, query, 0),
    ),
    scalar(oids[2], `${name}(tsvector, tsquery, int4) float4`, description, (vector, query, method) =>
      ranking(DEFAULT_WEIGHTS, vector, query, method),
    ),
    scalar(oids[3], `${name}(tsvector, tsquery) float4`, description, (vector, query) =>
      ranking(DEFAULT_WEIGHTS, vector, query, 0),
    ),
  ]
}

const jsonHeadline = (
  context: EvalContext,
  configuration: Configuration,
  value: Jsonb | string,
  query: TsQuery,
  options = '',
): Datum => mapTexts(value, (text) => headline(context, configuration, text, query, options))

const headlines: readonly ScalarFunction[] = [
  ...configured([3743, 3754], 'ts_headline', 'text, tsquery, text', 'text', 'parts that match', headline),
  ...configured([3744, 3755], 'ts_headline', 'text, tsquery', 'text', 'parts that match', (context, config, text, q) =>
    headline(context, config, text, q, ''),
  ),
  ...configured([4201, 4203], 'ts_headline', 'jsonb, tsquery, text', 'jsonb', 'parts that match', jsonHeadline),
  ...configured([4202, 4204], 'ts_headline', 'jsonb, tsquery', 'jsonb', 'parts that match', jsonHeadline),
  ...configured([4205, 4207], 'ts_headline', 'json, tsquery, text', 'json', 'parts that match', jsonHeadline),
  ...configured([4206, 4208], 'ts_headline', 'json, tsquery', 'json', 'parts that match', jsonHeadline),
]

export const textSearchFunctions: readonly ScalarFunction[] = [
  ...documents,
  ...queries,
  ...matching,
  ...rankings('ts_rank', [3703, 3704, 3705, 3706], rank),
  ...rankings('ts_rank_cd', [3707, 3708, 3709, 3710], rankCoverDensity),
  ...headlines,
  sessionScalar(3759, 'get_current_ts_config() regconfig', 'configuration of the session', currentConfiguration),
  scalar(3723, 'ts_lexize(regdictionary, text) text[]', 'lexemes of a token', (dictionary, token) =>
    SqlArray.of(dictionaryByOid(dictionary).lexize(token)),
  ),
]

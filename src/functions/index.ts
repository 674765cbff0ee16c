/** The registry of functions, operators and casts, and what planning asks of it. */
import { basicAggregates } from './aggregates/basic.ts'
import { collectionAggregates } from './aggregates/collections.ts'
import { hypotheticalAggregates } from './aggregates/hypothetical.ts'
import { statisticsAggregates } from './aggregates/statistics.ts'
import { arithmeticOperators } from './operators/arithmetic.ts'
import { arrayOperators } from './operators/array.ts'
import { comparisonOperators } from './operators/comparison.ts'
import { datetimeOperators } from './operators/datetime.ts'
import { geometricOperators } from './operators/geometry.ts'
import { jsonOperators } from './operators/json.ts'
import { networkOperators } from './operators/network.ts'
import { textOperators } from './operators/text.ts'
import { rangeOperators } from './operators/range.ts'
import { textSearchOperators } from './operators/text-search.ts'
import { valueOperators } from './operators/values.ts'
import type { FunctionRecord, OperatorRecord } from './records.ts'
import { arithmeticFunctions } from './scalar/arithmetic.ts'
import { arrayFunctions } from './scalar/array.ts'
import { bitStringFunctions } from './scalar/bit-strings.ts'
import { byteaFunctions } from './scalar/bytea.ts'
import { mathFunctions } from './scalar/math.ts'
import { aclItemFunctions, aclItemOperators, aclItemSets } from './scalar/acl-items.ts'
import { advisoryLockFunctions } from './scalar/advisory.ts'
import { catalogFunctions } from './scalar/catalog.ts'
import { concatenationFunctions } from './scalar/concatenation.ts'
import { datetimeFunctions } from './scalar/datetime.ts'
import { datetimeArithmeticFunctions } from './scalar/datetime-arithmetic.ts'
import { formattingFunctions } from './scalar/formatting.ts'
import { encodingFunctions } from './scalar/encodings.ts'
import { geometricFunctions } from './scalar/geometry/index.ts'
import { identifierFunctions, snapshotSets } from './scalar/identifiers.ts'
import { jsonFunctions } from './scalar/json.ts'
import { jsonPathFunctions, jsonPathSets } from './scalar/jsonpath.ts'
import { inRangeFunctions } from './scalar/in-range.ts'
import { hashFunctions } from './scalar/hash.ts'
import { jsonRecordFunctions, jsonRecordSets } from './scalar/json-records.ts'
import { moneyFunctions } from './scalar/money.ts'
import { networkFunctions } from './scalar/network.ts'
import { recordImageFunctions, recordImageOperators } from './scalar/record-image.ts'
import { patternFunctions } from './scalar/pattern.ts'
import { maintenanceFunctions } from './scalar/maintenance.ts'
import { stringFunctions } from './scalar/string.ts'
import { typeSupportFunctions } from './scalar/type-support.ts'
import { typeTextFunctions } from './scalar/type-text.ts'
import { textSearchFunctions } from './scalar/text-search.ts'
import { textSearchValueFunctions } from './scalar/text-search-values.ts'
import { systemFunctions } from './scalar/system.ts'
import { rangeAggregates } from './range/aggregates.ts'
import { multirangeFunctions, multirangeSets } from './range/multiranges.ts'
import { rangeFunctions } from './range/ranges.ts'
import { rangeSupport } from './range/type-support.ts'
import { xmlAggregates, xmlFunctions } from './scalar/xml.ts'
import { catalogSets } from './set-returning/catalog.ts'
import { maintenanceSets } from './set-returning/maintenance.ts'
import { partFunctions } from './set-returning/parts.ts'
import { seriesFunctions } from './set-returning/series.ts'
import { textSearchSets } from './set-returning/text-search.ts'
import { windowFunctions } from './windows/windows.ts'
import { comparisonFunctions } from './scalar/comparison.ts'
import { conversionFunctions } from './scalar/conversion.ts'

export { allCasts, castBetween } from './casts.ts'
export { equalityOperator, orderingOperator, strategyOperator } from './operator-classes.ts'

export const allFunctions: readonly FunctionRecord[] = [
  ...comparisonFunctions,
  ...typeSupportFunctions,
  ...typeTextFunctions,
  ...arithmeticFunctions,
  ...conversionFunctions,
  ...mathFunctions,
  ...stringFunctions,
  ...byteaFunctions,
  ...encodingFunctions,
  ...bitStringFunctions,
  ...moneyFunctions,
  ...identifierFunctions,
  ...aclItemFunctions,
  ...networkFunctions,
  ...geometricFunctions,
  ...xmlFunctions,
  ...textSearchFunctions,
  ...textSearchValueFunctions,
  ...hashFunctions,
  ...inRangeFunctions,
  ...concatenationFunctions,
  ...patternFunctions,
  ...recordImageFunctions,
  ...datetimeFunctions,
  ...datetimeArithmeticFunctions,
  ...formattingFunctions,
  ...arrayFunctions,
  ...rangeFunctions,
  ...rangeSupport,
  ...multirangeFunctions,
  ...jsonFunctions,
  ...jsonRecordFunctions,
  ...jsonPathFunctions,
  ...systemFunctions,
  ...maintenanceFunctions,
  ...advisoryLockFunctions,
  ...catalogFunctions,
  ...basicAggregates,
  ...xmlAggregates,
  ...collectionAggregates,
  ...statisticsAggregates,
  ...hypotheticalAggregates,
  ...rangeAggregates,
  ...windowFunctions,
  ...aclItemSets,
  ...seriesFunctions,
  ...partFunctions,
  ...multirangeSets,
  ...jsonRecordSets,
  ...jsonPathSets,
  ...snapshotSets,
  ...textSearchSets,
  ...catalogSets,
  ...maintenanceSets,
]

export const allOperators: readonly OperatorRecord[] = [
  ...comparisonOperators,
  ...arithmeticOperators,
  ...datetimeOperators,
  ...textOperators,
  ...jsonOperators,
  ...arrayOperators,
  ...rangeOperators,
  ...recordImageOperators,
  ...aclItemOperators,
  ...valueOperators,
  ...networkOperators,
  ...geometricOperators,
  ...textSearchOperators,
]

const groupByName = <T extends { readonly name: string }>(records: readonly T[]): ReadonlyMap<string, readonly T[]> =>
  Map.groupBy(records, (record) => record.name)

const functionNames = groupByName(allFunctions)
const operatorNames = groupByName(allOperators)
const functionOids = new Map(allFunctions.map((record) => [record.oid, record]))
const operatorOids = new Map(allOperators.map((record) => [record.oid, record]))

/** Overloads of a function's name, none when there is no such function. */
export const functionsByName = (name: string): readonly FunctionRecord[] => functionNames.get(name) ?? []

export const functionByOid = (oid: number): FunctionRecord | undefined => functionOids.get(oid)

/** Overloads of an operator's name. */
export const operatorsByName = (name: string): readonly OperatorRecord[] => operatorNames.get(name) ?? []

export const operatorByOid = (oid: number): OperatorRecord | undefined => operatorOids.get(oid)

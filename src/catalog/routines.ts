/**
 * Functions of a database as records that calls resolve to, beside those of the registry. What a record does follows
 * from its language: `internal` ones are computed by code that is named, all others by the session that runs them.
 */
import { internalFunctionMissing } from '../errors/raise/routines.ts'
import { aggregateOfFunctions } from '../functions/aggregates/by-functions.ts'
import { functionByOid, functionsByName } from '../functions/index.ts'
import { quoteIdentifier } from '../functions/keywords.ts'
import { constructMultirange, multirangeOfRange } from '../functions/range/multiranges.ts'
import { constructRange } from '../functions/range/ranges.ts'
import type { FunctionRecord, ScalarFunction } from '../functions/records.ts'
import { formatType } from '../types/index.ts'
import { OID, PG_CATALOG } from '../types/oids.ts'
import type { CatalogSnapshot } from './snapshot.ts'
import type { AggregateDefinition, FunctionArgument, FunctionObject } from './objects.ts'

/** Arguments that calls give: all but those that are results only. */
export const inputsOf = ({ arguments: all }: Pick<FunctionObject, 'arguments'>): readonly FunctionArgument[] =>
  all.filter(({ mode }) => mode !== 'o' && mode !== 't')

/** Arguments that are columns of the result. */
export const outputsOf = ({ arguments: all }: Pick<FunctionObject, 'arguments'>): readonly FunctionArgument[] =>
  all.filter(({ mode }) => mode === 'o' || mode === 'b' || mode === 't')

type Computation = Pick<ScalarFunction, 'evaluate' | 'evaluateIn' | 'specialize'>

/** Functions that come with types that users define. */
const CONSTRUCTORS: Readonly<Record<string, Computation>> = {
  range_constructor2: { specialize: constructRange },
  range_constructor3: { specialize: constructRange },
  multirange_constructor0: { specialize: constructMultirange },
  multirange_constructor1: { evaluate: multirangeOfRange },
  multirange_constructor2: { specialize: constructMultirange },
}

/** What an internal function's source names; null when there is nothing of that name. */
export const internalComputation = (source: string): Computation | null => {
  const own = CONSTRUCTORS[source]
  if (own !== undefined) return own
  const found = functionsByName(source).find((record) => record.kind === 'scalar')
  return found === undefined ? null : found
}

const computationOf = (object: FunctionObject): Computation => {
  if (object.language !== 'internal') {
    return {
      specialize:
        (types) =>
        (context, ...args) =>
          context.routines.call(object.oid, types, args),
    }
  }
  const { evaluate, evaluateIn, specialize } =
    internalComputation(object.source) ??
    (() => {
      throw internalFunctionMissing(object.source)
    })()
  return {
    ...(evaluate === undefined ? {} : { evaluate }),
    ...(evaluateIn === undefined ? {} : { evaluateIn }),
    ...(specialize === undefined ? {} : { specialize }),
  }
}

/** The element type of a VARIADIC argument, undefined when there is none. */
export const variadicElement = (object: FunctionObject, catalog: CatalogSnapshot): number | undefined => {
  const last = inputsOf(object).at(-1)
  if (last?.mode !== 'v') return undefined
  switch (last.type) {
    case OID.any:
      return OID.any
    case OID.anyarray:
      return OID.anyelement
    case OID.anycompatiblearray:
      return OID.anycompatible
    default:
      return catalog.typeByOid(last.type)?.element?.oid
  }
}

const records = new WeakMap<FunctionObject, FunctionRecord>()

/** The record of a function of the database. */
const recordOf = (object: FunctionObject, catalog: CatalogSnapshot): FunctionRecord => {
  const known = records.get(object)
  if (known !== undefined) return known
  const record = makeRecord(object, catalog)
  // An aggregate is made of other functions, which may be replaced.
  if (object.aggregate === null) records.set(object, record)
  return record
}

const makeRecord = (object: FunctionObject, catalog: CatalogSnapshot): FunctionRecord => {
  // CALL gives OUT arguments, too.
  const inputs = object.kind === 'procedure' ? object.arguments : inputsOf(object)
  const outputs = outputsOf(object)
  const variadic = variadicElement(object, catalog)
  const identity = {
    oid: object.oid,
    name: object.name,
    schema: object.schema,
    args: inputs.map(({ type }) => type),
    result: object.result,
    volatility: object.volatility,
    strict: object.strict,
    description: object.comment ?? '',
    ...(object.leakproof ? { leakproof: true } : {}),
    ...(inputs.some(({ name }) => name !== '') ? { argNames: inputs.map(({ name }) => name) } : {}),
    ...(variadic === undefined ? {} : { variadic }),
    ...(object.kind === 'procedure' ? { procedure: true } : {}),
    defaultTrees: inputs.flatMap(({ default: tree }) => (tree === null ? [] : [tree])),
  }
  const columns =
    outputs.length > (object.kind === 'procedure' ? 0 : 1)
      ? { columns: outputs.map(({ name, type }, i) => ({ name: name === '' ? `column${i + 1}` : name, type })) }
      : outputs.length === 1 && outputs[0]?.name !== ''
        ? { resultName: outputs[0]?.name as string }
        : {}
  if (object.aggregate !== null) return aggregateRecord(object, object.aggregate, identity, catalog)
  if (object.returnsSet) {
    return {
      kind: 'set',
      ...identity,
      ...columns,
      estimatedRows: object.rows,
      rows: (context, types, ...args) => context.routines.rows(object.oid, types, args),
      ...(object.waits
        ? { gather: (context, types, ...args) => context.routines.gather(object.oid, types, args) }
        : {}),
    }
  }
  const blocking = object.waits ? { blocking: true } : {}
  return { kind: 'scalar', ...identity, ...columns, ...blocking, ...computationOf(object) }
}

/** A function that an aggregate is made of. */
const partOf = (catalog: CatalogSnapshot, oid: number): ScalarFunction => {
  const own = catalog.function(oid)
  const record = own === null ? functionByOid(oid) : recordOf(own, catalog)
  if (record?.kind !== 'scalar') throw new Error(`an aggregate names function ${oid}, which is not there`)
  return record
}

const aggregateRecord = (
  object: FunctionObject,
  definition: AggregateDefinition,
  {
    oid,
    name,
    schema,
    args,
    result,
    volatility,
    description,
  }: Pick<FunctionRecord, 'oid' | 'name' | 'args' | 'result' | 'volatility' | 'description'> & {
    readonly schema: number
  },
  catalog: CatalogSnapshot,
): FunctionRecord => {
  const variadic = variadicElement(object, catalog)
  const { transition, final, state, initial } = definition
  const parts = {
    transition: partOf(catalog, transition),
    final: final === 0 ? null : partOf(catalog, final),
    state,
    initial,
    args,
    result,
  }
  return {
    kind: 'aggregate',
    oid,
    name,
    schema,
    args,
    result,
    volatility,
    description,
    ...(variadic === undefined ? {} : { variadic }),
    skipNulls: false,
    create: aggregateOfFunctions(parts),
  }
}

/** Functions that a name means: of one schema, or of all along a search path (the first of equal signatures). */
export const functionsOf = (
  catalog: CatalogSnapshot,
  name: string,
  schemas: readonly number[],
): readonly FunctionRecord[] => {
  const own = catalog.functionsNamed(name)
  if (own.length === 0) return schemas.includes(PG_CATALOG) ? functionsByName(name) : []
  const found = new Map<string, FunctionRecord>()
  for (const schema of schemas) {
    const here =
      schema === PG_CATALOG
        ? [
            ...functionsByName(name),
            ...own.filter((object) => object.schema === schema).map((o) => recordOf(o, catalog)),
          ]
        : own.filter((object) => object.schema === schema).map((object) => recordOf(object, catalog))
    for (const record of here) {
      const signature = record.args.join()
      if (!found.has(signature)) found.set(signature, record)
    }
  }
  return [...found.values()]
}

/** `f(integer,text)`: how messages name a function. */
/** Whether a call by its name and argument types would mean the function. */
export const isRoutineVisible = (
  catalog: CatalogSnapshot,
  searchPath: readonly number[],
  routine: FunctionObject,
): boolean => {
  const args = inputsOf(routine)
    .map(({ type }) => type)
    .join()
  const found = functionsOf(catalog, routine.name, searchPath).find(
    (record) => record.args.join() === args || record.oid === routine.oid,
  )
  return found?.oid === routine.oid
}

export const functionSignature = (routine: FunctionObject, catalog: CatalogSnapshot): string => {
  const types = inputsOf(routine).map(({ type }) => catalog.typeOf(type))
  return `${quoteIdentifier(routine.name)}(${types.map((type) => formatType(type, -1)).join(',')})`
}

/** CREATE TYPE … AS RANGE: the range type, its multirange type, and the functions that make values of both. */
import type { FunctionArgument, TypeObject } from '../../catalog/objects.ts'
import { operatorClass, operatorClassNamed, BTREE } from '../../catalog/system/data/operator-classes.ts'
import { functionsOf } from '../../catalog/routines.ts'
import { duplicateObject, invalidObjectDefinition } from '../../errors/raise/definitions.ts'
import { undefinedFunctionNamed } from '../../errors/raise/routines.ts'
import {
  canonicalNeedsShell,
  multirangeNameTaken,
  noDefaultClass,
  noSuchOperatorClass,
  rangeCollation,
  rangeSubtypePseudo,
  typeAttributeMissing,
  typeAttributeUnknown,
  wrongClassType,
} from '../../errors/raise/types.ts'
import type { CreateRangeStmt } from '../../sql/ast.ts'
import { baseTypeOf } from '../../types/domain-type.ts'
import { formatType } from '../../types/index.ts'
import { OID } from '../../types/oids.ts'
import type { SqlType } from '../../types/sql-type.ts'
import { creationTarget, truncateName, type DefinitionContext } from './context.ts'
import { typeByName } from './collations.ts'
import { DefinitionOptions } from './definition-options.ts'
import { storeFunction } from './store-function.ts'
import { newTypeName, storeType } from './store-type.ts'

const OPTIONS = ['subtype', 'subtype_opclass', 'collation', 'canonical', 'subtype_diff', 'multirange_type_name']

export const createRange = (context: DefinitionContext, node: CreateRangeStmt): void => {
  const { schema, name } = newTypeName(context, node.typeName)
  const options = new DefinitionOptions(node.params ?? [], OPTIONS, (option) => {
    throw typeAttributeUnknown(option)
  })
  const subtype = options.type(context, 'subtype')?.type
  if (subtype === undefined) throw typeAttributeMissing('subtype')
  if (subtype.kind === 'p') throw rangeSubtypePseudo(formatType(subtype, -1))
  checkOperatorClass(subtype, options.names('subtype_opclass')?.at(-1) ?? null)
  const collated = options.names('collation')
  if (collated !== null && subtype.collation === 0) throw rangeCollation()
  const under = typeByName(
    context,
    subtype,
    collated === null ? undefined : collated.map((sval) => ({ String: { sval } })),
  )
  const collation = under.collated === undefined ? {} : { collation: under.collated.oid }
  if (options.names('canonical') !== null) throw canonicalNeedsShell()
  const difference = differenceFunction(context, subtype, options.names('subtype_diff'))

  const { catalog } = context
  const given = options.names('multirange_type_name')
  const multirangeName = truncateName(given?.at(-1) ?? multirangeNameOf(name))
  const multirangeSchema = given === null || given.length < 2 ? schema : creationTarget(context, given.at(-2)).oid
  if (multirangeName === name || catalog.snapshot.isTypeName(multirangeSchema, multirangeName)) {
    throw given === null ? multirangeNameTaken(multirangeName, name) : duplicateObject('type', multirangeName)
  }
  const multirange = catalog.allocateOid()
  const range = storeType(context, {
    schema,
    name,
    range: { subtype: subtype.oid, ...collation, multirange, difference },
  })
  const of = storeType(context, {
    oid: multirange,
    schema: multirangeSchema,
    name: multirangeName,
    multirangeOf: range.oid,
    depends: [{ oid: range.oid, attnum: 0, kind: 'internal' }],
  })
  storeConstructors(context, range, of, subtype)
}

/** `floatrange` has `floatmultirange`; a name without `range` gets a suffix. */
const multirangeNameOf = (name: string): string =>
  name.includes('range') ? name.replace('range', 'multirange') : `${name}_multirange`

const checkOperatorClass = (subtype: SqlType, name: string | null): void => {
  const type = baseTypeOf(subtype)
  const shown = formatType(subtype, -1)
  if (name === null) {
    if (operatorClass(type, BTREE, null) === undefined) throw noDefaultClass(shown)
    return
  }
  const named = operatorClassNamed(BTREE, name)
  if (named === undefined) throw noSuchOperatorClass(name, 'btree')
  if (operatorClass(type, BTREE, null)?.type !== named.type) throw wrongClassType(name, shown)
}

/** OID of the function that measures distances, 0 when there is none. */
const differenceFunction = (context: DefinitionContext, subtype: SqlType, names: string[] | null): number => {
  if (names === null) return 0
  const name = names.at(-1) as string
  const found = functionsOf(context.catalog.snapshot, name, context.searchPath).find(
    ({ args }) => args.length === 2 && args.every((oid) => oid === subtype.oid),
  )
  const shown = formatType(subtype, -1)
  const signature = `${names.join('.')}(${shown}, ${shown})`
  if (found === undefined) throw undefinedFunctionNamed(signature)
  if (found.result !== OID.float8) {
    throw invalidObjectDefinition(`range subtype diff function ${signature} must return type double precision`)
  }
  if (found.volatility !== 'immutable') {
    throw invalidObjectDefinition(`range subtype diff function ${signature} must be immutable`)
  }
  return found.oid
}

const input = (type: number, mode: FunctionArgument['mode'] = 'i'): FunctionArgument => ({
  name: '',
  type,
  mode,
  default: null,
})

/** The functions named like the types. They cannot be dropped without them. */
const storeConstructors = (
  context: DefinitionContext,
  range: TypeObject,
  multirange: TypeObject,
  subtype: SqlType,
): void => {
  const store = (type: TypeObject, source: string, strict: boolean, args: readonly FunctionArgument[]): void => {
    storeFunction(context, {
      name: type.name,
      schema: type.schema,
      arguments: args,
      result: type.oid,
      language: 'internal',
      source,
      volatility: 'immutable',
      parallel: 's',
      strict,
      cost: 1,
      depends: [{ oid: type.oid, attnum: 0, kind: 'internal' }],
    })
  }
  const bounds = [input(subtype.oid), input(subtype.oid)]
  store(range, 'range_constructor2', false, bounds)
  store(range, 'range_constructor3', false, [...bounds, input(OID.text)])
  store(multirange, 'multirange_constructor0', true, [])
  store(multirange, 'multirange_constructor1', true, [input(range.oid)])
  store(multirange, 'multirange_constructor2', true, [input(range.arrayType.oid, 'v')])
}

/** Names of types. */
import type { Node, TypeName } from '../ast.ts'
import { isAbsent, list, only, textOf } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { integerNode } from './literals.ts'
import { separated, stringNode } from './translation.ts'

/** Names that the grammar knows itself, and the type of pg_catalog that each means. */
const BUILT_IN: Readonly<Record<string, string>> = {
  bigint: 'int8',
  boolean: 'bool',
  char: 'bpchar',
  'char varying': 'varchar',
  character: 'bpchar',
  'character varying': 'varchar',
  dec: 'numeric',
  decimal: 'numeric',
  'double precision': 'float8',
  float: 'float8',
  int: 'int4',
  integer: 'int4',
  json: 'json',
  numeric: 'numeric',
  real: 'float4',
  smallint: 'int2',
  time: 'time',
  timestamp: 'timestamp',
  varchar: 'varchar',
}

/** Those that take a length or a precision, or may. */
const WITH_MODIFIERS: ReadonlySet<string> = new Set([
  'char',
  'character',
  'char varying',
  'character varying',
  'dec',
  'decimal',
  'numeric',
  'varchar',
])

/** Types with a grammar of their own that is not read here. */
const NOT_READ: ReadonlySet<string> = new Set(['bit', 'interval', 'national', 'nchar', 'setof'])

/** Throws 0A000 for types that are not read here. */
export const typeName = (ast: unknown, cursor: Cursor): TypeName => {
  const target = only(ast, ['dataType', 'length', 'scale', 'parentheses', 'suffix'], cursor)
  if (typeof target['dataType'] !== 'string') throw cursor.refusal('this type')
  const name = target['dataType'].toLowerCase()
  const location = cursor.words(name)
  const zone = zoneOf(target['suffix'], cursor)
  const type = Object.hasOwn(BUILT_IN, name) ? BUILT_IN[name] : undefined
  if (type === undefined) {
    // Any other type is called by its name.
    const isName = /^[a-z_][a-z_0-9]*$/.test(name) && !NOT_READ.has(name)
    if (!isName || zone !== null || !isAbsent(target['length'])) throw cursor.refusal('this type')
    return { names: [stringNode(name)], typemod: -1, location }
  }
  if (zone !== null && type !== 'time' && type !== 'timestamp') throw cursor.refusal('this type')
  if (zone !== null) cursor.words(`${zone} time zone`)
  const names = [stringNode('pg_catalog'), stringNode(zone === 'with' ? `${type}tz` : type)]
  const typmods = modifiers(name, target['length'], target['scale'], cursor)
  return { names, ...(typmods === null ? {} : { typmods }), typemod: -1, location }
}

const zoneOf = (suffix: unknown, cursor: Cursor): 'with' | 'without' | null => {
  const words = isAbsent(suffix) ? [] : list(suffix, cursor).filter((word) => !isAbsent(word))
  if (words.length === 0) return null
  const [first, ...rest] = words.map((word) => textOf(word).toLowerCase())
  if ((first !== 'with' && first !== 'without') || rest.join(' ') !== 'time zone') throw cursor.refusal('this type')
  return first
}

const modifiers = (name: string, length: unknown, scale: unknown, cursor: Cursor): Node[] | null => {
  if (isAbsent(length)) {
    // A character without a length is one character.
    return name === 'char' || name === 'character' ? [{ A_Const: { ival: { ival: 1 }, location: -1 } }] : null
  }
  if (!WITH_MODIFIERS.has(name)) throw cursor.refusal('this type')
  cursor.symbol('(')
  const typmods = separated(isAbsent(scale) ? [length] : [length, scale], cursor, (value) => integerNode(value, cursor))
  cursor.symbol(')')
  return typmods
}

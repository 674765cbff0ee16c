/** Catalog objects as stored records: JSON in which types are named by oid and odd values are written as texts. */
import { aclItemType } from '../types/acl-item.ts'
import { arrayTypeOf } from '../types/array.ts'
import { collate } from '../types/collation.ts'
import { defineType } from '../types/define-type.ts'
import type { Datum, FormatContext, SqlType } from '../types/sql-type.ts'
import type { Collation } from '../types/text-order.ts'
import { intact } from '../storage/damage.ts'
import { builtinCollations } from './collations.ts'
import type { CatalogObject, Column, RelationObject, TypeObject } from './objects.ts'
import { sequenceRows } from './sequence-rows.ts'
import { definedType, type TypeParts } from './types.ts'

/** How stored values are written: independent of any session's settings. */
export const STORED_FORMAT: FormatContext = {
  dateStyle: 'ISO',
  dateOrder: 'MDY',
  intervalStyle: 'iso_8601',
  timeZone: 'UTC',
  extraFloatDigits: 1,
  byteaOutput: 'hex',
  transactionTimestamp: 0,
  names: {
    format: () => null,
    resolve: (_kind, name) => Number(name),
  },
}

type Json = Record<string, unknown>

/** Marks what JSON cannot say itself. */
const TYPE = '$type'
/** Beside the mark of a type: the oid of the collation that it is under. */
const COLLATION = '$collation'
const BIGINT = '$bigint'

export const encodeObject = (object: CatalogObject): Uint8Array => {
  const plain = object.class === 'type' ? typeRecord(object) : object
  return Buffer.from(JSON.stringify(plain, replace))
}

/** A column's missing value needs its type to be written. */
const columnRecord = (column: Column): Json => ({
  ...column,
  missing: column.missing === null ? null : column.type.format(column.missing, STORED_FORMAT),
})

function replace(this: unknown, key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return { [BIGINT]: String(value) }
  if (key === 'type' && isType(value)) {
    return value.collated === undefined ? { [TYPE]: value.oid } : { [TYPE]: value.oid, [COLLATION]: value.collated.oid }
  }
  if (key === 'system') return null
  if (key === 'columns' && Array.isArray(value) && isColumn(value[0])) return (value as Column[]).map(columnRecord)
  return value
}

/** Parse trees have parts of the same name. */
const isColumn = (value: unknown): boolean => typeof value === 'object' && value !== null && 'missing' in value

const isType = (value: unknown): value is SqlType =>
  typeof value === 'object' && value !== null && 'oid' in value && 'sqlName' in value

const typeRecord = (object: TypeObject): Json => {
  const { type, arrayType, ...rest } = object
  return { ...rest, arrayOid: arrayType.oid, typeName: type.name, relation: type.relation }
}

/**
 * Reads all records of a database: types first, since columns refer to them. `damaged` is told of each that cannot be
 * read (its value is null when the storage says so); the others are answered.
 */
export const decodeObjects = (
  records: readonly (readonly [name: string, value: Uint8Array | null])[],
  builtin: (oid: number) => SqlType | undefined,
  damaged: (name: string, cause: unknown) => void,
  collationOf: (oid: number) => Collation | undefined = () => undefined,
): CatalogObject[] => {
  const reading = <T>(name: string, read: () => T): T[] => {
    try {
      return [read()]
    } catch (error) {
      damaged(name, error)
      return []
    }
  }
  const parsed = records.flatMap(([name, value]) =>
    reading(name, () => [name, JSON.parse(Buffer.from(intact(value)).toString('utf8'), revive) as Json] as const),
  )
  const relations = new Map<number, RelationObject>()
  const types = new Map<number, SqlType>()
  const objects: CatalogObject[] = []
  // A type may be made of others, which are read when they are asked for.
  const unread = new Map<number, () => void>()
  const collations = new Map<number, Collation>()
  for (const [, record] of parsed) {
    if (record['class'] === 'collation') collations.set(record['oid'] as number, record['collation'] as Collation)
  }
  const collationNumbered = (oid: number): Collation | null =>
    builtinCollations().get(oid) ?? collations.get(oid) ?? collationOf(oid) ?? null
  const collatedType = (mark: Json): SqlType => {
    const type = typeOf(mark[TYPE] as number)
    const oid = mark[COLLATION] as number | undefined
    if (oid === undefined) return type
    const collation = collationNumbered(oid)
    if (collation === null) throw new Error(`the catalog names a collation ${oid} that does not exist`)
    return collate(type, collation)
  }
  const typeOf = (oid: number): SqlType => {
    const known = builtin(oid) ?? types.get(oid)
    if (known !== undefined) return known
    unread.get(oid)?.()
    const type = types.get(oid)
    if (type === undefined) throw new Error(`the catalog names a type ${oid} that does not exist`)
    return type
  }
  for (const [name, record] of parsed) {
    if (record['class'] !== 'type') continue
    const read = (): void => {
      unread.delete(record['oid'] as number)
      unread.delete(record['arrayOid'] as number)
      const [object] = reading(name, () =>
        decodeType(record, { typeOf, relation: (oid) => relations.get(oid) ?? null, collation: collationNumbered }),
      )
      if (object === undefined) return
      types.set(object.type.oid, object.type)
      types.set(object.arrayType.oid, object.arrayType)
      objects.push(object)
    }
    unread.set(record['oid'] as number, read)
    unread.set(record['arrayOid'] as number, read)
  }
  // Reading removes from the map what has been read.
  for (const read of unread.values()) read()
  for (const [name, record] of parsed) {
    if (record['class'] === 'type') continue
    const [object] = reading(name, () => resolveTypes(withAcl(record), collatedType) as unknown as CatalogObject)
    if (object === undefined) continue
    if (object.class === 'relation') {
      const relation = object.kind === 'S' ? { ...object, system: sequenceRows(object.storageId) } : object
      relations.set(object.oid, relation)
      objects.push(relation)
    } else objects.push(object)
  }
  return objects
}

/** Records once had privileges as texts, of the first roles only, and memberships as numbers. */
const withAcl = (record: Json): Json => {
  const { acl, memberOf } = record
  const isText = Array.isArray(acl) && typeof acl[0] === 'string'
  const isNumber = Array.isArray(memberOf) && typeof memberOf[0] === 'number'
  if (!isText && !isNumber) return record
  return {
    ...record,
    ...(isText ? { acl: acl.map((text: string) => aclItemType.parse(text, -1, FIRST_ROLES)) } : {}),
    ...(isNumber ? { memberOf: memberOf.map((role: number) => ({ role, grantor: 10, admin: false })) } : {}),
  }
}

const FIRST_ROLES: FormatContext = {
  ...STORED_FORMAT,
  names: { format: () => null, resolve: (_kind, name) => (name === '"pg_database_owner"' ? 6171 : 10) },
}

const revive = (_key: string, value: unknown): unknown => {
  if (typeof value === 'object' && value !== null && BIGINT in value) return BigInt((value as Json)[BIGINT] as string)
  return value
}

const decodeType = (record: Json, parts: TypeParts): TypeObject => {
  const { arrayOid, typeName, relation, ...rest } = record
  const object = rest as unknown as TypeObject
  const facts = { ...object, name: typeName as string, arrayOid: arrayOid as number, relation: relation as number }
  const type = definedType(facts, parts)
  return { ...object, type, arrayType: arrayTypeOf(type) }
}

/** Puts types in the place of their marks, and reads the columns' missing values. */
const resolveTypes = (value: unknown, typeOf: (mark: Json) => SqlType): unknown => {
  if (Array.isArray(value)) return value.map((item) => resolveTypes(item, typeOf))
  if (typeof value !== 'object' || value === null) return value
  if (TYPE in value) return typeOf(value as Json)
  if ('attnum' in value && (value as Json)['dropped'] === true) return droppedColumn(value as Json, typeOf)
  const out: Json = {}
  for (const [key, item] of Object.entries(value)) out[key] = PARSE_TREES.has(key) ? item : resolveTypes(item, typeOf)
  if ('attnum' in out && 'missing' in out && out['missing'] !== null) {
    out['missing'] = (out['type'] as SqlType).parse(out['missing'] as string, -1, STORED_FORMAT) as Datum
  }
  return out
}

/** A dropped column may be of a type that went with it. */
const droppedColumn = (column: Json, typeOf: (mark: Json) => SqlType): Json => {
  const mark = column['type'] as Json
  let type: SqlType
  try {
    type = typeOf(mark)
  } catch {
    type = lostType(mark[TYPE] as number)
  }
  return { ...column, type }
}

/** What is left of a type that is gone: its values are bytes that nobody looks at. */
const lostType = (oid: number): SqlType =>
  defineType({
    oid,
    name: `dropped_${oid}`,
    category: 'U',
    length: -1,
    align: 'i',
    arrayOid: 0,
    physical: 'any',
    parse: (text) => text,
    format: (value) => String(value),
    receive: (bytes) => Uint8Array.from(bytes),
    send: (value) => (value instanceof Uint8Array ? value : new Uint8Array(0)),
    compare: null,
    hashKey: null,
  })

/** Fields that hold parse trees, which are kept as they are. */
const PARSE_TREES = new Set(['default', 'expression', 'predicate', 'check', 'query', 'body', 'using', 'withCheck'])

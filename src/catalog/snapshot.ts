/**
 * The catalog as one transaction sees it: an immutable set of objects with the lookups that analysis, execution and
 * the system relations need. A change answers a new snapshot that shares everything else.
 */
import { typeByName as builtinTypeByName, typeByOid as builtinTypeByOid } from '../types/index.ts'
import { PG_CATALOG } from '../types/oids.ts'
import type { SqlType } from '../types/sql-type.ts'
import type {
  BuiltinAclObject,
  CatalogObject,
  CollationObject,
  ConstraintObject,
  DatabaseObject,
  FunctionObject,
  PolicyObject,
  RelationObject,
  RoleObject,
  SchemaObject,
  TypeObject,
} from './objects.ts'

/** Objects that appeared, changed (new record) or went away (null), by oid. */
export type CatalogChanges = ReadonlyMap<number, CatalogObject | null>

export const PUBLIC_SCHEMA = 2200
export const BOOTSTRAP_SUPERUSER = 10
/** User objects get oids from here on. */
export const FIRST_NORMAL_OID = 16384

interface Lookups {
  readonly schemas: Map<string, SchemaObject>
  readonly roles: Map<string, RoleObject>
  readonly databases: Map<string, DatabaseObject>
  /** `schema oid:name` */
  readonly relations: Map<string, RelationObject>
  readonly types: Map<string, TypeObject>
  readonly functions: Map<string, FunctionObject[]>
  readonly collations: Map<string, CollationObject>
  readonly typesByOid: Map<number, SqlType>
  readonly constraintsOf: Map<number, ConstraintObject[]>
  /** Foreign keys that point at a table. */
  readonly referencing: Map<number, ConstraintObject[]>
  readonly indexesOf: Map<number, RelationObject[]>
  readonly childrenOf: Map<number, RelationObject[]>
  readonly policiesOf: Map<number, PolicyObject[]>
  /** `catalog:object` */
  readonly builtinAcls: Map<string, BuiltinAclObject>
  hasSequences: boolean
}

const isInvalid = ({ index }: RelationObject): boolean => index?.valid === false

export class CatalogSnapshot {
  readonly objects: ReadonlyMap<number, CatalogObject>
  /** Grows with every change; plans made for another version are analysed again. */
  readonly version: number
  /** Oid of the database that it is the catalog of. */
  readonly database: number
  #lookups: Lookups | null = null

  constructor(objects: ReadonlyMap<number, CatalogObject>, version: number, database = 0) {
    this.objects = objects
    this.version = version
    this.database = database
  }

  with(changes: CatalogChanges, version: number): CatalogSnapshot {
    const objects = new Map(this.objects)
    for (const [oid, object] of changes) {
      if (object === null) objects.delete(oid)
      else objects.set(oid, object)
    }
    return new CatalogSnapshot(objects, version, this.database)
  }

  schemaByName(name: string): SchemaObject | null {
    return this.#index().schemas.get(name) ?? null
  }

  schema(oid: number): SchemaObject | null {
    const object = this.objects.get(oid)
    return object?.class === 'schema' ? object : null
  }

  roleByName(name: string): RoleObject | null {
    return this.#index().roles.get(name) ?? null
  }

  role(oid: number): RoleObject | null {
    const object = this.objects.get(oid)
    return object?.class === 'role' ? object : null
  }

  /** Owner of the database that it is the catalog of; 0 where that is unknown. */
  get databaseOwner(): number {
    const object = this.objects.get(this.database)
    return object?.class === 'database' ? object.owner : 0
  }

  databaseByName(name: string): DatabaseObject | null {
    return this.#index().databases.get(name) ?? null
  }

  relation(oid: number): RelationObject | null {
    const object = this.objects.get(oid)
    return object?.class === 'relation' ? object : null
  }

  relationIn(schema: number, name: string): RelationObject | null {
    return this.#index().relations.get(`${schema}:${name}`) ?? null
  }

  /** First relation of that name along a search path of schema oids. */
  findRelation(name: string, searchPath: readonly number[]): RelationObject | null {
    const { relations } = this.#index()
    for (const schema of searchPath) {
      const found = relations.get(`${schema}:${name}`)
      if (found !== undefined) return found
    }
    return null
  }

  /** Any type by oid: built in, or of this database. Throws when there is none. */
  typeOf(oid: number): SqlType {
    const type = builtinTypeByOid(oid) ?? this.#index().typesByOid.get(oid)
    if (type === undefined) throw new Error(`no type with oid ${oid}`)
    return type
  }

  typeByOid(oid: number): SqlType | null {
    return builtinTypeByOid(oid) ?? this.#index().typesByOid.get(oid) ?? null
  }

  typeIn(schema: number, name: string): SqlType | null {
    if (schema === PG_CATALOG) return builtinTypeByName(name) ?? null
    const { types } = this.#index()
    const found = types.get(`${schema}:${name}`)
    if (found !== undefined) return found.type
    return name.startsWith('_') ? (types.get(`${schema}:${name.slice(1)}`)?.arrayType ?? null) : null
  }

  /** Whether a type was given this name; the names of array types give way. */
  isTypeName(schema: number, name: string): boolean {
    return schema === PG_CATALOG ? builtinTypeByName(name) !== undefined : this.#index().types.has(`${schema}:${name}`)
  }

  findType(name: string, searchPath: readonly number[]): SqlType | null {
    for (const schema of searchPath) {
      const found = this.typeIn(schema, name)
      if (found !== null) return found
    }
    return null
  }

  typeObject(oid: number): TypeObject | null {
    const object = this.objects.get(oid)
    return object?.class === 'type' ? object : null
  }

  function(oid: number): FunctionObject | null {
    const object = this.objects.get(oid)
    return object?.class === 'function' ? object : null
  }

  /** Functions of the database by name, in any schema. */
  functionsNamed(name: string): readonly FunctionObject[] {
    return this.#index().functions.get(name) ?? []
  }

  /** A collation of the database's own; `collations.ts` has those that every database has. */
  collation(oid: number): CollationObject | null {
    const object = this.objects.get(oid)
    return object?.class === 'collation' ? object : null
  }

  collationIn(schema: number, name: string): CollationObject | null {
    return this.#index().collations.get(`${schema}:${name}`) ?? null
  }

  /** The privileges that were given on an object of the program, which has no record of its own. */
  builtinAcl(catalog: number, object: number): BuiltinAclObject | null {
    return this.#index().builtinAcls.get(`${catalog}:${object}`) ?? null
  }

  /** Policies of a table, by name. */
  policiesOf(table: number): readonly PolicyObject[] {
    return this.#index().policiesOf.get(table) ?? []
  }

  constraint(oid: number): ConstraintObject | null {
    const object = this.objects.get(oid)
    return object?.class === 'constraint' ? object : null
  }

  /** Constraints of a table or of a domain. */
  constraintsOf(table: number): readonly ConstraintObject[] {
    return this.#index().constraintsOf.get(table) ?? []
  }

  /** Foreign key constraints of other tables (or itself) that reference `table`. */
  foreignKeysTo(table: number): readonly ConstraintObject[] {
    return this.#index().referencing.get(table) ?? []
  }

  indexesOf(table: number): readonly RelationObject[] {
    return this.#index().indexesOf.get(table) ?? []
  }

  /** Tables that inherit from a table directly, its partitions; of an index, those of the partitions. */
  childrenOf(oid: number): readonly RelationObject[] {
    return this.#index().childrenOf.get(oid) ?? []
  }

  /** Indexes that may be read. */
  validIndexesOf(table: number): readonly RelationObject[] {
    const all = this.indexesOf(table)
    return all.some(isInvalid) ? all.filter((index) => !isInvalid(index)) : all
  }

  /** Whether there is any sequence. */
  get hasSequences(): boolean {
    return this.#index().hasSequences
  }

  *all<C extends CatalogObject['class']>(objectClass: C): Iterable<Extract<CatalogObject, { class: C }>> {
    for (const object of this.objects.values()) {
      if (object.class === objectClass) yield object as Extract<CatalogObject, { class: C }>
    }
  }

  #index(): Lookups {
    this.#lookups ??= buildLookups(this.objects.values())
    return this.#lookups
  }
}

const push = <K, V>(map: Map<K, V[]>, key: K, value: V): void => {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}

const buildLookups = (objects: Iterable<CatalogObject>): Lookups => {
  const lookups: Lookups = {
    schemas: new Map(),
    roles: new Map(),
    databases: new Map(),
    relations: new Map(),
    types: new Map(),
    functions: new Map(),
    collations: new Map(),
    typesByOid: new Map(),
    constraintsOf: new Map(),
    referencing: new Map(),
    indexesOf: new Map(),
    childrenOf: new Map(),
    policiesOf: new Map(),
    builtinAcls: new Map(),
    hasSequences: false,
  }
  for (const object of objects) {
    switch (object.class) {
      case 'schema':
        lookups.schemas.set(object.name, object)
        break
      case 'role':
        lookups.roles.set(object.name, object)
        break
      case 'database':
        lookups.databases.set(object.name, object)
        break
      case 'relation':
        lookups.relations.set(`${object.schema}:${object.name}`, object)
        if (object.sequence !== null) lookups.hasSequences = true
        if (object.index !== null) push(lookups.indexesOf, object.index.table, object)
        for (const parent of object.inherits ?? []) push(lookups.childrenOf, parent, object)
        break
      case 'type':
        lookups.types.set(`${object.schema}:${object.name}`, object)
        lookups.typesByOid.set(object.type.oid, object.type)
        lookups.typesByOid.set(object.arrayType.oid, object.arrayType)
        break
      case 'policy':
        push(lookups.policiesOf, object.table, object)
        break
      case 'built-in privileges':
        lookups.builtinAcls.set(`${object.catalog}:${object.object}`, object)
        break
      case 'collation':
        lookups.collations.set(`${object.schema}:${object.name}`, object)
        break
      case 'function':
        push(lookups.functions, object.name, object)
        break
      case 'constraint':
        push(lookups.constraintsOf, object.domain ?? object.table, object)
        if (object.foreign !== null) push(lookups.referencing, object.foreign.table, object)
        break
    }
  }
  for (const list of lookups.indexesOf.values()) list.sort((a, b) => a.oid - b.oid)
  for (const list of lookups.policiesOf.values()) list.sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const list of lookups.childrenOf.values()) list.sort((a, b) => a.oid - b.oid)
  for (const list of lookups.functions.values()) list.sort((a, b) => a.oid - b.oid)
  for (const list of lookups.constraintsOf.values()) list.sort((a, b) => a.oid - b.oid)
  return lookups
}

/** What privileges are checked against: the owner and the list of any object, those of the program included. */
import { functionByOid } from '../../functions/index.ts'
import { PRIVILEGE, PUBLIC } from '../../types/acl-item.ts'
import type { CatalogObject, RelationObject } from '../objects.ts'
import { BOOTSTRAP_SUPERUSER, type CatalogSnapshot, FIRST_NORMAL_OID } from '../snapshot.ts'
import { type Acl, type AclKind, allPrivileges } from './acl.ts'

/** An object as far as privileges go. */
export interface Securable {
  readonly kind: AclKind
  readonly owner: number
  /** Null: the default of the kind. */
  readonly acl: Acl | null
  /** How messages name it: `table`, `t`. */
  readonly word: string
  readonly name: string
}

/** Oids of the catalogs that have objects with privileges. */
export const CATALOG = {
  relation: 1259,
  function: 1255,
  type: 1247,
  language: 2612,
  schema: 2615,
  database: 1262,
  tablespace: 1213,
} as const

const RELATION_WORDS: Readonly<Record<RelationObject['kind'], string>> = {
  r: 'table',
  p: 'table',
  v: 'view',
  m: 'materialized view',
  i: 'index',
  I: 'index',
  S: 'sequence',
  c: 'table',
}

export const relationWord = ({ kind }: RelationObject): string => RELATION_WORDS[kind]

const own = (privileges: number, grantee = BOOTSTRAP_SUPERUSER) => ({
  grantee,
  grantor: BOOTSTRAP_SUPERUSER,
  privileges,
  grantable: 0,
})

/** Everybody may read the catalogs … */
const SYSTEM_RELATION: Acl = [own(allPrivileges('r')), own(PRIVILEGE.SELECT, PUBLIC)]
/** … but for those that hold secrets. */
const SECRET_RELATIONS: ReadonlySet<string> = new Set([
  'pg_statistic',
  'pg_authid',
  'pg_shadow',
  'pg_statistic_ext_data',
  'pg_file_settings',
  'pg_hba_file_rules',
  'pg_ident_file_mappings',
  'pg_config',
  'pg_shmem_allocations',
  'pg_backend_memory_contexts',
  'pg_user_mapping',
  'pg_replication_origin_status',
  'pg_largeobject',
  'pg_subscription',
])
const SYSTEM_SETTINGS: Acl = [own(allPrivileges('r')), own(PRIVILEGE.SELECT | PRIVILEGE.UPDATE, PUBLIC)]

/** The list that a relation of the system begins with. */
export const initialRelationAcl = ({ name }: RelationObject): Acl => {
  if (SECRET_RELATIONS.has(name)) return [own(allPrivileges('r'))]
  return name === 'pg_settings' ? SYSTEM_SETTINGS : SYSTEM_RELATION
}

/** The list of a relation; null: the default. */
export const relationAcl = (catalog: CatalogSnapshot, relation: RelationObject): Acl | null => {
  if (!isBuiltin(relation)) return relation.acl
  const given = catalog.builtinAcl(CATALOG.relation, relation.oid)
  return given === null ? initialRelationAcl(relation) : given.acl
}

/** The list of a column; undefined: nothing was granted on it alone. */
export const columnAcl = (catalog: CatalogSnapshot, relation: RelationObject, attnum: number): Acl | undefined =>
  isBuiltin(relation)
    ? catalog.builtinAcl(CATALOG.relation, relation.oid)?.columns[attnum]
    : relation.columns[attnum - 1]?.acl

/** Relations of the system are not stored; a sequence's rows are computed as theirs, but it is. */
export const isBuiltin = ({ system, kind }: RelationObject): boolean => system !== null && kind !== 'S'

export const securableRelation = (catalog: CatalogSnapshot, relation: RelationObject): Securable => ({
  kind: relation.kind === 'S' ? 's' : 'r',
  owner: relation.owner,
  acl: relationAcl(catalog, relation),
  word: RELATION_WORDS[relation.kind],
  name: relation.name,
})

/** Functions that everybody else may not call: oids, and with them another role that may. */
const RESTRICTED_FUNCTIONS: ReadonlyMap<number, number> = new Map([
  ...[
    764, 765, 767, 2172, 2274, 2307, 2621, 2622, 2623, 2624, 2625, 2739, 2848, 3071, 3072, 3098, 3293, 3295, 3297, 3307,
    3329, 3400, 3401, 3436, 3775, 3776, 3777, 3800, 3801, 3826, 3827, 3828, 4543, 6003, 6004, 6005, 6006, 6007, 6008,
    6009, 6010, 6011, 6012, 6013, 6014, 6170, 6230, 6232, 6250,
  ].map((oid) => [oid, 0] as const),
  ...[2282, 5052].map((oid) => [oid, 3375] as const),
  ...[3353, 3354, 5029, 5030, 5031, 6270, 6271, 6272].map((oid) => [oid, 3373] as const),
])

/** The list that a function of the program begins with. */
export const initialFunctionAcl = (oid: number): Acl | null => {
  const other = RESTRICTED_FUNCTIONS.get(oid)
  if (other === undefined) return null
  return [own(PRIVILEGE.EXECUTE), ...(other === 0 ? [] : [own(PRIVILEGE.EXECUTE, other)])]
}

/** Whether anybody might not be allowed to call a function: most of the program's own are everybody's. */
export const isRestrictedFunction = (catalog: CatalogSnapshot, oid: number): boolean =>
  oid >= FIRST_NORMAL_OID || RESTRICTED_FUNCTIONS.has(oid) || catalog.builtinAcl(CATALOG.function, oid) !== null

const FUNCTION_WORDS = {
  function: 'function',
  window: 'function',
  procedure: 'procedure',
  aggregate: 'aggregate',
} as const

export const securableFunction = (catalog: CatalogSnapshot, oid: number): Securable | null => {
  const object = catalog.function(oid)
  if (object !== null) {
    const { owner, acl, name, kind } = object
    return { kind: 'f', owner, acl, word: FUNCTION_WORDS[kind], name }
  }
  const record = functionByOid(oid)
  if (record === undefined) return null
  const word = record.kind === 'aggregate' ? 'aggregate' : 'function'
  const given = catalog.builtinAcl(CATALOG.function, oid)
  const acl = given === null ? initialFunctionAcl(oid) : given.acl
  return { kind: 'f', owner: BOOTSTRAP_SUPERUSER, acl, word, name: record.name }
}

/** An array type is as its element type. */
export const securableType = (catalog: CatalogSnapshot, oid: number): Securable | null => {
  const type = catalog.typeByOid(oid)
  if (type === null) return null
  const { element } = type
  if (type.category === 'A' && element !== null) return securableType(catalog, element.oid)
  const object = catalog.typeObject(oid)
  const acl = object === null ? (catalog.builtinAcl(CATALOG.type, oid)?.acl ?? null) : object.acl
  const owner = object?.owner ?? BOOTSTRAP_SUPERUSER
  return { kind: 'T', owner, acl, word: type.kind === 'd' ? 'domain' : 'type', name: type.sqlName }
}

/** A language or a tablespace. */
export const securableBuiltin = (
  catalog: CatalogSnapshot,
  of: 'language' | 'tablespace',
  oid: number,
  name: string,
): Securable => ({
  kind: of === 'language' ? 'l' : 't',
  owner: BOOTSTRAP_SUPERUSER,
  acl: catalog.builtinAcl(CATALOG[of], oid)?.acl ?? null,
  word: of,
  name,
})

/** An object of the catalog; null for kinds that have no privileges. */
export const securable = (catalog: CatalogSnapshot, object: CatalogObject): Securable | null => {
  switch (object.class) {
    case 'relation':
      return securableRelation(catalog, object)
    case 'function':
      return securableFunction(catalog, object.oid)
    case 'type':
      return securableType(catalog, object.oid)
    case 'schema':
      return { kind: 'n', owner: object.owner, acl: object.acl, word: 'schema', name: object.name }
    case 'database':
      return { kind: 'd', owner: object.owner, acl: object.acl, word: 'database', name: object.name }
    default:
      return null
  }
}

/** What DDL commands work with: the transaction's catalog, its storage, and the names of the session. */
import { schemaDenied } from '../../errors/raise/privileges.ts'
import { analysisContext } from '../../analyze/analyze.ts'
import { ParameterTypes, type AnalysisContext } from '../../analyze/context.ts'
import { isSystemColumnName } from '../../catalog/system-columns.ts'
import type { CatalogTransaction } from '../../catalog/catalog.ts'
import type { RelationObject, SchemaObject } from '../../catalog/objects.ts'
import { mayUseSchema, requireSchema } from '../../catalog/privileges/check.ts'
import { PRIVILEGE } from '../../types/acl-item.ts'
import { undefinedSchema } from '../../errors/raise/analysis.ts'
import { type CatalogSnapshot, FIRST_NORMAL_OID } from '../../catalog/snapshot.ts'
import {
  noCreationSchema,
  onlyTemporaryThere,
  systemCatalogProtected,
  systemColumnName,
  temporaryElsewhere,
} from '../../errors/raise/definitions.ts'
import type { Notice } from '../../errors/sql-error.ts'
import { SQL_STATE } from '../../errors/sql-state.ts'
import type { RangeVar } from '../../sql/ast.ts'
import type { Storage } from '../../storage/storage.ts'
import type { TABLE_LOCK } from '../../txn/lock-modes.ts'
import type { Transaction } from '../../txn/transaction.ts'
import type { FormatContext } from '../../types/sql-type.ts'
import type { ExecutionContext } from '../context.ts'
import type { IndexRegistry } from '../index-registry.ts'

export interface DefinitionContext {
  readonly catalog: CatalogTransaction
  readonly transaction: Transaction
  readonly storage: Storage
  readonly indexes: IndexRegistry
  /** Schema oids in lookup order. */
  readonly searchPath: readonly number[]
  /** Where unqualified new objects go. */
  readonly creationSchema: number | null
  /** The session's temporary schema, made on first use. */
  temporarySchema(): number
  /** Whether objects that name no schema are temporary: the search path begins with pg_temp. */
  readonly createsTemporary: boolean
  /** What becomes of a temporary table when the transaction commits: it is dropped, or emptied as in all others. */
  atCommit(relation: number, action: 'drop' | 'empty'): void
  readonly owner: number
  readonly ownerName: string
  /** The session's user, who may act as another role. */
  readonly sessionRole: number
  /** The setting password_encryption. */
  readonly passwordEncryption: string
  /** The committed catalogs of all other databases. */
  otherDatabases(): readonly { readonly name: string; readonly catalog: CatalogSnapshot }[]
  readonly databaseName: string
  readonly format: FormatContext
  /** The setting check_function_bodies. */
  readonly validatesBodies: boolean
  notice(notice: Notice): void
  /** A context for running expressions and scans by the transaction's present snapshot. */
  execution(): ExecutionContext
  /** Locks a relation until the transaction ends. */
  lock(relation: number, mode: keyof typeof TABLE_LOCK): Promise<void>
  /** Locks another object of a catalog; a schema ACCESS SHARE by who puts something into it. */
  lockObject(catalog: number, object: number, mode: keyof typeof TABLE_LOCK): Promise<void>
}

/** Oids of the catalogs whose objects are locked. */
export const PG_TYPE = 1247
export const PG_NAMESPACE = 2615

export const analysisFor = (context: DefinitionContext): AnalysisContext =>
  analysisContext({
    catalog: context.catalog.snapshot,
    searchPath: context.searchPath,
    format: context.format,
    parameters: new ParameterTypes([], false),
    databaseName: context.databaseName,
    actingRole: context.owner,
  })

/** The schema a new object goes to, whoever may use it. */
export const namedSchema = (context: DefinitionContext, name: string | undefined): SchemaObject => {
  const { snapshot } = context.catalog
  if (name !== undefined) {
    const schema = snapshot.schemaByName(name)
    if (schema === null) throw undefinedSchema(name)
    return schema
  }
  if (context.creationSchema === null) throw noCreationSchema()
  return snapshot.schema(context.creationSchema) as SchemaObject
}

/** The schema that a command names, which the acting role must be allowed to use. Throws 42501. */
export const targetSchema = (context: DefinitionContext, name: string | undefined): SchemaObject => {
  const schema = namedSchema(context, name)
  if (name !== undefined) requireSchema(context.catalog.snapshot, context.owner, schema)
  return schema
}

/** The schema a new object goes to, which the acting role must be allowed to put something into. Throws 42501. */
export const creationTarget = (
  context: DefinitionContext,
  name: string | undefined,
  location?: number,
): SchemaObject => {
  const schema = namedSchema(context, name)
  if (mayUseSchema(context.catalog.snapshot, context.owner, schema, PRIVILEGE.CREATE)) return schema
  throw schemaDenied(schema.name, location)
}

/** Whether a relation that is about to be made is temporary by what it is called. */
export const isTemporaryName = (context: DefinitionContext, { schemaname, relpersistence }: RangeVar): boolean =>
  relpersistence === 't' || schemaname === 'pg_temp' || (schemaname === undefined && context.createsTemporary)

/** Where a new relation goes. Throws 42P16 for a temporary one in another schema; `location`: of the name, where that is told. */
export const placeOf = (
  context: DefinitionContext,
  range: RangeVar,
  location?: number,
): { readonly schema: number; readonly persistence: RelationObject['persistence'] } => {
  const { schemaname, relpersistence } = range
  if (!isTemporaryName(context, range)) {
    return {
      schema: creationTarget(context, schemaname, location).oid,
      persistence: relpersistence === 'u' ? 'u' : 'p',
    }
  }
  if (schemaname !== undefined && !/^pg_temp(_|$)/.test(schemaname)) {
    throw temporaryElsewhere(location)
  }
  if (relpersistence === 'u' && schemaname === 'pg_temp') throw onlyTemporaryThere(location)
  return { schema: context.temporarySchema(), persistence: 't' }
}

/** Tables have columns of the system's beside their own. */
export const isSystemColumn = ({ kind }: Pick<RelationObject, 'kind'>, name: string): boolean =>
  kind !== 'v' && kind !== 'c' && isSystemColumnName(name)

/** Throws 42701 for a name that a column of the system's has. */
export const requireColumnName = (kind: RelationObject['kind'], name: string): void => {
  if (isSystemColumn({ kind }, name)) throw systemColumnName(name)
}

/** Commands leave system catalogs alone. Throws 42501. */
export const requireChangeable = (relation: RelationObject): RelationObject => {
  if (relation.oid < FIRST_NORMAL_OID) throw systemCatalogProtected(relation.name)
  return relation
}

export const noticeOf = (context: DefinitionContext, message: string, detail?: string): void =>
  context.notice({
    severity: 'NOTICE',
    code: SQL_STATE.successful_completion,
    message,
    ...(detail === undefined ? {} : { fields: { detail } }),
  })

/** The relation as the transaction sees it now; changes are made to this record. */
export const currentRelation = (context: DefinitionContext, oid: number): RelationObject => {
  const relation = context.catalog.snapshot.relation(oid)
  if (relation === null) throw new Error(`relation ${oid} is gone`)
  return relation
}

/** Names are at most 63 bytes. */
const NAME_LIMIT = 63

/** Cuts a name to its limit, at a character. */
export const truncateName = (name: string): string => {
  const bytes = Buffer.from(name)
  if (bytes.length <= NAME_LIMIT) return name
  let end = NAME_LIMIT
  while (((bytes[end] as number) & 0xc0) === 0x80) end--
  return bytes.toString('utf8', 0, end)
}

/** `table_column_suffix`, the parts shortened in turn so that it fits (PostgreSQL: makeObjectName), then numbered until free. */
export const chooseName = (
  first: string,
  second: string | null,
  suffix: string,
  taken: (name: string) => boolean,
): string => {
  for (let n = 0; ; n++) {
    const name = composeName(first, second, n === 0 ? suffix : `${suffix}${n}`)
    if (!taken(name)) return name
  }
}

const composeName = (first: string, second: string | null, suffix: string): string => {
  const room = NAME_LIMIT - suffix.length - 1 - (second === null ? 0 : 1)
  let [a, b] = [first.length, second?.length ?? 0]
  while (a + b > room) {
    if (a > b) a--
    else b--
  }
  const parts = [first.slice(0, a), ...(second === null ? [] : [second.slice(0, b)]), suffix]
  return parts.join('_')
}

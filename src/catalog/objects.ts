/**
 * Schema objects as immutable records. Every object has an oid and states what it depends on; the system catalogs,
 * name resolution and DROP all read these records. A changed object is a new record.
 */
import type { AclItem } from '../types/acl-item.ts'
import type { Datum, SqlType } from '../types/sql-type.ts'
import type { Collation } from '../types/text-order.ts'
import type { SystemSource } from './system/source.ts'

/** A PostgreSQL parse tree node (`{ SelectStmt: { … } }`), kept as plain JSON: defaults, checks, view queries. */
export type ParseTree = Readonly<Record<string, unknown>>

/** pg_depend.deptype: normal (DROP refuses), auto (goes along), internal (goes along, cannot go alone). */
export interface Dependency {
  readonly oid: number
  /** Column number within a relation, 0 for the whole object. */
  readonly attnum: number
  readonly kind: 'normal' | 'auto' | 'internal'
}

interface ObjectBase {
  readonly oid: number
  readonly name: string
  readonly owner: number
  readonly comment: string | null
  readonly depends: readonly Dependency[]
  /** Access privileges; null: the default for the kind. */
  readonly acl: readonly AclItem[] | null
}

export interface SchemaObject extends ObjectBase {
  readonly class: 'schema'
}

/** A role's place in another one. */
export interface Membership {
  readonly role: number
  readonly grantor: number
  /** It may let others in. */
  readonly admin: boolean
}

export interface RoleObject extends ObjectBase {
  readonly class: 'role'
  readonly superuser: boolean
  readonly inherit: boolean
  readonly createRole: boolean
  readonly createDatabase: boolean
  readonly login: boolean
  readonly replication: boolean
  readonly bypassRls: boolean
  readonly connectionLimit: number
  readonly password: string | null
  readonly validUntil: number | null
  readonly memberOf: readonly Membership[]
}

export interface DatabaseObject extends ObjectBase {
  readonly class: 'database'
  /** Sessions that may be connected; none where it is not said. */
  readonly connectionLimit?: number
  readonly template: boolean
  readonly allowConnections: boolean
}

/** How a column gets its value when none is given. */
export interface Identity {
  readonly always: boolean
  readonly sequence: number
}

/** What ALTER COLUMN SET says of how a column is stored and measured; where it says nothing, the type does. */
export interface ColumnSettings {
  readonly statistics?: number
  /** `n_distinct=5` */
  readonly options?: readonly string[]
  /** pg_attribute.attstorage, attcompression. */
  readonly storage?: 'p' | 'e' | 'm' | 'x'
  readonly compression?: '' | 'p' | 'l'
}

export interface Column {
  /** 1-based, never reused: dropped columns keep their place. */
  readonly attnum: number
  readonly name: string
  readonly type: SqlType
  readonly typmod: number
  readonly notNull: boolean
  /** Default (or generation) expression as parsed; names in it are schema-qualified. */
  readonly default: ParseTree | null
  readonly generated: boolean
  /** What the expression depends on beside columns of the table; nothing where it is not said. */
  readonly uses?: readonly Dependency[]
  readonly identity: Identity | null
  readonly dropped: boolean
  /** What rows written before the column existed answer for it (ADD COLUMN … DEFAULT). */
  readonly missing: Datum
  readonly collation: number
  readonly comment: string | null
  /** Privileges on the column alone. */
  readonly acl?: readonly AclItem[]
  readonly settings?: ColumnSettings
  /** Parents that have the column, too (inheritance, partitions); none when it is not said. */
  readonly inherited?: number
  /** False: the column is there because of parents only. */
  readonly local?: false
}

/** What rows of a partitioned table are told apart by. */
export interface PartitionKey {
  readonly strategy: 'range' | 'list' | 'hash'
  readonly keys: readonly Pick<IndexKey, 'attnum' | 'expression' | 'type' | 'opclass'>[]
}

/** A bound of a range in one column: a value as text, or beyond all values. */
export type RangeDatum = { readonly value: string } | 'minvalue' | 'maxvalue'

/** Which rows a partition holds. Values are texts that do not depend on settings. */
export type PartitionBound =
  | { readonly kind: 'list'; readonly values: readonly (string | null)[] }
  | { readonly kind: 'range'; readonly lower: readonly RangeDatum[]; readonly upper: readonly RangeDatum[] }
  | { readonly kind: 'hash'; readonly modulus: number; readonly remainder: number }
  | { readonly kind: 'default' }

export interface IndexKey {
  /** Attribute number, or 0 for an expression. */
  readonly attnum: number
  readonly expression: ParseTree | null
  readonly type: SqlType
  readonly descending: boolean
  readonly nullsFirst: boolean
  readonly opclass: string | null
}

export interface IndexDefinition {
  readonly table: number
  readonly method: string
  readonly keys: readonly IndexKey[]
  /** INCLUDE columns. */
  readonly included: readonly number[]
  readonly unique: boolean
  readonly nullsNotDistinct: boolean
  readonly primary: boolean
  /** False for DEFERRABLE unique constraints, checked at the end of statement or transaction. */
  readonly immediate: boolean
  readonly predicate: ParseTree | null
  /** Of an exclusion constraint: the operator of each key. */
  readonly exclusion?: readonly number[]
  /** False while the index is made beside writers, or when that has failed: writers need not keep it unique. */
  readonly ready?: boolean
  /** False while the index may lack rows or have keys twice: it is kept, but not read. */
  readonly valid?: boolean
  /** The table was put into its order last (CLUSTER). */
  readonly clustered?: true
  /** REPLICA IDENTITY USING INDEX names it. */
  readonly replicaIdentity?: true
}

export interface SequenceDefinition {
  readonly type: SqlType
  readonly start: number | bigint
  readonly increment: number | bigint
  readonly min: number | bigint
  readonly max: number | bigint
  readonly cache: number | bigint
  readonly cycle: boolean
  /** Column that owns it (serial, identity): dropped with it. */
  readonly ownedBy: { readonly relation: number; readonly attnum: number } | null
}

export interface ViewDefinition {
  /** Bound: the relations it reads are named by oid. */
  readonly query: ParseTree
}

/** A relation of pg_catalog or information_schema whose rows are computed. */
export interface SystemRelation {
  /** Rows in column order, as the querying statement sees them. */
  rows(source: SystemSource): Iterable<Datum[]>
}

/** pg_class.relkind: table, partitioned table, view, index, partitioned index, sequence, composite type, materialized view. */
export type RelationKind = 'r' | 'p' | 'v' | 'i' | 'I' | 'S' | 'c' | 'm'

export interface RelationObject extends ObjectBase {
  readonly class: 'relation'
  readonly kind: RelationKind
  readonly schema: number
  readonly persistence: 'p' | 'u' | 't'
  readonly columns: readonly Column[]
  /** Oid of the row type; 0 for indexes and sequences. */
  readonly rowType: number
  /** Names the rows' storage; changes when the table is rewritten or truncated. 0: nothing stored. */
  readonly storageId: number
  readonly index: IndexDefinition | null
  readonly sequence: SequenceDefinition | null
  readonly view: ViewDefinition | null
  readonly system: SystemRelation | null
  /** Storage parameters as written: `fillfactor=70`. */
  readonly options: readonly string[]
  /** Tables that it inherits from, in order; of a partition, or a partition's index, just one. */
  readonly inherits?: readonly number[]
  readonly partitionKey?: PartitionKey
  readonly partition?: PartitionBound
  /** The composite type that a typed table is of. */
  readonly ofType?: number
  /** pg_class.relreplident where it is not the primary key: nothing, all columns, an index. */
  readonly replicaIdentity?: 'n' | 'f' | 'i'
  /** A materialized view WITH NO DATA: it cannot be read. */
  readonly unpopulated?: true
  /** Policies decide which rows are seen and made; `forced`: by the owner, too. */
  readonly rowSecurity?: true
  readonly rowSecurityForced?: true
}

export type ReferentialAction = 'no action' | 'restrict' | 'cascade' | 'set null' | 'set default'

export interface ForeignKey {
  readonly table: number
  readonly columns: readonly number[]
  readonly onUpdate: ReferentialAction
  readonly onDelete: ReferentialAction
  /** ON DELETE SET NULL/DEFAULT (columns); empty: all. */
  readonly deleteColumns: readonly number[]
  readonly matchFull: boolean
  /** The unique index of the referenced table. */
  readonly index: number
}

export interface ConstraintObject extends ObjectBase {
  readonly class: 'constraint'
  readonly schema: number
  /** The table; 0 for constraints of domains. */
  readonly table: number
  /** The domain that it constrains. */
  readonly domain?: number
  readonly type: 'check' | 'primary' | 'unique' | 'exclude' | 'foreign'
  readonly columns: readonly number[]
  readonly check: ParseTree | null
  /** Index of primary, unique and exclusion constraints; 0 otherwise. */
  readonly index: number
  readonly foreign: ForeignKey | null
  readonly deferrable: boolean
  readonly initiallyDeferred: boolean
  readonly validated: boolean
  readonly noInherit: boolean
  /** As of columns. */
  readonly inherited?: number
  readonly local?: false
  /** The partitioned table's constraint that it is part of. */
  readonly parent?: number
}

/** What CREATE TYPE … AS RANGE says. */
export interface RangeDefinition {
  readonly subtype: number
  /** The collation that the subtype is put under. */
  readonly collation?: number
  /** The multirange type, an object of its own that goes with the range type. */
  readonly multirange: number
  /** Function that measures the distance of two bounds, 0 for none. */
  readonly difference: number
}

/** What CREATE DOMAIN says; its checks are constraints of the type. */
export interface DomainDefinition {
  readonly base: number
  /** The collation that the base type is put under. */
  readonly collation?: number
  readonly typmod: number
  readonly notNull: boolean
  readonly default: ParseTree | null
}

/** A user-defined type: an enum, the row type of a relation, a range or its multirange, a domain. */
export interface TypeObject extends ObjectBase {
  readonly class: 'type'
  readonly schema: number
  readonly type: SqlType
  readonly arrayType: SqlType
  /** Enum labels in order with their oids. */
  readonly labels: readonly { readonly oid: number; readonly label: string; readonly order: number }[] | null
  readonly range?: RangeDefinition
  /** Of a multirange type: its range type. */
  readonly multirangeOf?: number
  readonly domain?: DomainDefinition
}

/** pg_proc.proargmodes: in, out, inout, variadic, table column. */
export type ArgumentMode = 'i' | 'o' | 'b' | 'v' | 't'

export interface FunctionArgument {
  /** Empty when it has none. */
  readonly name: string
  readonly type: number
  readonly mode: ArgumentMode
  readonly default: ParseTree | null
}

/** What CREATE AGGREGATE says; functions by oid, 0 for none. */
export interface AggregateDefinition {
  readonly transition: number
  readonly final: number
  readonly state: number
  readonly initial: string | null
  /** Operator by which the aggregate's value is a first row, 0 for none. */
  readonly sortOperator: number
}

/** A function, procedure or aggregate of the database. */
export interface FunctionObject extends ObjectBase {
  readonly class: 'function'
  readonly schema: number
  readonly kind: 'function' | 'procedure' | 'aggregate' | 'window'
  /** pg_language.lanname. */
  readonly language: string
  readonly arguments: readonly FunctionArgument[]
  readonly result: number
  readonly returnsSet: boolean
  readonly volatility: 'immutable' | 'stable' | 'volatile'
  readonly strict: boolean
  readonly securityDefiner: boolean
  readonly leakproof: boolean
  readonly parallel: 's' | 'r' | 'u'
  readonly cost: number
  readonly rows: number
  /** The body as a string; for internal functions the name of what computes them. */
  readonly source: string
  /** The body as BEGIN ATOMIC or RETURN wrote it: statements. */
  readonly body: readonly ParseTree[] | null
  /** SET clauses as `name=value`. */
  readonly settings: readonly string[]
  /** The body changes data or may wait for others: it cannot run amid the evaluation of vectors. */
  readonly waits: boolean
  readonly aggregate: AggregateDefinition | null
}

export interface CollationObject extends ObjectBase {
  readonly class: 'collation'
  readonly schema: number
  readonly collation: Collation
}

/** Settings that sessions of a role (0: all), in a database (0: all), begin with: `name=value`. */
export interface RoleSettingObject extends ObjectBase {
  readonly class: 'role setting'
  readonly role: number
  readonly database: number
  readonly settings: readonly string[]
}

/** pg_default_acl.defaclobjtype: relations, sequences, functions, types, schemas. */
export type DefaultAclKind = 'r' | 'S' | 'f' | 'T' | 'n'

/** The privileges that objects get which a role (the owner of this) makes in a schema (0: anywhere). */
export interface DefaultAclObject extends ObjectBase {
  readonly class: 'default privileges'
  readonly schema: number
  readonly kind: DefaultAclKind
  readonly acl: readonly AclItem[]
}

/** The privileges that were given on an object which is no record of the catalog: it is part of the program. */
export interface BuiltinAclObject extends ObjectBase {
  readonly class: 'built-in privileges'
  /** The catalog that has the object, and its oid there. */
  readonly catalog: number
  readonly object: number
  /** By attribute number, of relations. */
  readonly columns: Readonly<Record<number, readonly AclItem[]>>
}

/** Which rows of a table a role may see, and which it may make. */
export interface PolicyObject extends ObjectBase {
  readonly class: 'policy'
  readonly table: number
  readonly command: 'all' | 'select' | 'insert' | 'update' | 'delete'
  readonly permissive: boolean
  /** 0: everybody. */
  readonly roles: readonly number[]
  readonly using: ParseTree | null
  readonly withCheck: ParseTree | null
}

export type CatalogObject =
  | RoleSettingObject
  | DefaultAclObject
  | BuiltinAclObject
  | PolicyObject
  | CollationObject
  | SchemaObject
  | RoleObject
  | DatabaseObject
  | RelationObject
  | ConstraintObject
  | TypeObject
  | FunctionObject

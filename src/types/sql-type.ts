/**
 * What a SQL type is to the rest of the server: its identity in pg_type, its text and binary codecs, its order, and
 * the physical form its values take in column vectors. Nothing outside `types` branches on a particular type; it asks
 * the type.
 *
 * Values ("datums") by type:
 *
 * | type | datum |
 * |---|---|
 * | bool | boolean |
 * | int2 int4 oid xid cid reg* float4 float8 | number (float4 rounded with Math.fround) |
 * | int8, money | number when it is a safe integer, else bigint — always: equal values have one representation |
 * | numeric | Numeric (immutable; coefficient kept as int8 is, plus scale; NaN and infinities) |
 * | text varchar bpchar name "char" json xml cstring unknown | string (bpchar blank-padded as PostgreSQL stores it) |
 * | bytea | Uint8Array |
 * | date | number: days since 2000-01-01; 2147483647 and -2147483648 are the infinities |
 * | time | number: microseconds of the day |
 * | timetz | TimeTz { micros, zone } (zone: seconds west of Greenwich) |
 * | timestamp timestamptz | microseconds since 2000-01-01 as int8 is kept; ±Infinity are the infinities |
 * | interval | Interval { months, days, micros } |
 * | bit varbit | string of the characters 0 and 1 |
 * | pg_lsn xid8 | as int8, without sign |
 * | macaddr macaddr8 pg_snapshot txid_snapshot | string, canonical |
 * | inet cidr | InetAddress |
 * | point lseg line box path polygon circle | the shapes of `geometry/shapes.ts` |
 * | tsvector | TsVector |
 * | tsquery | TsQuery |
 * | aclitem | AclItem |
 * | uuid | string, lower case with hyphens |
 * | jsonb | the class of `jsonb.ts` |
 * | jsonpath | JsonPath, the tree of `jsonpath/items.ts` |
 * | arrays | SqlArray { dimensions, lowerBounds, elements } |
 * | enums | string (the label) |
 * | domains | as of the type below |
 * | ranges | SqlRange { lower, upper, lowerInclusive, upperInclusive, empty } |
 * | multiranges | SqlMultirange { ranges } |
 * | record and row types | SqlRecord { types, values } |
 *
 * SQL NULL is `null` everywhere.
 */
import type { Collation, TextOrder } from './text-order.ts'

/** A SQL value; its JavaScript form depends on its type, see the table above. */
// biome-ignore lint/suspicious/noExplicitAny: a datum's form is known from its SqlType, not from TypeScript
export type Datum = any

/**
 * How a vector holds values of a type.
 * - `bool`: Uint8Array of 0/1
 * - `int32`: Int32Array
 * - `float64`: Float64Array (float4, float8, oid)
 * - `int64`: Float64Array while every value is a safe integer, else an array of datums
 * - `decimal`: Float64Array of scaled integers sharing one scale, else an array of Numeric
 * - `text`: dictionary codes over strings, or an array of strings
 * - `any`: an array of datums
 */
export type PhysicalKind = 'bool' | 'int32' | 'float64' | 'int64' | 'decimal' | 'text' | 'any'

/** Looks names up for types whose text form names an object (regclass, regtype, …). Null: no such object. */
export interface ObjectNames {
  /** Name as it must be written under the current search_path, e.g. `public.t` or `t`. */
  format(kind: RegKind, oid: number): string | null
  /** Throws SqlError when the name does not resolve. */
  resolve(kind: RegKind, name: string): number
}
export type RegKind =
  | 'regclass'
  | 'regtype'
  | 'regproc'
  | 'regprocedure'
  | 'regoper'
  | 'regoperator'
  | 'regnamespace'
  | 'regrole'
  | 'regcollation'
  | 'regconfig'
  | 'regdictionary'

/** What a session's settings say about how values are read and written. */
export interface FormatContext {
  readonly dateStyle: 'ISO' | 'Postgres' | 'SQL' | 'German'
  readonly dateOrder: 'MDY' | 'DMY' | 'YMD'
  readonly intervalStyle: 'postgres' | 'postgres_verbose' | 'sql_standard' | 'iso_8601'
  /** IANA name or POSIX specification. */
  readonly timeZone: string
  readonly extraFloatDigits: number
  readonly byteaOutput: 'hex' | 'escape'
  /** What texts read as xml must be; content where absent. */
  readonly xmlOption?: 'content' | 'document'
  /** Whether NULL without quotes is a null element of arrays; it is where absent. */
  readonly arrayNulls?: boolean
  /** Start of the transaction, for inputs such as 'now' and 'today': microseconds since 2000-01-01 UTC. */
  readonly transactionTimestamp: number
  readonly names: ObjectNames
  /** Throws when a value that was read breaks a constraint of the domain; absent where values are not checked. */
  readonly checkDomain?: (domain: SqlType, value: Datum) => void
}

/** pg_type.typcategory. */
export type TypeCategory = 'A' | 'B' | 'C' | 'D' | 'E' | 'G' | 'I' | 'N' | 'P' | 'R' | 'S' | 'T' | 'U' | 'V' | 'X' | 'Z'

export interface SqlType {
  readonly oid: number
  /** pg_type.typname: `int4`, `_text`. */
  readonly name: string
  /** pg_type.typnamespace; 11 is pg_catalog. */
  readonly namespace: number
  /** How SQL writes it without typmod: `integer`, `text[]`, `timestamp without time zone`. */
  readonly sqlName: string
  /** pg_type.typtype: base, composite, domain, enum, pseudo, range, multirange. */
  readonly kind: 'b' | 'c' | 'd' | 'e' | 'p' | 'r' | 'm'
  readonly category: TypeCategory
  readonly preferred: boolean
  /** typlen (-1 varlena, -2 cstring), typbyval, typalign, typstorage, typdelim: as pg_type shows them. */
  readonly length: number
  readonly byValue: boolean
  readonly align: 'c' | 's' | 'i' | 'd'
  readonly storage: 'p' | 'e' | 'm' | 'x'
  readonly delimiter: string
  /** Oid of the array type over this one, 0 for none. */
  readonly arrayOid: number
  /** For arrays (and the fixed vectors int2vector, oidvector, and name, point …): the element type, else null. */
  readonly element: SqlType | null
  /** Of types of fixed length that can be subscripted (name, point, …): a value's elements, counted from 0. */
  readonly parts?: (value: Datum) => readonly Datum[]
  /** The value of such elements, where they can be assigned to. */
  readonly fromParts?: (parts: readonly Datum[]) => Datum
  /** pg_type.typcollation: 100 (default) when text-like, 950 ("C") for name, else 0. */
  readonly collation: number
  /** The collation that the type was put under (`collate`), and its order where that is not by code points. */
  readonly collated?: Collation
  readonly order?: TextOrder
  readonly physical: PhysicalKind
  /** pg_type.typrelid of row types, else 0. */
  readonly relation: number

  /** Input function: text form to datum. Throws 22P02 and its kin. `typmod` -1: none. */
  parse(text: string, typmod: number, context: FormatContext): Datum
  /** Output function: datum (not null) to text form. */
  format(value: Datum, context: FormatContext): string
  /** Receive function: binary form to datum. Throws 22P03 and its kin. */
  receive(bytes: Uint8Array, typmod: number, context: FormatContext): Datum
  /** Send function: datum (not null) to binary form. */
  send(value: Datum, context: FormatContext): Uint8Array

  /** Default B-tree order: negative, 0, positive. Null when the type has no order (json). */
  readonly compare: ((a: Datum, b: Datum) => number) | null
  /**
   * A primitive that is equal exactly when two datums are equal: the key of hash joins, grouping and unique checks.
   * Identity for types whose datums are primitives already. Null when the type has no equality.
   */
  readonly hashKey: ((value: Datum) => string | number | bigint | boolean) | null

  /** Fits a datum of this type to a typmod (varchar(n), numeric(p,s), timestamp(p)); `explicit` casts truncate silently. */
  applyTypmod(value: Datum, typmod: number, explicit: boolean): Datum
  /** `(10,2)` for numeric's typmod, '' for -1; together with sqlName it is format_type(). */
  formatTypmod(typmod: number): string
  /** Reads type modifiers as written (`varchar(10)` gives [10]) into a typmod. Throws 22023. */
  parseTypmod(modifiers: readonly string[]): number
}

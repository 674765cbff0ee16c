/** What system information functions may look at, and how they are collected. */
import type { EvalContext } from '../../functions/context.ts'
import type { Storage } from '../../storage/storage.ts'
import type { Datum } from '../../types/sql-type.ts'
import type { FunctionObject, ParseTree, RelationObject } from '../objects.ts'
import type { CatalogSnapshot } from '../snapshot.ts'

/** Writes stored parse trees as PostgreSQL shows them; the session layer, which can analyse them, provides it. */
export interface StoredPrinter {
  /**
   * An expression over a relation's columns (null: none may be named). `attnum`: it is that column's default or
   * generation expression. `pretty`: with no more parentheses than needed.
   */
  expression(tree: ParseTree, relation: RelationObject | null, attnum: number, pretty: boolean): string
  /** A view's query without the final semicolon. */
  query(relation: RelationObject, pretty: boolean): string
  /** The body of a function that was written as BEGIN ATOMIC or RETURN. */
  body(routine: FunctionObject): string
  /** Attribute numbers of a view's columns that can be changed; null: its rows cannot be changed at all. */
  updatable(relation: RelationObject): readonly number[] | null
}

export interface InformationSource {
  readonly catalog: CatalogSnapshot
  /** Effective schema names, implicit ones included. */
  readonly searchPath: readonly string[]
  readonly storage: Storage
  readonly eval: EvalContext
  readonly printer: StoredPrinter
}

/** Called with the SQL arguments in order; NULL is null. */
export type InformationFunction = (source: InformationSource, ...args: Datum[]) => Datum

export type InformationFunctions = Readonly<Record<string, InformationFunction>>

/** What a check of a database answers, and what its parts work with. */
import type { RelationObject } from '../../catalog/objects.ts'
import type { CatalogSnapshot } from '../../catalog/snapshot.ts'
import type { SqlError } from '../../errors/sql-error.ts'
import type { ExecutionContext } from '../../exec/context.ts'
import type { Rest } from '../../storage/check-storage.ts'

export interface Finding {
  /** `error`: something stored is wrong; `warning`: something could not be looked at because of that. */
  readonly severity: 'error' | 'warning'
  /** Qualified name of the table, index, sequence or other object. */
  readonly object: string
  /** Name of the file that is damaged; empty where it is no file's fault. */
  readonly file: string
  readonly message: string
}

export interface CheckContext {
  readonly execution: ExecutionContext
  readonly rest: Rest
}

export const problem = (object: string, message: string, file = ''): Finding => ({
  severity: 'error',
  object,
  file,
  message,
})

/** What an error says, in one line. */
export const messageOf = ({ message, fields }: SqlError): string =>
  fields.detail === undefined ? message : `${message}: ${fields.detail}`

/** `schema.name` of a relation. */
export const nameOf = (catalog: CatalogSnapshot, relation: RelationObject): string =>
  `${catalog.schema(relation.schema)?.name ?? relation.schema}.${relation.name}`

/** Problems of one kind that are named one by one; the rest are counted. */
const NAMED = 10

/** Collects problems of single rows, so that a table full of them makes no endless list. */
export class RowProblems {
  readonly #object: string
  readonly #text: (row: string) => string
  readonly #rows: string[] = []
  #count = 0

  constructor(object: string, text: (row: string) => string) {
    this.#object = object
    this.#text = text
  }

  add(row: number | string): void {
    if (this.#count++ < NAMED) this.#rows.push(String(row))
  }

  findings(): Finding[] {
    const named = this.#rows.map((row) => problem(this.#object, this.#text(row)))
    const more = this.#count - named.length
    return more > 0 ? [...named, problem(this.#object, `${more} more: ${this.#text('…')}`)] : named
  }
}

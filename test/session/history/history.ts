/**
 * What transactions did, as their clients saw it. Two kinds of objects, both told apart by the values written to them,
 * which are unique:
 *
 * - lists: appended to, so that a read tells the order of the writes before it. A list is there from the beginning and
 *   may be deleted once, or is made by its first append and stays;
 * - sets: rows that are only ever added; a read tells which writes it has seen.
 */

export type Isolation = 'read committed' | 'repeatable read' | 'serializable'

export type Operation =
  | { readonly kind: 'append'; readonly list: number; readonly value: number }
  /** `items` null: the list was not there. */
  | { readonly kind: 'read'; readonly list: number; readonly items: readonly number[] | null }
  | { readonly kind: 'delete'; readonly list: number; readonly items: readonly number[] }
  /** The list was seen to exist (ON CONFLICT DO NOTHING). */
  | { readonly kind: 'exists'; readonly list: number }
  | { readonly kind: 'add'; readonly set: number; readonly value: number }
  | { readonly kind: 'members'; readonly set: number; readonly values: readonly number[] }

export interface HistoryTransaction {
  readonly id: number
  /** Operations in order; those undone by a savepoint are in `undone`. */
  readonly operations: Operation[]
  readonly undone: Operation[]
  status: 'committed' | 'aborted'
  /** Moments of one clock: BEGIN was sent, COMMIT was answered. */
  begun: number
  ended: number
}

export interface History {
  readonly transactions: readonly HistoryTransaction[]
  /** Lists that are there, empty, before the first transaction. */
  readonly initial: ReadonlySet<number>
  /** What is there after the last transaction. */
  readonly lists: ReadonlyMap<number, readonly number[]>
  readonly sets: ReadonlyMap<number, readonly number[]>
}

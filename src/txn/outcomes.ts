/** How transactions ended, as far back as this server remembers: pg_xact_status() asks. */

/** So many aborted transactions are remembered; of ones before the oldest of them nothing is known. */
const REMEMBERED = 65_536
/** Ids below it belong to no transaction that could have failed. */
const FIRST_NORMAL_XID = 3

export class Outcomes {
  readonly #inProgress: ReadonlyMap<number, unknown>
  readonly #ids: { readonly nextXid: number }
  /** In the order in which they ended. */
  readonly #aborted = new Set<number>()
  /** Older ones are not known: they ended before the server started, or so long ago that they were forgotten. */
  #firstKnown: number | null = null

  constructor(inProgress: ReadonlyMap<number, unknown>, ids: { readonly nextXid: number }) {
    this.#inProgress = inProgress
    this.#ids = ids
  }

  /** To be called before the first id of this start is given out. */
  start(): void {
    this.#firstKnown ??= this.#ids.nextXid
  }

  aborted(xid: number): void {
    this.#aborted.add(xid)
    if (this.#aborted.size <= REMEMBERED) return
    const [oldest = 0] = this.#aborted
    this.#aborted.delete(oldest)
    this.#firstKnown = Math.max(this.#firstKnown ?? 0, oldest + 1)
  }

  /** Null for ids that never were, and where it is not known any more. */
  statusOf(xid: number): 'in progress' | 'committed' | 'aborted' | null {
    if (xid < FIRST_NORMAL_XID) return xid === 0 ? null : 'committed'
    if (this.#inProgress.has(xid)) return 'in progress'
    if (this.#aborted.has(xid)) return 'aborted'
    return this.#firstKnown !== null && xid >= this.#firstKnown ? 'committed' : null
  }
}

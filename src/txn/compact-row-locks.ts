/**
 * Row locks of transactions that hold very many: a few bits a row instead of an object. Nobody waits for such a lock as
 * it is: whoever asks for a row that one stands on has it made an ordinary lock first.
 */
import { modesIn, ROW_LOCK, type LockMode } from './lock-modes.ts'

/** Rows of one page of bits. */
const PAGE_ROWS = 65536
/** Row lock modes begin at this bit. */
const FIRST_MODE = Math.log2(ROW_LOCK.forKeyShare)

/** An owner's rows of one relation: a byte of modes each, in pages. */
type Pages = Map<number, Uint8Array>

export class CompactRowLocks<Owner> {
  /** By relation, then by owner. */
  readonly #relations = new Map<number, Map<Owner, Pages>>()

  /** Adds a mode to what an owner holds of a row. */
  add(owner: Owner, relation: number, rowid: number, mode: LockMode): void {
    let owners = this.#relations.get(relation)
    if (owners === undefined) {
      owners = new Map()
      this.#relations.set(relation, owners)
    }
    let pages = owners.get(owner)
    if (pages === undefined) {
      pages = new Map()
      owners.set(owner, pages)
    }
    const index = Math.floor(rowid / PAGE_ROWS)
    let page = pages.get(index)
    if (page === undefined) {
      page = new Uint8Array(PAGE_ROWS)
      pages.set(index, page)
    }
    page[rowid % PAGE_ROWS] = (page[rowid % PAGE_ROWS] as number) | (mode >> FIRST_MODE)
  }

  /** Whether anybody holds rows of a relation here. */
  has(relation: number): boolean {
    return this.#relations.has(relation)
  }

  /** Takes what is held of a row out of here: each owner with its modes. */
  take(relation: number, rowid: number): { readonly owner: Owner; readonly modes: readonly LockMode[] }[] {
    const taken: { owner: Owner; modes: LockMode[] }[] = []
    for (const [owner, pages] of this.#relations.get(relation) ?? []) {
      const page = pages.get(Math.floor(rowid / PAGE_ROWS))
      const bits = page?.[rowid % PAGE_ROWS] ?? 0
      if (page === undefined || bits === 0) continue
      page[rowid % PAGE_ROWS] = 0
      taken.push({ owner, modes: modesIn(bits << FIRST_MODE) })
    }
    return taken
  }

  /** The rows that an owner holds here, with bits of their modes. */
  *rowsOf(owner: Owner): Generator<{ readonly relation: number; readonly rowid: number; readonly modes: number }> {
    for (const [relation, owners] of this.#relations) {
      for (const [index, page] of owners.get(owner) ?? []) {
        for (let i = 0; i < PAGE_ROWS; i++) {
          const bits = page[i] as number
          if (bits !== 0) yield { relation, rowid: index * PAGE_ROWS + i, modes: bits << FIRST_MODE }
        }
      }
    }
  }

  /** Everything that an owner holds here is given up. */
  release(owner: Owner): void {
    for (const [relation, owners] of this.#relations) {
      owners.delete(owner)
      if (owners.size === 0) this.#relations.delete(relation)
    }
  }
}

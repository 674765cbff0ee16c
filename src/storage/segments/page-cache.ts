/**
 * Decoded pages (columns of segments, parts of index runs) under a memory budget: a clock gives unused ones
 * another chance, then drops them.
 */

/** A page in memory; its owner holds on to it and forgets it when told. */
export class CachedPage<T> {
  readonly content: T
  readonly bytes: number
  readonly #forget: () => void
  readonly #weight: number
  /** How often the clock passes before the page goes. */
  chances = 0

  /** `weight`: chances that each use gives; more for what is dear to read again. */
  constructor(content: T, bytes: number, forget: () => void, weight = 1) {
    this.content = content
    this.bytes = bytes
    this.#forget = forget
    this.#weight = weight
    this.touch()
  }

  /** The page is used. */
  touch(): void {
    this.chances = this.#weight
  }

  evict(): void {
    this.#forget()
  }
}

/** Bytes of dropped pages after which the owner is told. */
const NOTED_GARBAGE = 16 * 1024 * 1024

export class PageCache {
  readonly #pages = new Set<CachedPage<unknown>>()
  readonly #budget: number
  #bytes = 0
  readonly #reserved: () => number
  /** Bytes dropped since the last call of `onGarbage`. */
  #garbage = 0
  /** Called from time to time while pages come in the place of others. */
  onGarbage: (() => void) | null = null

  /**
   * `budget` in bytes; the newest page stays even when it alone exceeds it. `reserved` tells what others hold of the
   * budget; a quarter of it is left for pages in any case.
   */
  constructor(budget: number, reserved: () => number = () => 0) {
    this.#budget = budget
    this.#reserved = reserved
  }

  /** Bytes of all cached pages. */
  get bytes(): number {
    return this.#bytes
  }

  /** Whether so many bytes more push nothing out. */
  hasRoom(bytes: number): boolean {
    return this.#bytes + bytes <= this.#limit
  }

  get #limit(): number {
    return Math.max(this.#budget - this.#reserved(), this.#budget / 4)
  }

  add(page: CachedPage<unknown>): void {
    this.#pages.add(page)
    this.#bytes += page.bytes
    this.#evict(page)
    if (this.#garbage < NOTED_GARBAGE) return
    this.#garbage = 0
    this.onGarbage?.()
  }

  remove(page: CachedPage<unknown>): void {
    if (this.#pages.delete(page)) this.#bytes -= page.bytes
  }

  /** Drops pages until they fit what is left of the budget. */
  shrink(): void {
    this.#evict(null)
  }

  #evict(keep: CachedPage<unknown> | null): void {
    const limit = this.#limit
    if (this.#bytes <= limit) return
    // A Set iterates in insertion order and comes to what is re-inserted again: the hand of the clock.
    for (const candidate of this.#pages) {
      if (this.#bytes <= limit) break
      if (candidate === keep) {
        if (this.#pages.size === 1) break
        continue
      }
      this.#pages.delete(candidate)
      if (candidate.chances > 0) {
        candidate.chances--
        this.#pages.add(candidate)
      } else {
        this.#bytes -= candidate.bytes
        this.#garbage += candidate.bytes
        candidate.evict()
      }
    }
  }
}

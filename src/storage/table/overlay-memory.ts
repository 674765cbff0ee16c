/**
 * What the row versions of all tables take in memory, the limit at which they are to be merged away, and the one at which
 * writers wait for that.
 */

/** Share of the limit beyond which commits are held back while merging gives memory back. */
const HELD_SHARE = 1.25

export class OverlayMemory {
  readonly limit: number
  bytes = 0
  /** Called when the limit is passed; not again before `relieved`. */
  onPressure: (() => void) | null = null
  #called = false
  #relieving = false
  #held: (() => void)[] = []

  /** `limit` in bytes. */
  constructor(limit: number) {
    this.limit = limit
  }

  add(delta: number): void {
    this.bytes += delta
    if (this.#held.length > 0 && this.bytes <= HELD_SHARE * this.limit) this.#release()
    if (this.bytes <= this.limit || this.#called || delta <= 0) return
    this.#called = true
    this.onPressure?.()
  }

  /** Merging begins: writers that are too quick for it wait. */
  relieving(): void {
    this.#relieving = true
  }

  /** What could be merged away now was, if only for the moment: nobody waits for what no merge can do. */
  paused(): void {
    this.#relieving = false
    this.#release()
  }

  /** The overlay is below its limit; the next write beyond it calls again. */
  relieved(): void {
    this.#called = false
  }

  /** Null, or a promise for a writer to wait for before it goes on: it resolves when merging has caught up. */
  held(): Promise<void> | null {
    if (!this.#relieving || this.bytes <= HELD_SHARE * this.limit) return null
    return new Promise((resolve) => this.#held.push(resolve))
  }

  #release(): void {
    const held = this.#held
    this.#held = []
    for (const resolve of held) resolve()
  }
}

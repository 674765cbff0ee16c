/**
 * What a process takes beyond the memory budget: queries' working memory, garbage not yet collected, what the allocator
 * holds back. Where that is more than is tolerated, pages are dropped for it until it is gone.
 */

/** Bytes that a process may take beyond its budget before pages make room. */
const TOLERATED = 320 * 1024 * 1024
/** Milliseconds between two looks at the process. */
const INTERVAL = 200

export class MemoryWatch {
  readonly #budget: number
  readonly #onExcess: () => void
  /** Bytes that pages must do without. */
  excess = 0

  /** `onExcess` is called when `excess` has grown. */
  constructor(budget: number, onExcess: () => void) {
    this.#budget = budget
    this.#onExcess = onExcess
  }

  start(): void {
    setInterval(() => this.look(process.memoryUsage.rss()), INTERVAL).unref()
  }

  /** Adapts to a process of so many bytes: at once when it is too large, step by step when there is room again. */
  look(rss: number): void {
    const over = rss - this.#budget - TOLERATED
    if (over > 0) {
      this.excess = Math.min(this.excess + over / GAIN, this.#budget)
      this.#onExcess()
    } else this.excess = Math.max(0, this.excess + over / GAIN)
  }
}

/** What is dropped is gone only after the next collection: no more than this share of what is missing is dropped at once. */
const GAIN = 8

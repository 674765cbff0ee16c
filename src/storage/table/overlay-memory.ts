/** What the row versions of all tables take in memory, and the limit at which they are to be merged away. */
export class OverlayMemory {
  readonly limit: number
  bytes = 0
  /** Called when the limit is passed; not again before `relieved`. */
  onPressure: (() => void) | null = null
  #called = false

  /** `limit` in bytes. */
  constructor(limit: number) {
    this.limit = limit
  }

  add(delta: number): void {
    this.bytes += delta
    if (this.bytes <= this.limit || this.#called || delta <= 0) return
    this.#called = true
    this.onPressure?.()
  }

  /** What could be merged away was; the next write beyond the limit calls again. */
  relieved(): void {
    this.#called = false
  }
}

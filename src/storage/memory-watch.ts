/**
 * What a process takes beyond the memory budget: queries' working memory, garbage not yet collected, what the allocator
 * holds back. Where that is more than is tolerated, garbage is collected, and pages are dropped until it is gone.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Bytes that a process may take beyond its budget before pages make room. */
const TOLERATED = 192 * 1024 * 1024
/** Milliseconds between two looks at the process. */
const INTERVAL = 100
/** What is dropped is gone only after the next collection: no more than this share of what is missing is dropped at once. */
const GAIN = 8
/** Milliseconds between two collections, doubled up to the maximum while they give back less than `WORTHWHILE` bytes. */
const COLLECTION = 250
const MAX_COLLECTION = 64_000
const WORTHWHILE = 32 * 1024 * 1024

/** Shares of the budget above which there is no room for garbage to wait, and below which there is again. */
const CROWDED_SHARE = 0.5
const ROOMY_SHARE = 0.4

interface ProcessMemory {
  /** Resident bytes. */
  resident(): number
  /** Collects garbage. */
  collect(): void
  /** Whether garbage outside the heap may be left for longer. */
  setPatience(isPatient: boolean): void
}

/** V8 has garbage outside the heap wait for a collection that is due as if it lay within. */
const PATIENCE = 'external-memory-accounted-in-global-limit'

/** This process. */
export const ownMemory = (): ProcessMemory => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  return {
    resident: () => process.memoryUsage.rss(),
    collect,
    setPatience: (isPatient) => setFlagsFromString(isPatient ? `--${PATIENCE}` : `--no-${PATIENCE}`),
  }
}

export class MemoryWatch {
  readonly #budget: number
  readonly #onExcess: () => void
  /** Bytes that pages must do without. */
  excess = 0
  #memory: ProcessMemory | null = null
  #isPatient: boolean | null = null
  #pause = COLLECTION
  #collected = Number.NEGATIVE_INFINITY

  /** `onExcess` is called when `excess` has grown. */
  constructor(budget: number, onExcess: () => void) {
    this.#budget = budget
    this.#onExcess = onExcess
  }

  start(memory: ProcessMemory): void {
    this.#memory = memory
    setInterval(() => this.hurry(), INTERVAL).unref()
  }

  /** Looks now: much was dropped, and is garbage. */
  hurry(): void {
    if (this.#memory !== null) this.look(this.#memory, performance.now())
  }

  /** Adapts to what the process takes at a time in milliseconds: quickly when that is too much, slowly when there is room. */
  look(memory: ProcessMemory, now: number): void {
    const resident = memory.resident()
    this.#setPatience(memory, resident)
    const over = resident - this.#budget - TOLERATED
    if (over <= 0) {
      this.excess = Math.max(0, this.excess + over / GAIN)
      return
    }
    this.excess = Math.min(this.excess + over / GAIN, this.#budget)
    this.#onExcess()
    if (now - this.#collected < this.#pause) return
    this.#collected = now
    memory.collect()
    const freed = over + this.#budget + TOLERATED - memory.resident()
    this.#pause = freed >= WORTHWHILE ? COLLECTION : Math.min(2 * this.#pause, MAX_COLLECTION)
  }

  /**
   * By default V8 collects for every 64 MB of arrays that were made, which a load does many times a second. As long as
   * there is room they may wait.
   */
  #setPatience(memory: ProcessMemory, resident: number): void {
    const isPatient = resident < (this.#isPatient === false ? ROOMY_SHARE : CROWDED_SHARE) * this.#budget
    if (isPatient === this.#isPatient) return
    this.#isPatient = isPatient
    memory.setPatience(isPatient)
    // V8 finds out what it tolerates from now on when it collects.
    if (!isPatient) memory.collect()
  }
}

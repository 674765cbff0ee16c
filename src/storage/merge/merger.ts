/** When slots are merged: in the background when a table says that it is due, or all at once on request; one at a time. */
import type { TableStore } from '../table/table-store.ts'
import { type MergeContext, mergeSlot } from './merge-slot.ts'

/**
 * Milliseconds before a slot is merged, so that the statement that filled it may commit; doubled up to the maximum while
 * snapshots or open transactions keep its rows in the overlay.
 */
const DELAY = 50
const MAX_DELAY = 5000
/** Rows that must be ready to be folded for a merge in the background. */
const BACKGROUND_MINIMUM = 4096

export class Merger {
  readonly #context: MergeContext
  readonly #logger: (message: string) => void
  /** Slots to merge in the background, by store. */
  #queue = new Map<TableStore, Set<number>>()
  #timer: NodeJS.Timeout | null = null
  #delay = DELAY
  /** The last merge asked for; the next begins when it has ended. */
  #last: Promise<unknown> = Promise.resolve()
  #stopped = false

  constructor(context: MergeContext, logger: (message: string) => void) {
    this.#context = context
    this.#logger = logger
  }

  /** Merges a store's slots in the background from now on. */
  watch(store: TableStore): void {
    store.onMergeDue = (due, slotIndex) => this.#enqueue(due, slotIndex)
  }

  #enqueue(store: TableStore, slotIndex: number): void {
    if (this.#stopped) return
    const slots = this.#queue.get(store)
    if (slots === undefined) this.#queue.set(store, new Set([slotIndex]))
    else slots.add(slotIndex)
    this.#timer ??= setTimeout(() => {
      this.#timer = null
      this.#mergeQueued().catch((error: Error) => this.#logger(`merging failed: ${error.message}`))
    }, this.#delay).unref()
  }

  async #mergeQueued(): Promise<void> {
    const queue = this.#queue
    this.#queue = new Map()
    const delay = this.#delay
    this.#delay = DELAY
    for (const [store, slots] of queue) {
      for (const slot of slots) {
        await this.#merge(store, slot, BACKGROUND_MINIMUM)
        if (!store.isMergeDue(slot)) continue
        this.#delay = Math.min(delay * 2, MAX_DELAY)
        this.#enqueue(store, slot)
      }
    }
  }

  #merge(store: TableStore, slot: number, minimum: number): Promise<boolean> {
    const merge = this.#last.then(() => !this.#stopped && mergeSlot(this.#context, store, slot, minimum))
    this.#last = merge.catch(() => {})
    return merge
  }

  /** Merges whatever can be merged now in these stores; answers the number of slots merged. */
  async mergeAll(stores: Iterable<TableStore>): Promise<number> {
    let merged = 0
    for (const store of stores) {
      for (let slot = 0; slot < store.slots.length; slot++) if (await this.#merge(store, slot, 1)) merged++
    }
    return merged
  }

  /** Lets the running merge finish and starts no more. */
  async stop(): Promise<void> {
    this.#stopped = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    await this.#last
  }
}

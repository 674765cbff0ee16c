/** When slots are merged: in the background when a table says that it is due, or all at once on request; one at a time. */
import type { TableStore } from '../table/table-store.ts'
import { compactIndex } from './compact-index.ts'
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
      void this.#mergeQueued()
    }, this.#delay).unref()
  }

  async #mergeQueued(): Promise<void> {
    const queue = this.#queue
    this.#queue = new Map()
    const delay = this.#delay
    this.#delay = DELAY
    for (const [store, slots] of queue) {
      try {
        for (const slot of slots) {
          await this.#merge(store, slot, BACKGROUND_MINIMUM)
          if (!store.isMergeDue(slot)) continue
          this.#delay = Math.min(delay * 2, MAX_DELAY)
          this.#enqueue(store, slot)
        }
        await this.#compact(store, false)
      } catch (error) {
        this.#logger(`merging table storage ${store.storageId} failed: ${(error as Error).message}`)
      }
    }
  }

  #merge(store: TableStore, slot: number, minimum: number): Promise<boolean> {
    return this.#next(() => mergeSlot(this.#context, store, slot, minimum))
  }

  /** Merges runs of a store's indexes where that is due; `thorough`: VACUUM asks for it. */
  #compact(store: TableStore, thorough: boolean): Promise<boolean> {
    return this.#next(async () => {
      for (const index of store.indexes.slice()) {
        if (!this.#stopped) await compactIndex(this.#context, index, thorough)
      }
      return true
    })
  }

  /** Runs work when all work asked for before has ended; false when the merger has stopped. */
  #next(work: () => Promise<boolean>): Promise<boolean> {
    const done = this.#last.then(() => !this.#stopped && work())
    this.#last = done.catch(() => {})
    return done
  }

  /** Merges runs of a store's indexes in the background, where that is due. */
  compactLater(store: TableStore): void {
    if (!store.indexes.some((index) => index.compaction() !== null)) return
    this.#compact(store, false).catch((error: Error) => this.#logger(`merging index runs failed: ${error.message}`))
  }

  /** Merges whatever can be merged now in these stores; answers the number of slots merged. */
  async mergeAll(stores: Iterable<TableStore>): Promise<number> {
    let merged = 0
    for (const store of stores) {
      for (let slot = 0; slot < store.slots.length; slot++) if (await this.#merge(store, slot, 1)) merged++
      await this.#compact(store, true)
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

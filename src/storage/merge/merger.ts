/** When slots are merged: in the background when a table says that it is due, or all at once on request; one at a time. */
import { pause } from '../pace.ts'
import type { TableStore } from '../table/table-store.ts'
import { compactIndex } from './compact-index.ts'
import { type MergeContext, mergeSlot } from './merge-slot.ts'

/** Milliseconds between two looks for versions that no snapshot needs any more. */
const SWEEP_INTERVAL = 1000
/** Sweeps after one that looks at all rows with old versions. */
const SWEEPS_BETWEEN = 5
/** Rows looked at between two pauses of a sweep. */
const SWEEP_SLICE = 2000
/** Share of the overlay's limit down to which it is merged away once it was passed. */
const RELIEVED_SHARE = 0.6
/** One in so many changed rows of a slot must be ready to be folded for a merge under pressure. */
const FOLDED_SHARE = 8
/** Milliseconds after which merging under pressure is tried again when snapshots or open transactions prevented it. */
const PRESSURE_RETRY = 1000

/**
 * Milliseconds before a slot is merged, so that the statement that filled it may commit; doubled up to the maximum while
 * snapshots or open transactions keep its rows in the overlay.
 */
const DELAY = 50
const MAX_DELAY = 5000
/** Rows that must be ready to be folded for a merge in the background. */
const BACKGROUND_MINIMUM = 4096

/** Work on a table: false when it fails because the table, with its files, was dropped meanwhile. */
const unlessDropped = async (store: TableStore, work: Promise<boolean>): Promise<boolean> => {
  try {
    return await work
  } catch (error) {
    if (store.dropped) return false
    throw error
  }
}

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
  readonly #withOldVersions = new Set<TableStore>()
  #sweepTimer: NodeJS.Timeout | null = null
  #sweeps = 0
  /** Horizon at the last sweep. */
  #sweptTo = -1

  constructor(context: MergeContext, logger: (message: string) => void) {
    this.#context = context
    this.#logger = logger
  }

  /** Merges a store's slots in the background from now on. */
  watch(store: TableStore): void {
    store.onMergeDue = (due, slotIndex) => this.#enqueue(due, slotIndex)
    store.onOldVersions = (table) => {
      this.#withOldVersions.add(table)
      this.#sweepLater()
    }
  }

  /** Lets no merge begin until the answered function is called. */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#last = this.#last.then(() => promise)
    return resolve
  }

  // ---- old versions

  #sweepLater(): void {
    if (this.#stopped) return
    this.#sweepTimer ??= setTimeout(() => {
      void this.#sweep().finally(() => {
        this.#sweepTimer = null
        if (this.#withOldVersions.size > 0) this.#sweepLater()
      })
    }, SWEEP_INTERVAL).unref()
  }

  /**
   * Removes versions that no snapshot needs any more, of rows that nobody has changed since. Rows whose old versions were
   * needed are looked at again when the oldest snapshot has gone, and otherwise from time to time.
   */
  async #sweep(): Promise<void> {
    const { snapshots } = this.#context
    const horizon = snapshots.horizon()
    const isThorough = horizon !== this.#sweptTo || this.#sweeps % SWEEPS_BETWEEN === 0
    this.#sweeps++
    this.#sweptTo = horizon
    for (const store of this.#withOldVersions) {
      const { recentOldVersions: recent, neededOldVersions: needed } = store
      let looked = 0
      // Rows that stay are added again, behind those that are looked at.
      for (const rows of isThorough ? [needed, recent] : [recent]) {
        let left = rows.size
        for (const rowid of rows) {
          if (left-- === 0) break
          rows.delete(rowid)
          if (!store.dropped && store.prune(rowid, snapshots)) needed.add(rowid)
          if (++looked % SWEEP_SLICE === 0) await pause()
        }
      }
      if (recent.size + needed.size === 0) this.#withOldVersions.delete(store)
    }
  }

  // ---- memory

  /** Merges the slots with the most changed rows until the overlay is well below its limit. */
  relieve(stores: () => Iterable<TableStore>): void {
    void this.#relieveAll(stores)
  }

  async #relieveAll(stores: () => Iterable<TableStore>): Promise<void> {
    const { overlay } = this.#context
    overlay.relieving()
    let isOfUse = true
    while (isOfUse && overlay.bytes > overlay.limit && !this.#stopped) {
      try {
        isOfUse = await this.#relieve(stores)
      } catch (error) {
        this.#logger(`merging failed: ${(error as Error).message}`)
        isOfUse = false
      }
    }
    overlay.paused()
    if (this.#stopped) return
    if (overlay.bytes > overlay.limit) setTimeout(() => this.relieve(stores), PRESSURE_RETRY).unref()
    else overlay.relieved()
  }

  /** Once through all slots; false when nothing could be merged. */
  async #relieve(stores: () => Iterable<TableStore>): Promise<boolean> {
    const { overlay } = this.#context
    const slots = Array.from(stores()).flatMap((store) =>
      store.slots.flatMap((slot, index) => {
        const rows = slot === undefined ? 0 : slot.overrideCount + slot.fresh.length
        return rows === 0 ? [] : [{ store, index, rows }]
      }),
    )
    const touched = new Set<TableStore>()
    for (const { store, index, rows } of slots.toSorted((a, b) => b.rows - a.rows)) {
      if (overlay.bytes < RELIEVED_SHARE * overlay.limit || this.#stopped) break
      if (!store.dropped && (await this.#merge(store, index, rows / FOLDED_SHARE))) touched.add(store)
    }
    for (const store of touched) await this.#compact(store, false)
    return touched.size > 0
  }

  // ---- merges

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

  /** `minimum` rows must be there to be folded; a VACUUM folds any. */
  #merge(store: TableStore, slot: number, minimum: number): Promise<boolean> {
    return this.#next(async () => {
      const isMerged = await unlessDropped(store, mergeSlot(this.#context, store, slot, minimum))
      if (isMerged) store.counters.merged(minimum > 1)
      return isMerged
    })
  }

  /** Merges runs of a store's indexes where that is due; `thorough`: VACUUM asks for it. */
  #compact(store: TableStore, thorough: boolean): Promise<boolean> {
    return this.#next(async () => {
      for (const index of store.indexes.slice()) {
        if (!this.#stopped) await unlessDropped(store, compactIndex(this.#context, index, thorough))
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
    if (this.#sweepTimer !== null) clearTimeout(this.#sweepTimer)
    await this.#last
  }
}

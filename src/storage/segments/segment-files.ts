/**
 * Makes segments of a table and runs of its indexes: files where the table is logged, columns in memory where it is not.
 */

import { randomBytes } from 'node:crypto'
import type { AnyVector } from '../../vector/vector.ts'
import type { RunPart } from '../index/entry-order.ts'
import { FileRun, type IndexRun, ResidentRun, RunEncoder, type RunManifest } from '../index/index-run.ts'
import type { KeyPart } from '../index/key-order.ts'
import type { KeyValueStore } from '../kv/key-value-store.ts'
import { pause } from '../pace.ts'
import type { ColumnDescriptor } from '../table/column.ts'
import type { PageCache } from './page-cache.ts'
import type { Segment, ZoneMap } from './segment.ts'
import { EncoderThreads } from './encoder-threads.ts'
import { plainSegment } from './segment-content.ts'
import {
  encodeSegment,
  FileSegment,
  ResidentSegment,
  type SegmentContent,
  type SegmentManifest,
} from './segment-file.ts'
import type { SegmentStore } from './segment-store.ts'
import { Utf8Vector, withStrings } from './utf8-vector.ts'
import { zoneMapOf } from './zone-map.ts'

const isCompact = (vector: AnyVector): boolean => vector.kind !== 'datums' || vector instanceof Utf8Vector

/** Entries and bytes at which a run's file is closed; what follows goes into another. */
const RUN_ENTRIES = 1_048_576
const RUN_BYTES = 64 * 1024 * 1024

export class SegmentFiles {
  readonly #files: SegmentStore
  readonly #cache: PageCache
  readonly #log: KeyValueStore | null
  readonly #threads = new EncoderThreads()
  #counter = 0
  /** Backups that run, and the files that they keep. */
  #holders = 0
  readonly #held: string[] = []
  /** Makes names different from those of every other run. */
  readonly #run = randomBytes(6).toString('hex')

  /** `log` has the manifests; null: there is none. */
  constructor(files: SegmentStore, cache: PageCache, log: KeyValueStore | null) {
    this.#files = files
    this.#cache = cache
    this.#log = log
  }

  /**
   * A new segment of these columns; its file is on stable storage when the promise resolves. `absent`: bytes, 1 where
   * there is no row. `cached`: the columns stay in memory as if they had been read, so the caller must not change them.
   * Throws 53100, 58030, 25006.
   */
  async create(
    table: { readonly storageId: number; readonly logged: boolean },
    slot: number,
    columns: readonly AnyVector[],
    absent: Uint8Array | null,
    length: number,
    descriptors: readonly ColumnDescriptor[],
    cached: boolean,
  ): Promise<Segment> {
    const zones: ZoneMap[] = []
    for (const [i, vector] of columns.entries()) {
      zones.push(zoneMapOf(vector, (descriptors[i] as ColumnDescriptor).type, absent))
      await pause()
    }
    const liveRows = absent === null ? length : absent.reduce((live, flag) => live - flag, length)
    const content: SegmentContent = { length, columns, zones, absent, liveRows }
    if (!table.logged) return new ResidentSegment({ ...content, columns: columns.map(withStrings) })
    const name = this.#segmentName(table.storageId, slot)
    const { bytes, manifest } = await encodeSegment(name, content, descriptors)
    await this.#files.put(name, bytes)
    const segment = new FileSegment(manifest, this.#files, this.#cache, descriptors)
    // Text as strings takes more memory than its bytes read again.
    if (cached) for (const [i, vector] of columns.entries()) if (isCompact(vector)) segment.keep(i, vector)
    return segment
  }

  /**
   * As `create` for the segment of a load of several: another thread encodes it where that can be. The columns must stay
   * as they are until the promise resolves.
   */
  async createInThread(
    table: { readonly storageId: number; readonly logged: boolean },
    slot: number,
    columns: readonly AnyVector[],
    length: number,
    descriptors: readonly ColumnDescriptor[],
  ): Promise<Segment> {
    if (table.logged) {
      const name = this.#segmentName(table.storageId, slot)
      const plain = plainSegment(name, columns, length, descriptors)
      const encoded = plain === null ? null : await this.#threads.encode(plain)
      if (encoded !== null) {
        await this.#files.put(name, encoded.bytes)
        return new FileSegment(encoded.manifest, this.#files, this.#cache, descriptors)
      }
    }
    return this.create(table, slot, columns, null, length, descriptors, false)
  }

  #segmentName(storageId: number, slot: number): string {
    return `${storageId}-${slot}-${this.#run}-${this.#counter++}.arrow`
  }

  /**
   * Runs of an index from parts in order; their files are on stable storage when the promise resolves. Throws 53100,
   * 58030, 25006, or what making the parts throws: nothing is left then.
   */
  async createRuns(
    table: { readonly storageId: number; readonly logged: boolean },
    index: { readonly id: number; readonly parts: readonly KeyPart[] },
    parts: AsyncIterable<RunPart>,
  ): Promise<IndexRun[]> {
    if (!table.logged) {
      const all: RunPart[] = []
      for await (const part of parts) all.push(part)
      return all.length === 0 ? [] : [new ResidentRun(all)]
    }
    const runs: IndexRun[] = []
    try {
      let encoder = new RunEncoder(index.parts)
      for await (const part of parts) {
        encoder.add(part)
        if (encoder.entries < RUN_ENTRIES && encoder.bytes < RUN_BYTES) continue
        runs.push(await this.#writeRun(table.storageId, index, encoder))
        encoder = new RunEncoder(index.parts)
      }
      if (encoder.entries > 0) runs.push(await this.#writeRun(table.storageId, index, encoder))
    } catch (error) {
      for (const run of runs) this.discardRun(run)
      throw error
    }
    return runs
  }

  async #writeRun(
    storageId: number,
    index: { readonly id: number; readonly parts: readonly KeyPart[] },
    encoder: RunEncoder,
  ): Promise<IndexRun> {
    const { bytes, manifest } = encoder.finish(`${storageId}-i${index.id}-${this.#run}-${this.#counter++}.run`)
    await this.#files.put(manifest.file, bytes)
    return new FileRun(manifest, index.parts, this.#files, this.#cache)
  }

  /** A run that a manifest names. */
  openRun(manifest: RunManifest, parts: readonly KeyPart[]): IndexRun {
    return new FileRun(manifest, parts, this.#files, this.#cache)
  }

  /** Removes a run that nothing refers to any more. */
  discardRun(run: IndexRun): void {
    if (!(run instanceof FileRun)) return
    run.release()
    this.discardFile(run.manifest.file)
  }

  /** Removes a file that nothing refers to any more. Errors are of no consequence: recovery removes unnamed files. */
  discardFile(name: string): void {
    if (this.#log === null) this.#files.delete(name).catch(() => {})
    // What says that the file is not needed any more must not be lost after the file is gone.
    else
      this.#log
        .settle()
        .then(() => this.#delete(name))
        .catch(() => {})
  }

  #delete(name: string): Promise<void> | undefined {
    if (this.#holders === 0) return this.#files.delete(name)
    this.#held.push(name)
    return undefined
  }

  /** Keeps files that are not needed any more until the answered function is called (backups). */
  hold(): () => void {
    this.#holders++
    return () => {
      this.#holders--
      if (this.#holders > 0) return
      for (const name of this.#held.splice(0)) this.discardFile(name)
    }
  }

  /** Reads some bytes of a file. Throws XX001 when they are not there. */
  read(name: string, offset: number, length: number): Uint8Array {
    return this.#files.read(name, offset, length)
  }

  /** A segment that a manifest names. */
  open(manifest: SegmentManifest, descriptors: readonly ColumnDescriptor[]): Segment {
    return new FileSegment(manifest, this.#files, this.#cache, descriptors)
  }

  /** Gives back the memory of a segment's decoded columns. */
  release(segment: Segment | null): void {
    if (segment instanceof FileSegment) segment.release()
  }

  /** Removes a segment that nothing refers to any more. */
  discard(segment: Segment | null): void {
    if (!(segment instanceof FileSegment)) return
    this.release(segment)
    this.discardFile(segment.manifest.file)
  }

  /** Lets go of files and of the threads that loads have used. */
  async close(): Promise<void> {
    await this.#threads.close()
    this.#files.close()
  }

  /** Removes files that no manifest names; answers how many. */
  async removeUnnamed(named: ReadonlySet<string>): Promise<number> {
    const unnamed = (await this.#files.list()).filter((name) => !named.has(name))
    for (const name of unnamed) await this.#files.delete(name)
    return unnamed.length
  }
}

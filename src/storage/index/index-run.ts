/**
 * A run: entries in index order that never change, in parts of some thousand. A run's file holds the parts' columns one
 * after another and a directory of the parts at its end; a record in the key-value store names the file and says where
 * the directory is. Parts are read when they are needed and may be evicted. Volatile tables keep their parts in memory.
 */
import { crc32 } from 'node:zlib'
import { dataCorrupted, indexCorrupted } from '../../errors/raise/storage.ts'
import type { Datum } from '../../types/sql-type.ts'
import type { AnyVector } from '../../vector/vector.ts'
import { decodeRow, encodeRow } from '../row-codec.ts'
import { type ColumnBuffers, type ColumnEncoding, ENCODINGS, encodingFor } from '../segments/column-encoding.ts'
import { CachedPage, type PageCache } from '../segments/page-cache.ts'
import type { SegmentStore } from '../segments/segment-store.ts'
import { withStrings } from '../segments/utf8-vector.ts'
import { arrowBuffers, decodeColumn, decodedBytes, type StoredColumn } from '../segments/stored-column.ts'
import type { ColumnDescriptor } from '../table/column.ts'
import { keyAt, type RunPart } from './entry-order.ts'
import type { KeyPart } from './key-order.ts'

/** Entries of a part; the last one of a run may have fewer. */
export const PART_ENTRIES = 8192

/** Looking up one key needs a whole part, while one cell of a segment can be read alone. */
const PART_WEIGHT = 4

/** An entry: where a part begins, where a run ends. */
export interface Fence {
  readonly key: Datum[]
  readonly rowid: number
}

/** What a part is in the file. Buffers lie from its first byte on, the rowids (float64) before them. */
interface StoredPart {
  readonly offset: number
  readonly bytes: number
  readonly entries: number
  /** CRC-32 of the part's bytes. */
  readonly checksum: number
  readonly columns: readonly StoredColumn[]
  /** First entry as a row of the key's columns and the rowid, base64. */
  readonly first: string
}

/** What the key-value store keeps of a run. */
export interface RunManifest {
  readonly file: string
  readonly bytes: number
  readonly entries: number
  /** Offset, length and CRC-32 of the directory of parts: JSON. */
  readonly directory: readonly [offset: number, length: number, checksum: number]
  readonly first: string
  readonly last: string
}

const keyColumns = (parts: readonly KeyPart[]): ColumnDescriptor[] =>
  parts.map(({ type }) => ({ type, missing: null, dropped: false }))

const encodeFence = (key: readonly Datum[], rowid: number, columns: readonly ColumnDescriptor[]): string =>
  Buffer.from(encodeRow([...key, rowid], columns)).toString('base64')

const decodeFence = (text: string, columns: readonly ColumnDescriptor[]): Fence => {
  const row = decodeRow(Buffer.from(text, 'base64'), columns) as Datum[]
  return { key: row.slice(0, -1), rowid: row.at(-1) }
}

const aligned = (offset: number): number => Math.ceil(offset / 8) * 8

/** The bytes of one part, and what the directory says of them. */
const encodePart = (part: RunPart, columns: readonly ColumnDescriptor[]): { bytes: Buffer; stored: StoredPart } => {
  const chunks: { readonly at: number; readonly view: ArrayBufferView }[] = [{ at: 0, view: part.rowids }]
  let end = aligned(part.rowids.byteLength)
  const stored = part.keys.map((vector, i): StoredColumn => {
    const column = columns[i] as ColumnDescriptor
    const encoding = encodingFor(vector, column.type)
    const buffers: Record<string, readonly [number, number]> = {}
    for (const [role, view] of arrowBuffers((ENCODINGS[encoding] as ColumnEncoding).encode(vector, column))) {
      buffers[role] = [end, view.byteLength]
      chunks.push({ at: end, view })
      end = aligned(end + view.byteLength)
    }
    return { encoding, buffers, ...(vector.kind === 'decimal' ? { scale: vector.scale } : {}) }
  })
  const bytes = Buffer.alloc(end)
  for (const { at, view } of chunks) bytes.set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength), at)
  const first = encodeFence(keyAt(part, 0), part.rowids[0] as number, columns)
  const entries = part.rowids.length
  return { bytes, stored: { offset: 0, bytes: end, entries, checksum: crc32(bytes), columns: stored, first } }
}

/** The file of a run, part by part. */
export class RunEncoder {
  readonly #columns: readonly ColumnDescriptor[]
  readonly #chunks: Buffer[] = []
  readonly #parts: StoredPart[] = []
  #end = 0
  entries = 0
  #last: Fence | null = null

  constructor(parts: readonly KeyPart[]) {
    this.#columns = keyColumns(parts)
  }

  get bytes(): number {
    return this.#end
  }

  /** Adds the entries that follow; none may be empty. */
  add(part: RunPart): void {
    const { bytes, stored } = encodePart(part, this.#columns)
    this.#parts.push({ ...stored, offset: this.#end })
    this.#chunks.push(bytes)
    this.#end += bytes.length
    this.entries += stored.entries
    const last = part.rowids.length - 1
    this.#last = { key: keyAt(part, last), rowid: part.rowids[last] as number }
  }

  finish(file: string): { bytes: Buffer; manifest: RunManifest } {
    const directory = Buffer.from(JSON.stringify(this.#parts))
    const last = this.#last as Fence
    return {
      bytes: Buffer.concat([...this.#chunks, directory]),
      manifest: {
        file,
        bytes: this.#end + directory.length,
        entries: this.entries,
        directory: [this.#end, directory.length, crc32(directory)],
        first: (this.#parts[0] as StoredPart).first,
        last: encodeFence(last.key, last.rowid, this.#columns),
      },
    }
  }
}

export const encodeRunManifest = (manifest: RunManifest): Uint8Array => Buffer.from(JSON.stringify(manifest))

/** Throws XX001 when the record is none. */
export const decodeRunManifest = (bytes: Uint8Array, what: string): RunManifest => {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8')) as RunManifest
  } catch (error) {
    throw dataCorrupted(`the manifest of ${what}`, (error as Error).message)
  }
}

export interface IndexRun {
  readonly entries: number
  /** Size on disk. */
  readonly bytes: number
  readonly first: Fence
  readonly last: Fence
  readonly partCount: number
  /** First entry of a part. Throws XX002 when the file is damaged. */
  fence(part: number): Fence
  part(part: number): RunPart
}

/** A run in a file. */
export class FileRun implements IndexRun {
  readonly manifest: RunManifest
  readonly first: Fence
  readonly last: Fence
  readonly #files: SegmentStore
  readonly #cache: PageCache
  readonly #columns: readonly ColumnDescriptor[]
  #directory: readonly StoredPart[] | null = null
  readonly #fences: (Fence | undefined)[] = []
  readonly #cached: (CachedPage<RunPart> | undefined)[] = []

  constructor(manifest: RunManifest, parts: readonly KeyPart[], files: SegmentStore, cache: PageCache) {
    this.manifest = manifest
    this.#columns = keyColumns(parts)
    this.#files = files
    this.#cache = cache
    this.first = decodeFence(manifest.first, this.#columns)
    this.last = decodeFence(manifest.last, this.#columns)
  }

  get entries(): number {
    return this.manifest.entries
  }
  get bytes(): number {
    return this.manifest.bytes
  }
  get partCount(): number {
    return this.#parts().length
  }

  #parts(): readonly StoredPart[] {
    if (this.#directory === null) {
      const [offset, length, checksum] = this.manifest.directory
      const bytes = this.#files.read(this.manifest.file, offset, length)
      this.#check(bytes, checksum)
      this.#directory = JSON.parse(Buffer.from(bytes).toString('utf8')) as StoredPart[]
    }
    return this.#directory
  }

  #check(bytes: Uint8Array, expected: number): void {
    const found = crc32(bytes)
    if (found !== expected) {
      throw indexCorrupted(this.manifest.file, `Checksum ${expected} expected, but ${found} found.`)
    }
  }

  fence(part: number): Fence {
    let fence = this.#fences[part]
    if (fence === undefined) {
      fence = decodeFence((this.#parts()[part] as StoredPart).first, this.#columns)
      this.#fences[part] = fence
    }
    return fence
  }

  part(part: number): RunPart {
    const cached = this.#cached[part]
    if (cached !== undefined) {
      cached.touch()
      return cached.content
    }
    const stored = this.#parts()[part] as StoredPart
    const read = this.#read(stored)
    const rowids = new Float64Array(read.buffer, read.byteOffset, stored.entries)
    let bytes = read.byteLength
    const keys = stored.columns.map((column, i): AnyVector => {
      const buffers: Record<string, Uint8Array> = {}
      let size = 0
      for (const [role, [offset, length]] of Object.entries(column.buffers)) {
        buffers[role] = read.subarray(offset, offset + length)
        size += length
      }
      const descriptor = this.#columns[i] as ColumnDescriptor
      const decoded = decodeColumn(column, buffers as ColumnBuffers, stored.entries, descriptor, this.manifest.file)
      const vector = withStrings(decoded)
      // Some columns are views of what was read.
      const isView = 'values' in vector && 'buffer' in vector.values && vector.values.buffer === read.buffer
      if (!isView) bytes += decodedBytes(vector, size)
      return vector
    })
    const forget = (): void => {
      this.#cached[part] = undefined
    }
    const page = new CachedPage<RunPart>({ keys, rowids }, bytes, forget, PART_WEIGHT)
    this.#cached[part] = page
    this.#cache.add(page)
    return page.content
  }

  #read({ offset, bytes, checksum }: StoredPart): Uint8Array {
    const read = this.#files.read(this.manifest.file, offset, bytes)
    this.#check(read, checksum)
    return read
  }

  /** Reads the whole file against its checksums, a part each step. Throws XX001 or XX002, naming the file. */
  *verify(): Generator<undefined> {
    for (const part of this.#parts()) {
      this.#read(part)
      yield
    }
  }

  /** Gives the memory of its parts back. */
  release(): void {
    for (const page of this.#cached) if (page !== undefined) this.#cache.remove(page)
    this.#cached.length = 0
  }
}

/** A run whose parts stay in memory: of a volatile table, or of a load in progress. */
export class ResidentRun implements IndexRun {
  readonly parts: readonly RunPart[]
  readonly entries: number
  readonly first: Fence
  readonly last: Fence
  readonly bytes = 0

  /** Parts in order, none of them empty, at least one. */
  constructor(parts: readonly RunPart[]) {
    this.parts = parts
    this.entries = parts.reduce((sum, part) => sum + part.rowids.length, 0)
    const last = parts.at(-1) as RunPart
    this.first = this.fence(0)
    this.last = { key: keyAt(last, last.rowids.length - 1), rowid: last.rowids.at(-1) as number }
  }

  get partCount(): number {
    return this.parts.length
  }

  fence(part: number): Fence {
    const { keys, rowids } = this.parts[part] as RunPart
    return { key: keys.map((column) => column.get(0)), rowid: rowids[0] as number }
  }

  part(part: number): RunPart {
    return this.parts[part] as RunPart
  }
}

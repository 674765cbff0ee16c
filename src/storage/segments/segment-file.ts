/**
 * Segments as files: an Arrow IPC file with one record batch, and a manifest (kept in the key-value store) that says
 * where in the file each column's buffers are, how they are encoded, their checksum and their zone map. Columns are
 * read one at a time through the manifest; Arrow's own reader is not needed for that.
 */
import { crc32 } from 'node:zlib'
import type * as Arrow from 'apache-arrow'
import { dataCorrupted, segmentCorrupted } from '../../errors/raise/storage.ts'
import type { Datum } from '../../types/sql-type.ts'
import { type AnyVector, BoolVector } from '../../vector/vector.ts'
import { pause } from '../pace.ts'
import { decodeRow, encodeRow } from '../row-codec.ts'
import type { ColumnDescriptor } from '../table/column.ts'
import { arrow } from './arrow.ts'
import { type ColumnBuffers, type ColumnEncoding, ENCODINGS, encodingFor } from './column-encoding.ts'
import { CachedPage, type PageCache } from './page-cache.ts'
import type { Segment, ZoneMap } from './segment.ts'
import type { SegmentStore } from './segment-store.ts'
import { cellBuffers } from './stored-cell.ts'
import { arrowBuffers, decodeColumn, decodedBytes, expectedBytes, type StoredColumn } from './stored-column.ts'
import { fromBitmap } from './words.ts'

/** One column in a manifest. */
interface ColumnManifest extends StoredColumn {
  /** CRC-32 of the buffers, in the order above. */
  readonly checksum: number
  readonly nulls: number
  readonly distinct: number
  /** Row of min and max in the row codec's form, base64. */
  readonly bounds: string
}

export interface SegmentManifest {
  readonly file: string
  readonly bytes: number
  readonly length: number
  readonly liveRows: number
  readonly columns: readonly ColumnManifest[]
  /** A boolean column that is true where no row is. */
  readonly absent?: ColumnManifest
}

/** Columns of a segment in memory, before it is a file. */
export interface SegmentContent {
  readonly length: number
  readonly columns: readonly AnyVector[]
  readonly zones: readonly ZoneMap[]
  readonly absent: Uint8Array | null
  readonly liveRows: number
}

/** Columns whose cells the absent flags are written in. */
const ABSENT_FIELD = 'tesseradb.absent'
const FLAG_ZONE: ZoneMap = { min: null, max: null, nulls: 0, distinct: 2 }

/** A segment as an Arrow IPC file, and its manifest. Gives way to others between columns. */
export const encodeSegment = async (
  file: string,
  content: SegmentContent,
  descriptors: readonly ColumnDescriptor[],
): Promise<{ bytes: Uint8Array; manifest: SegmentManifest }> => {
  const encodings = content.columns.map((vector, i) => encodingFor(vector, (descriptors[i] as ColumnDescriptor).type))
  const children: Arrow.Data[] = []
  for (const [i, vector] of content.columns.entries()) {
    children.push(encodingOf(encodings[i] as string).encode(vector, descriptors[i] as ColumnDescriptor))
    await pause()
  }
  const fields = children.map((data, i) => {
    const metadata = new Map([['tesseradb.type', (descriptors[i] as ColumnDescriptor).type.name]])
    return new arrow.Field(`c${i + 1}`, data.type, true, metadata)
  })
  if (content.absent !== null) {
    const data = encodingOf('bool').encode(new BoolVector(content.absent, null), descriptors[0] as ColumnDescriptor)
    children.push(data)
    fields.push(new arrow.Field(ABSENT_FIELD, data.type, true))
  }
  const schema = new arrow.Schema(fields)
  const data = arrow.makeData({ type: new arrow.Struct(fields), length: content.length, nullCount: 0, children })
  const bytes = arrow.tableToIPC(new arrow.Table([new arrow.RecordBatch(schema, data)]), 'file')
  await pause()
  // Read back to learn where each buffer lies.
  const written = (arrow.tableFromIPC(bytes).batches[0] as Arrow.RecordBatch).data.children
  const columns: ColumnManifest[] = []
  for (const [i, vector] of content.columns.entries()) {
    const descriptor = descriptors[i] as ColumnDescriptor
    const zone = content.zones[i] as ZoneMap
    columns.push(columnManifest(bytes, written[i] as Arrow.Data, encodings[i] as string, vector, zone, descriptor))
    await pause()
  }
  const manifest = { file, bytes: bytes.length, length: content.length, liveRows: content.liveRows, columns }
  if (content.absent === null) return { bytes, manifest }
  const flags = new BoolVector(content.absent, null)
  const flagData = written.at(-1) as Arrow.Data
  const absent = columnManifest(bytes, flagData, 'bool', flags, FLAG_ZONE, descriptors[0] as ColumnDescriptor)
  return { bytes, manifest: { ...manifest, absent } }
}

const encodingOf = (name: string): ColumnEncoding => ENCODINGS[name] as ColumnEncoding

const columnManifest = (
  file: Uint8Array,
  data: Arrow.Data,
  encoding: string,
  vector: AnyVector,
  zone: ZoneMap,
  descriptor: ColumnDescriptor,
): ColumnManifest => {
  const buffers: Record<string, readonly [number, number]> = {}
  let checksum = 0
  for (const [role, array] of arrowBuffers(data)) {
    const offset = array.byteOffset - file.byteOffset
    buffers[role] = [offset, array.byteLength]
    checksum = crc32(file.subarray(offset, offset + array.byteLength), checksum)
  }
  return {
    encoding,
    ...(vector.kind === 'decimal' ? { scale: vector.scale } : {}),
    buffers,
    checksum,
    nulls: zone.nulls,
    distinct: zone.distinct,
    bounds: Buffer.from(encodeRow([zone.min, zone.max], [descriptor, descriptor])).toString('base64'),
  }
}

export const encodeManifest = (manifest: SegmentManifest): Uint8Array => Buffer.from(JSON.stringify(manifest))

/** Throws XX001 when the record is no manifest. */
export const decodeManifest = (bytes: Uint8Array, what: string): SegmentManifest => {
  try {
    const manifest = JSON.parse(Buffer.from(bytes).toString('utf8')) as SegmentManifest
    if (typeof manifest.file !== 'string' || !Array.isArray(manifest.columns)) throw new Error('It is incomplete.')
    return manifest
  } catch (error) {
    throw dataCorrupted(`the manifest of ${what}`, (error as Error).message)
  }
}

/** Cells of a column that are read alone before it is read as a whole: they take about as long. */
const MAX_CELL_READS = 1024

/** Bytes that a column takes in its file. */
const bytesOf = ({ buffers }: StoredColumn): number =>
  Object.values(buffers).reduce((sum, [, length]) => sum + length, 0)

/** A segment in a file; columns are read when first used and may be evicted. */
export class FileSegment implements Segment {
  readonly manifest: SegmentManifest
  readonly #files: SegmentStore
  readonly #cache: PageCache
  readonly #descriptors: readonly ColumnDescriptor[]
  readonly #columns: (CachedPage<AnyVector> | undefined)[] = []
  readonly #zones: (ZoneMap | undefined)[] = []
  #absent: CachedPage<Uint8Array> | null = null
  /** By column: -1 until its bytes were verified, then cells read alone since the column was in memory. */
  readonly #cellReads: Int16Array

  /** `descriptors` must cover the columns stored. */
  constructor(
    manifest: SegmentManifest,
    files: SegmentStore,
    cache: PageCache,
    descriptors: readonly ColumnDescriptor[],
  ) {
    this.manifest = manifest
    this.#files = files
    this.#cache = cache
    this.#descriptors = descriptors
    this.#cellReads = new Int16Array(manifest.columns.length).fill(-1)
  }

  get length(): number {
    return this.manifest.length
  }
  get liveRows(): number {
    return this.manifest.liveRows
  }
  get columnCount(): number {
    return this.manifest.columns.length
  }
  get bytes(): number {
    return this.manifest.bytes
  }

  absent(): Uint8Array | null {
    const { absent } = this.manifest
    if (absent === undefined) return null
    if (this.#absent === null) {
      const flags = fromBitmap(this.#read(absent).values ?? new Uint8Array(0), this.length, false)
      this.#absent = new CachedPage(flags, flags.byteLength, () => {
        this.#absent = null
      })
      this.#cache.add(this.#absent)
      return flags
    }
    this.#absent.touch()
    return this.#absent.content
  }

  column(index: number): AnyVector {
    const cached = this.#columns[index]
    if (cached !== undefined) {
      cached.touch()
      return cached.content
    }
    const column = this.manifest.columns[index] as ColumnManifest
    const descriptor = this.#descriptors[index] as ColumnDescriptor
    const vector = decodeColumn(column, this.#read(column), this.length, descriptor, this.manifest.file)
    this.keep(index, vector)
    return vector
  }

  /** While memory is short a cell is read alone, unless so many of the column are asked for that all may be read. */
  cell(index: number, offset: number): Datum {
    const cached = this.#columns[index]
    const reads = this.#cellReads[index] as number
    const stored = this.manifest.columns[index] as ColumnManifest
    if (
      cached !== undefined ||
      reads === -1 ||
      reads === MAX_CELL_READS ||
      this.#cache.hasRoom(expectedBytes(stored, this.length))
    ) {
      return this.column(index).get(offset)
    }
    this.#cellReads[index] = reads + 1
    const { file } = this.manifest
    const buffers = cellBuffers(stored, offset, (role, from, length) =>
      this.#files.read(file, (stored.buffers[role]?.[0] ?? 0) + from, length),
    )
    return decodeColumn(stored, buffers, 1, this.#descriptors[index] as ColumnDescriptor, file).get(0)
  }

  /** Puts a decoded column into the cache. */
  keep(index: number, vector: AnyVector): void {
    const column = this.manifest.columns[index] as ColumnManifest
    this.#cellReads[index] = 0
    const cached = new CachedPage(vector, decodedBytes(vector, bytesOf(column)), () => {
      this.#columns[index] = undefined
    })
    this.#columns[index] = cached
    this.#cache.add(cached)
  }

  zone(index: number): ZoneMap {
    const known = this.#zones[index]
    if (known !== undefined) return known
    const { nulls, distinct, bounds } = this.manifest.columns[index] as ColumnManifest
    const descriptor = this.#descriptors[index] as ColumnDescriptor
    const [min, max] = decodeRow(Buffer.from(bounds, 'base64'), [descriptor, descriptor]) as Datum[]
    const zone = { min, max, nulls, distinct }
    this.#zones[index] = zone
    return zone
  }

  /** Reads everything from the file and compares checksums, a column each step. Throws XX001. */
  *verify(): Generator<undefined> {
    const { columns, absent, file, bytes } = this.manifest
    this.#files.read(file, bytes - 1, 1)
    for (const column of absent === undefined ? columns : [...columns, absent]) {
      this.#read(column)
      yield
    }
  }

  /** Gives the memory of its columns back. */
  release(): void {
    for (const cached of this.#columns) if (cached !== undefined) this.#cache.remove(cached)
    if (this.#absent !== null) this.#cache.remove(this.#absent)
  }

  #read(column: ColumnManifest): ColumnBuffers {
    const buffers: Record<string, Uint8Array> = {}
    let checksum = 0
    for (const [role, [offset, length]] of Object.entries(column.buffers)) {
      const bytes = this.#files.read(this.manifest.file, offset, length)
      checksum = crc32(bytes, checksum)
      buffers[role] = bytes
    }
    if (checksum !== column.checksum) {
      throw segmentCorrupted(this.manifest.file, `Checksum ${column.checksum} expected, but ${checksum} found.`)
    }
    return buffers
  }
}

/** A segment of a volatile table: its columns stay in memory. */
export class ResidentSegment implements Segment {
  readonly #content: SegmentContent
  readonly bytes = 0

  constructor(content: SegmentContent) {
    this.#content = content
  }

  get length(): number {
    return this.#content.length
  }
  get liveRows(): number {
    return this.#content.liveRows
  }
  get columnCount(): number {
    return this.#content.columns.length
  }
  absent(): Uint8Array | null {
    return this.#content.absent
  }
  column(index: number): AnyVector {
    return this.#content.columns[index] as AnyVector
  }
  cell(column: number, offset: number): Datum {
    return this.column(column).get(offset)
  }
  zone(index: number): ZoneMap {
    return this.#content.zones[index] as ZoneMap
  }
}

/**
 * Columns of rows as bytes and back: typed arrays as they lie in memory, so that reading makes views of the block;
 * texts as UTF-8; everything else in the row codec's form. Blocks are read by the process that wrote them.
 */
import { decodeRow, encodeRow } from '../../storage/row-codec.ts'
import { joinText, splitText } from '../../storage/segments/text-buffers.ts'
import type { Datum, SqlType } from '../../types/sql-type.ts'
import { Batch } from '../../vector/batch.ts'
import {
  type AnyVector,
  BoolVector,
  ConstantVector,
  DatumVector,
  DecimalVector,
  DictionaryVector,
  Float64Vector,
  Int32Vector,
} from '../../vector/vector.ts'
import { isNested, NestedValues } from './nested-values.ts'

const FORMS = ['constant', 'int32', 'float64', 'bool', 'decimal', 'dictionary', 'text', 'datums', 'nested'] as const
type Form = (typeof FORMS)[number]

/** Of the block: its rows. Of each column: its form, whether it has nulls, the scale, bytes of the parts. */
const BLOCK_HEAD = 8
const COLUMN_HEAD = 16

const padded = (length: number): number => (length + 7) & ~7

const bytesOf = (array: Int32Array | Float64Array | Uint8Array): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength)

interface EncodedColumn {
  readonly form: Form
  readonly scale: number
  readonly nulls: Uint8Array | null
  readonly parts: readonly Uint8Array[]
}

const NO_BYTES = new Uint8Array(0)

/** Encodes and decodes the blocks of one file. */
export class BlockCodec {
  readonly #types: readonly SqlType[]
  /** By column: the dictionary that all blocks of the file share. */
  readonly #dictionaries: readonly (readonly Datum[])[]
  readonly #nested = new NestedValues()

  constructor(types: readonly SqlType[], dictionaries: readonly (readonly Datum[])[]) {
    this.#types = types
    this.#dictionaries = dictionaries
  }

  /** A batch without a selection. */
  encode(batch: Batch): Uint8Array {
    const columns = batch.columns.map((vector, i) => this.#encodeColumn(vector, i))
    let size = BLOCK_HEAD
    for (const { nulls, parts } of columns) {
      size += COLUMN_HEAD + padded(nulls?.length ?? 0)
      for (const part of parts) size += padded(part.length)
    }
    const out = new Uint8Array(size)
    const view = new DataView(out.buffer)
    view.setUint32(0, batch.length)
    let at = BLOCK_HEAD
    const put = (bytes: Uint8Array): void => {
      out.set(bytes, at)
      at += padded(bytes.length)
    }
    for (const { form, scale, nulls, parts } of columns) {
      view.setUint8(at, FORMS.indexOf(form))
      view.setUint8(at + 1, nulls === null ? 0 : 1)
      view.setUint16(at + 2, scale)
      view.setUint32(at + 4, parts[0]?.length ?? 0)
      view.setUint32(at + 8, parts[1]?.length ?? 0)
      at += COLUMN_HEAD
      if (nulls !== null) put(nulls)
      for (const part of parts) put(part)
    }
    return out
  }

  #encodeColumn(vector: AnyVector, column: number): EncodedColumn {
    const plain = { scale: 0, nulls: null }
    const type = this.#types[column] as SqlType
    switch (vector.kind) {
      case 'int32':
      case 'float64':
      case 'bool':
        return { ...plain, form: vector.kind, nulls: vector.nulls, parts: [bytesOf(vector.values)] }
      case 'decimal':
        return { form: 'decimal', scale: vector.scale, nulls: vector.nulls, parts: [bytesOf(vector.values)] }
      case 'dictionary':
        if (vector.dictionary !== this.#dictionaries[column]) {
          return this.#encodeColumn(
            new DatumVector(Array.from({ length: vector.length }, (_, i) => vector.get(i))),
            column,
          )
        }
        return { ...plain, form: 'dictionary', parts: [bytesOf(vector.codes)] }
      case 'constant': {
        const value = this.#encodeDatums([vector.value], type)
        return value.form === 'nested'
          ? this.#encodeDatums(new Array<Datum>(vector.length).fill(vector.value), type)
          : { ...value, form: 'constant' }
      }
      case 'datums':
        return type.physical === 'text' ? encodeTexts(vector.values) : this.#encodeDatums(vector.values, type)
    }
  }

  #encodeDatums(values: readonly Datum[], type: SqlType): EncodedColumn {
    const nested = values.some(isNested)
    const row = nested ? values.map((value) => (value === null ? null : this.#nested.encode(value, type))) : values
    return { form: nested ? 'nested' : 'datums', scale: 0, nulls: null, parts: [encodeRow(row, columnsOf(row, type))] }
  }

  decode(bytes: Uint8Array<ArrayBuffer>): Batch {
    const view = new DataView(bytes.buffer)
    const length = view.getUint32(0)
    let at = BLOCK_HEAD
    const take = (size: number): Uint8Array => {
      const part = bytes.subarray(at, at + size)
      at += padded(size)
      return part
    }
    const columns = this.#types.map((type, column): AnyVector => {
      const form = FORMS[view.getUint8(at)] as Form
      const hasNulls = view.getUint8(at + 1) === 1
      const scale = view.getUint16(at + 2)
      const sizes = [view.getUint32(at + 4), view.getUint32(at + 8)] as const
      at += COLUMN_HEAD
      const nulls = hasNulls ? take(length) : null
      const values = take(sizes[0])
      const more = sizes[1] === 0 ? NO_BYTES : take(sizes[1])
      const datums = (): Datum[] => decodeRow(values, columnsOf({ length }, type)) as Datum[]
      switch (form) {
        case 'int32':
          return new Int32Vector(int32s(values), nulls)
        case 'float64':
          return new Float64Vector(float64s(values), nulls)
        case 'bool':
          return new BoolVector(values, nulls)
        case 'decimal':
          return new DecimalVector(float64s(values), scale, nulls)
        case 'dictionary':
          return new DictionaryVector(int32s(values), this.#dictionaries[column] as readonly Datum[])
        case 'constant':
          return new ConstantVector(datums()[0], length)
        case 'text':
          return new DatumVector(splitText(int32s(values), more, nulls))
        case 'datums':
          return new DatumVector(datums())
        case 'nested':
          return new DatumVector(datums().map((part) => (part === null ? null : this.#nested.decode(part, type))))
      }
    })
    return new Batch(columns, length)
  }
}

const int32s = (bytes: Uint8Array): Int32Array => new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)
const float64s = (bytes: Uint8Array): Float64Array =>
  new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8)

const encodeTexts = (values: readonly Datum[]): EncodedColumn => {
  let nulls: Uint8Array | null = null
  for (let i = 0; i < values.length; i++) {
    if (values[i] !== null) continue
    nulls ??= new Uint8Array(values.length)
    nulls[i] = 1
  }
  const { offsets, values: text } = joinText(values)
  return { form: 'text', scale: 0, nulls, parts: [bytesOf(offsets), text] }
}

/** The same column description for every value of a column: that is what the row codec takes for a row. */
const columnsOf = ({ length }: { readonly length: number }, type: SqlType) =>
  new Array(length).fill({ type, missing: null, dropped: false })

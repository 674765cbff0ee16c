/**
 * Builds a column of a segment or of a part of an index run. Values come as datums, from another column, or, from a
 * loader that reads its input byte by byte, as numbers and as UTF-8; all may be mixed. Numbers lie in typed arrays, text
 * is dictionary codes for as long as it repeats itself and bytes from then on; a value that none of these holds makes
 * the column one of plain datums.
 */
import { Numeric } from '../../types/numeric/numeric.ts'
import type { Datum, SqlType } from '../../types/sql-type.ts'
import {
  type AnyVector,
  BoolVector,
  DatumVector,
  DecimalVector,
  DictionaryVector,
  Float64Vector,
  Int32Vector,
} from '../../vector/vector.ts'
import { BytesTable } from './bytes-table.ts'
import { Utf8Vector } from './utf8-vector.ts'

/** Dictionaries grow no larger than this share of the rows, and not at all beyond the maximum. */
const DICTIONARY_SHARE = 4
const DICTIONARY_MAX = 16384
/** Before so many rows a dictionary may hold a different value for each. */
const DICTIONARY_TRIAL = 1024
/** Bytes first set aside for a text column. */
const TEXT_BYTES = 256 * 1024

/** A text that is its own datum. */
const asIs = (text: string): string => text

type Form = 'numbers' | 'decimals' | 'bools' | 'dictionary' | 'utf8' | 'datums'

const FORMS: Readonly<Record<SqlType['physical'], Form>> = {
  int32: 'numbers',
  int64: 'numbers',
  float64: 'numbers',
  decimal: 'decimals',
  bool: 'bools',
  text: 'dictionary',
  any: 'datums',
}

export class ColumnBuilder {
  readonly #type: SqlType
  readonly #capacity: number
  readonly #isShared: boolean
  #form: Form
  /** Numbers, scaled decimals, bools as 0 and 1, dictionary codes; by row. */
  #numbers: Int32Array | Float64Array
  #scale = -1
  #nulls: Uint8Array | null = null
  #datums: Datum[] = []
  /** Dictionary: texts, codes by text, codes by the bytes they came as. */
  #texts: string[] = []
  #codes = new Map<string, number>()
  #raw: BytesTable | null = null
  /** UTF-8 form: text of row i ends at #offsets[i + 1]. */
  #bytes: Buffer = Buffer.alloc(0)
  #offsets: Int32Array = new Int32Array(0)
  #end = 0

  /**
   * A column of at most `capacity` values. Rows are set in order, each once. `shared`: its memory is such that another
   * thread may see it too.
   */
  constructor(type: SqlType, capacity: number, shared = false) {
    this.#type = type
    this.#capacity = capacity
    this.#isShared = shared
    this.#form = FORMS[type.physical]
    const isInteger = type.physical === 'int32' || this.#form === 'dictionary' || this.#form === 'bools'
    this.#numbers =
      this.#form === 'datums'
        ? new Int32Array(0)
        : isInteger
          ? new Int32Array(this.#memory(4 * capacity))
          : new Float64Array(this.#memory(8 * capacity))
  }

  #memory(bytes: number): ArrayBuffer | SharedArrayBuffer {
    return this.#isShared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes)
  }

  /** Empties the column for the rows of another segment; what `finish` answered is of no use any more. */
  reset(): void {
    this.#form = FORMS[this.#type.physical]
    this.#scale = -1
    this.#nulls = null
    this.#datums = []
    this.#texts = []
    this.#codes = new Map()
    this.#raw = null
    this.#end = 0
  }

  set(row: number, value: Datum): void {
    if (value === null || value === undefined) this.setNull(row)
    else if (!this.#setPacked(row, value)) this.#setDatum(row, value)
  }

  #setPacked(row: number, value: Datum): boolean {
    switch (this.#form) {
      case 'numbers':
        if (typeof value !== 'number') return false
        this.#numbers[row] = value
        return true
      case 'decimals':
        if (!value.isSafe || (this.#scale !== -1 && value.scale !== this.#scale)) return false
        this.#scale = value.scale
        this.#numbers[row] = value.scaledNumber
        return true
      case 'bools':
        this.#numbers[row] = value === true ? 1 : 0
        return true
      case 'dictionary': {
        const code = this.#codeOf(row, value)
        if (code < 0) this.#setText(row, value)
        else this.#numbers[row] = code
        return true
      }
      case 'utf8':
        this.#setText(row, value)
        return true
      case 'datums':
        return false
    }
  }

  /** Sets a row to a value of another column of the type. */
  copy(row: number, from: AnyVector, position: number): void {
    if (!(from instanceof Utf8Vector)) this.set(row, from.get(position))
    else if (from.isNull(position)) this.setNull(row)
    else {
      const { bytes, offsets } = from
      this.setUtf8(row, bytes, offsets[position] as number, offsets[position + 1] as number, true, asIs)
    }
  }

  setNull(row: number): void {
    if (this.#form === 'datums') {
      this.#datums[row] = null
      return
    }
    this.#nulls ??= new Uint8Array(this.#capacity)
    this.#nulls[row] = 1
    if (this.#form === 'utf8') this.#offsets[row + 1] = this.#end
  }

  /**
   * The array that takes numbers (`scale` -1) or numerics as integers over 10^scale, by row; null when the column holds
   * other forms by now. What it takes must be a value of the type; after a `set` ask again.
   */
  numbers(scale: number): Int32Array | Float64Array | null {
    if (this.#form === 'decimals' && (this.#scale === scale || this.#scale === -1)) this.#scale = scale
    else if (this.#form !== 'numbers' || scale !== -1) return null
    return this.#numbers
  }

  /** A text: valid UTF-8 that `convert` makes the datum of. `verbatim`: the datum is that text itself. */
  setUtf8(
    row: number,
    bytes: Buffer,
    from: number,
    to: number,
    verbatim: boolean,
    convert: (text: string) => string,
  ): void {
    if (this.#form === 'dictionary') {
      this.#raw ??= new BytesTable()
      let code = this.#raw.find(bytes, from, to)
      if (code < 0) {
        const text = convert(bytes.toString('utf8', from, to))
        code = this.#codeOf(row, text)
        if (code < 0) {
          this.#setText(row, text)
          return
        }
        this.#raw.add(bytes, from, to, code)
      }
      this.#numbers[row] = code
    } else if (this.#form === 'utf8' && verbatim) {
      this.#reserve(to - from)
      bytes.copy(this.#bytes, this.#end, from, to)
      this.#end += to - from
      this.#offsets[row + 1] = this.#end
    } else this.set(row, convert(bytes.toString('utf8', from, to)))
  }

  /** The code of a text in the dictionary; -1 when the dictionary would grow too large: the form is UTF-8 then. */
  #codeOf(row: number, text: string): number {
    const known = this.#codes.get(text)
    if (known !== undefined) return known
    const code = this.#texts.length
    if (code >= DICTIONARY_MAX || (code >= DICTIONARY_TRIAL && code * DICTIONARY_SHARE > row)) {
      this.#toUtf8(row)
      return -1
    }
    this.#codes.set(text, code)
    this.#texts.push(text)
    return code
  }

  #toUtf8(rows: number): void {
    const codes = this.#numbers
    this.#form = 'utf8'
    if (this.#offsets.length === 0) {
      this.#offsets = new Int32Array(this.#memory(4 * (this.#capacity + 1)))
      this.#bytes = Buffer.from(this.#memory(TEXT_BYTES))
    }
    const texts = this.#texts.map((text) => Buffer.from(text, 'utf8'))
    for (let i = 0; i < rows; i++) {
      if (this.#nulls?.[i] !== 1) {
        const text = texts[codes[i] as number] as Buffer
        this.#reserve(text.length)
        text.copy(this.#bytes, this.#end)
        this.#end += text.length
      }
      this.#offsets[i + 1] = this.#end
    }
    this.#texts = []
    this.#codes = new Map()
    this.#raw = null
  }

  #reserve(length: number): void {
    if (this.#end + length <= this.#bytes.length) return
    const larger = Buffer.from(this.#memory(Math.max(2 * this.#bytes.length, this.#end + length)))
    this.#bytes.copy(larger, 0, 0, this.#end)
    this.#bytes = larger
  }

  #setText(row: number, text: string): void {
    const length = Buffer.byteLength(text, 'utf8')
    this.#reserve(length)
    this.#end += this.#bytes.write(text, this.#end, length, 'utf8')
    this.#offsets[row + 1] = this.#end
  }

  /** A value that the packed form does not hold: all are plain datums from now on. */
  #setDatum(row: number, value: Datum): void {
    if (this.#form !== 'datums') {
      const datums: Datum[] = []
      for (let i = 0; i < row; i++) datums.push(this.get(i))
      this.#datums = datums
      this.#form = 'datums'
    }
    this.#datums[row] = value
  }

  get(row: number): Datum {
    if (this.#form === 'datums') return this.#datums[row]
    if (this.#nulls?.[row] === 1) return null
    switch (this.#form) {
      case 'numbers':
        return this.#numbers[row]
      case 'decimals':
        return Numeric.fromScaled(this.#numbers[row] as number, this.#scale)
      case 'bools':
        return this.#numbers[row] === 1
      case 'dictionary':
        return this.#texts[this.#numbers[row] as number]
      case 'utf8':
        return this.#bytes.toString('utf8', this.#offsets[row], this.#offsets[row + 1])
    }
  }

  /** The column of so many rows; nothing may be set afterwards. */
  finish(length: number): AnyVector {
    const isFull = length === this.#capacity
    const nulls = this.#nulls?.slice(0, length) ?? null
    const numbers = isFull ? this.#numbers : this.#numbers.slice(0, length)
    switch (this.#form) {
      case 'numbers':
        return numbers instanceof Int32Array ? new Int32Vector(numbers, nulls) : new Float64Vector(numbers, nulls)
      case 'decimals':
        return new DecimalVector(numbers as Float64Array, Math.max(this.#scale, 0), nulls)
      case 'bools':
        return new BoolVector(Uint8Array.from(numbers), nulls)
      case 'dictionary': {
        const codes = numbers as Int32Array
        if (nulls !== null) for (let i = 0; i < length; i++) if (nulls[i] === 1) codes[i] = -1
        return new DictionaryVector(codes, this.#texts)
      }
      case 'utf8':
        return new Utf8Vector(
          isFull ? this.#offsets : this.#offsets.slice(0, length + 1),
          this.#bytes.subarray(0, this.#end),
          nulls,
        )
      case 'datums':
        return new DatumVector(this.#datums)
    }
  }
}

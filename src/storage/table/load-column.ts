/**
 * A column of the segment that a bulk load gathers. Values come as datums, or, from a loader that reads its input byte
 * by byte, as numbers and as UTF-8; both may be mixed. Text is dictionary codes for as long as it repeats itself, and
 * bytes from then on.
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
import { Utf8Vector } from '../segments/utf8-vector.ts'
import { BytesTable } from './bytes-table.ts'

/** Dictionaries grow no larger than this share of the rows, and not at all beyond the maximum. */
const DICTIONARY_SHARE = 4
const DICTIONARY_MAX = 16384
/** Before so many rows a dictionary may hold a different value for each. */
const DICTIONARY_TRIAL = 1024
/** Bytes first set aside for a text column. */
const TEXT_BYTES = 256 * 1024

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

export class LoadColumn {
  readonly #capacity: number
  #form: Form
  /** Numbers, scaled decimals, bools as 0 and 1, dictionary codes. */
  #numbers: Int32Array | Float64Array
  #scale = -1
  #nulls: Uint8Array | null = null
  #datums: Datum[] = []
  /** Dictionary: texts, codes by text, codes by the bytes they came as. */
  #texts: string[] = []
  #codes = new Map<string, number>()
  #raw: BytesTable | null = null
  /** UTF-8 form. */
  #bytes: Buffer = Buffer.alloc(0)
  #offsets: Int32Array = new Int32Array(0)
  #end = 0
  length = 0

  /** A column of at most `capacity` values. */
  constructor(type: SqlType, capacity: number) {
    this.#capacity = capacity
    this.#form = FORMS[type.physical]
    const isInteger = type.physical === 'int32' || this.#form === 'dictionary' || this.#form === 'bools'
    this.#numbers =
      this.#form === 'datums' ? new Int32Array(0) : isInteger ? new Int32Array(capacity) : new Float64Array(capacity)
  }

  push(value: Datum): void {
    if (value === null || value === undefined) this.pushNull()
    else if (!this.#pushPacked(value)) this.#pushDatum(value)
  }

  #pushPacked(value: Datum): boolean {
    switch (this.#form) {
      case 'numbers':
        if (typeof value !== 'number') return false
        this.#numbers[this.length++] = value
        return true
      case 'decimals':
        if (!value.isSafe || (this.#scale !== -1 && value.scale !== this.#scale)) return false
        this.#scale = value.scale
        this.#numbers[this.length++] = value.scaledNumber
        return true
      case 'bools':
        this.#numbers[this.length++] = value === true ? 1 : 0
        return true
      case 'dictionary': {
        const code = this.#codeOf(value)
        if (code < 0) return this.#pushText(value)
        this.#numbers[this.length++] = code
        return true
      }
      case 'utf8':
        return this.#pushText(value)
      case 'datums':
        return false
    }
  }

  pushNull(): void {
    if (this.#form === 'datums') {
      this.#datums.push(null)
      this.length++
      return
    }
    this.#nulls ??= new Uint8Array(this.#capacity)
    this.#nulls[this.length++] = 1
    if (this.#form === 'utf8') this.#offsets[this.length] = this.#end
  }

  /** A value of a type whose datums are numbers. */
  pushNumber(value: number): void {
    if (this.#form === 'numbers') this.#numbers[this.length++] = value
    else this.#pushDatum(value)
  }

  /** A numeric: a safe integer over a power of ten. */
  pushDecimal(scaled: number, scale: number): void {
    if (this.#form === 'decimals' && (this.#scale === scale || this.#scale === -1)) {
      this.#scale = scale
      this.#numbers[this.length++] = scaled
    } else this.#pushDatum(Numeric.fromScaled(scaled, scale))
  }

  /** A text: valid UTF-8 that `convert` makes the datum of. `plain`: the datum is that text itself. */
  pushUtf8(bytes: Buffer, from: number, to: number, plain: boolean, convert: (text: string) => string): void {
    if (this.#form === 'dictionary') {
      this.#raw ??= new BytesTable()
      let code = this.#raw.find(bytes, from, to)
      if (code < 0) {
        const text = convert(bytes.toString('utf8', from, to))
        code = this.#codeOf(text)
        if (code < 0) {
          this.#pushText(text)
          return
        }
        this.#raw.add(bytes, from, to, code)
      }
      this.#numbers[this.length++] = code
    } else if (this.#form === 'utf8' && plain) {
      this.#reserve(to - from)
      bytes.copy(this.#bytes, this.#end, from, to)
      this.#end += to - from
      this.#offsets[++this.length] = this.#end
    } else this.push(convert(bytes.toString('utf8', from, to)))
  }

  /** The code of a text in the dictionary; -1 when the dictionary would grow too large: the form is UTF-8 then. */
  #codeOf(text: string): number {
    const known = this.#codes.get(text)
    if (known !== undefined) return known
    const code = this.#texts.length
    if (code >= DICTIONARY_MAX || (code >= DICTIONARY_TRIAL && code * DICTIONARY_SHARE > this.length)) {
      this.#toUtf8()
      return -1
    }
    this.#codes.set(text, code)
    this.#texts.push(text)
    return code
  }

  #toUtf8(): void {
    const { length } = this
    const codes = this.#numbers
    this.#form = 'utf8'
    this.#offsets = new Int32Array(this.#capacity + 1)
    this.#bytes = Buffer.allocUnsafeSlow(TEXT_BYTES)
    const texts = this.#texts.map((text) => Buffer.from(text, 'utf8'))
    for (let i = 0; i < length; i++) {
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
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.#bytes.length, this.#end + length))
    this.#bytes.copy(larger, 0, 0, this.#end)
    this.#bytes = larger
  }

  #pushText(text: string): true {
    const bytes = Buffer.byteLength(text, 'utf8')
    this.#reserve(bytes)
    this.#end += this.#bytes.write(text, this.#end, bytes, 'utf8')
    this.#offsets[++this.length] = this.#end
    return true
  }

  /** A value that the packed form does not hold: all are plain datums from now on. */
  #pushDatum(value: Datum): void {
    if (this.#form !== 'datums') {
      const datums: Datum[] = []
      for (let i = 0; i < this.length; i++) datums.push(this.get(i))
      this.#datums = datums
      this.#form = 'datums'
    }
    this.#datums.push(value)
    this.length++
  }

  get(position: number): Datum {
    if (this.#form === 'datums') return this.#datums[position]
    if (this.#nulls?.[position] === 1) return null
    switch (this.#form) {
      case 'numbers':
        return this.#numbers[position]
      case 'decimals':
        return Numeric.fromScaled(this.#numbers[position] as number, this.#scale)
      case 'bools':
        return this.#numbers[position] === 1
      case 'dictionary':
        return this.#texts[this.#numbers[position] as number]
      case 'utf8':
        return this.#bytes.toString('utf8', this.#offsets[position], this.#offsets[position + 1])
    }
  }

  /** The column; nothing may be added afterwards. */
  finish(): AnyVector {
    const { length } = this
    const nulls = this.#nulls?.slice(0, length) ?? null
    const numbers = this.#numbers
    switch (this.#form) {
      case 'numbers':
        return numbers instanceof Int32Array
          ? new Int32Vector(numbers.slice(0, length), nulls)
          : new Float64Vector(numbers.slice(0, length), nulls)
      case 'decimals':
        return new DecimalVector((numbers as Float64Array).slice(0, length), Math.max(this.#scale, 0), nulls)
      case 'bools':
        return new BoolVector(Uint8Array.from(numbers.subarray(0, length)), nulls)
      case 'dictionary': {
        const codes = (numbers as Int32Array).slice(0, length)
        if (nulls !== null) for (let i = 0; i < length; i++) if (nulls[i] === 1) codes[i] = -1
        return new DictionaryVector(codes, this.#texts)
      }
      case 'utf8':
        return new Utf8Vector(this.#offsets.slice(0, length + 1), this.#bytes.subarray(0, this.#end), nulls)
      case 'datums':
        return new DatumVector(this.#datums)
    }
  }
}

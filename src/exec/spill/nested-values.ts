/**
 * Datums with rows in them (SqlRecord, and arrays of them) as bytes. A row's field types and names are kept in memory,
 * once per shape; the row codec writes the rest.
 */
import { decodeRow, encodeRow } from '../../storage/row-codec.ts'
import { SqlArray } from '../../types/array.ts'
import { SqlRecord } from '../../types/record.ts'
import type { Datum, SqlType } from '../../types/sql-type.ts'

interface Shape {
  readonly types: readonly SqlType[]
  readonly names: readonly string[] | null
}

const NO_COLUMNS = [] as const
const FORM = { plain: 0, record: 1, array: 2 } as const

/** Whether a datum has a row in it. */
export const isNested = (value: Datum): boolean =>
  value instanceof SqlRecord || (value instanceof SqlArray && value.elements.some(isNested))

export class NestedValues {
  readonly #shapes: Shape[] = []

  encode(value: Datum, type: SqlType): Uint8Array {
    if (value instanceof SqlRecord) {
      const fields = value.values.map((field, i) => this.#part(field, value.types[i] as SqlType))
      return encodeRow([FORM.record, this.#shapeOf(value), ...fields], NO_COLUMNS)
    }
    if (isNested(value)) {
      const { dimensions, lowerBounds, elements } = value as SqlArray
      const parts = elements.map((element) => this.#part(element, elementOf(type)))
      return encodeRow([FORM.array, dimensions.length, ...dimensions, ...lowerBounds, ...parts], NO_COLUMNS)
    }
    return encodeRow([FORM.plain, encodeRow([value], [columnOf(type)])], NO_COLUMNS)
  }

  #part(value: Datum, type: SqlType): Uint8Array | null {
    return value === null ? null : this.encode(value, type)
  }

  #shapeOf({ types, names }: SqlRecord): number {
    const same = (shape: Shape): boolean =>
      shape.types.length === types.length &&
      shape.types.every((type, i) => type === types[i]) &&
      (shape.names === names || (shape.names?.join('\u0000') === names?.join('\u0000') && names !== null))
    const known = this.#shapes.findIndex(same)
    if (known >= 0) return known
    this.#shapes.push({ types, names })
    return this.#shapes.length - 1
  }

  /** What `encode` wrote of a value of the type. */
  decode(bytes: Uint8Array, type: SqlType): Datum {
    const [form, ...rest] = decodeRow(bytes, NO_COLUMNS) as Datum[]
    switch (form) {
      case FORM.record: {
        const { types, names } = this.#shapes[rest[0]] as Shape
        return new SqlRecord(
          types,
          rest.slice(1).map((part, i) => this.#whole(part, types[i] as SqlType)),
          names,
        )
      }
      case FORM.array: {
        const depth: number = rest[0]
        const elements = rest.slice(1 + 2 * depth).map((part) => this.#whole(part, elementOf(type)))
        return new SqlArray(rest.slice(1, 1 + depth), rest.slice(1 + depth, 1 + 2 * depth), elements)
      }
      default:
        return (decodeRow(rest[0], [columnOf(type)]) as Datum[])[0]
    }
  }

  #whole(part: Uint8Array | null, type: SqlType): Datum {
    return part === null ? null : this.decode(part, type)
  }
}

const elementOf = (type: SqlType): SqlType => type.element ?? type

const columnOf = (type: SqlType) => ({ type, missing: null, dropped: false })

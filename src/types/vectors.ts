/** int2vector and oidvector: arrays of the system catalogs, written as numbers between blanks, subscripts from 0. */
import { SqlArray, arrayTypeOf } from './array.ts'
import { int2Type, oidType } from './integers.ts'
import { OID } from './oids.ts'
import type { FormatContext, SqlType } from './sql-type.ts'

/** A datum of either type. */
export const fixedVector = (elements: readonly number[]): SqlArray => new SqlArray([elements.length], [0], elements)

const vectorType = (oid: number, name: string, arrayOid: number, element: SqlType): SqlType => ({
  ...arrayTypeOf(element),
  oid,
  name,
  sqlName: name,
  arrayOid,
  align: 'i',
  storage: 'p',
  parse: (text: string, _typmod: number, context: FormatContext) =>
    fixedVector(
      text
        .split(' ')
        .filter((word) => word !== '')
        .map((word) => element.parse(word, -1, context)),
    ),
  format: (value: SqlArray) => value.elements.join(' '),
})

export const int2vectorType = vectorType(OID.int2vector, 'int2vector', 1006, int2Type)
export const oidvectorType = vectorType(OID.oidvector, 'oidvector', 1013, oidType)

/** int2vector and oidvector: arrays of the system catalogs, written as numbers between blanks, subscripts from 0. */
import { textOutOfRange } from '../errors/raise/data.ts'
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
/** In the order of oidvectors the shorter one comes first, whatever it holds. */
const compareByLength = (a: SqlArray, b: SqlArray): number => {
  if (a.elements.length !== b.elements.length) return a.elements.length - b.elements.length
  const at = a.elements.findIndex((element, i) => element !== b.elements[i])
  return at === -1 ? 0 : a.elements[at] - b.elements[at]
}

/** Negative numbers are OIDs counted from the top. */
const MIN_OID_TEXT = -(2 ** 31)
const MAX_OID = 2 ** 32 - 1

/** Numbers end where their digits do: nothing need stand between them. */
const parseOids = (text: string, _typmod: number, context: FormatContext): SqlArray => {
  const oids: number[] = []
  for (let rest = text.trimStart(); rest !== ''; ) {
    const [written] = /^[+-]?\d+/.exec(rest) ?? [rest]
    if (Number(written) < MIN_OID_TEXT || Number(written) > MAX_OID) throw textOutOfRange('oid', rest)
    oids.push(oidType.parse(written, -1, context))
    rest = rest.slice(written.length).trimStart()
  }
  return fixedVector(oids)
}

export const oidvectorType: SqlType = {
  ...vectorType(OID.oidvector, 'oidvector', 1013, oidType),
  parse: parseOids,
  compare: compareByLength,
}

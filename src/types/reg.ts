/** Types whose values are OIDs of catalog objects and whose text is the object's name. */
import { fillBytes, fixedView } from './bytes.ts'
import { defineType } from './define-type.ts'
import { OID } from './oids.ts'
import type { FormatContext, RegKind } from './sql-type.ts'

const DIGITS = /^\d+$/
/** Lone punctuation that stands for "no object" in text. */
const NONE = '-'
/** Kinds of operators print OID 0 as this. */
const NO_OPERATOR = '0'

const regType = (oid: number, name: RegKind, arrayOid: number) => {
  const none = name.startsWith('regoper') ? NO_OPERATOR : NONE
  return defineType({
    oid,
    name,
    category: 'N',
    length: 4,
    align: 'i',
    arrayOid,
    physical: 'float64',
    parse: (text, _typmod, context: FormatContext) => {
      if (text === NONE) return 0
      return DIGITS.test(text) ? Number(text) : context.names.resolve(name, text)
    },
    format: (value: number, context: FormatContext) =>
      value === 0 ? none : (context.names.format(name, value) ?? String(value)),
    receive: (bytes) => fixedView(bytes, 4).getUint32(0),
    send: (value: number) => fillBytes(4, (view) => view.setUint32(0, value)),
  })
}

export const regTypes = [
  regType(OID.regproc, 'regproc', 1008),
  regType(OID.regprocedure, 'regprocedure', 2207),
  regType(OID.regoper, 'regoper', 2208),
  regType(OID.regoperator, 'regoperator', 2209),
  regType(OID.regclass, 'regclass', 2210),
  regType(OID.regtype, 'regtype', 2211),
  regType(OID.regconfig, 'regconfig', 3735),
  regType(OID.regdictionary, 'regdictionary', 3770),
  regType(OID.regnamespace, 'regnamespace', 4090),
  regType(OID.regrole, 'regrole', 4097),
  regType(OID.regcollation, 'regcollation', 4192),
]

/** Pseudo types: argument and result types of functions that no column can have. */
import { cannotAccept, cannotDisplay } from '../errors/raise/data.ts'
import { defineType } from './define-type.ts'
import { OID } from './oids.ts'

const pseudoType = (oid: number, name: string, length: 4 | 8 | -1, sqlName = name) =>
  defineType({
    oid,
    name,
    sqlName,
    kind: 'p',
    category: 'P',
    length,
    align: length === 4 ? 'i' : 'd',
    arrayOid: 0,
    physical: 'any',
    parse: () => {
      throw cannotAccept(sqlName)
    },
    format: () => {
      throw cannotDisplay(sqlName)
    },
    receive: () => {
      throw cannotAccept(sqlName)
    },
    send: () => {
      throw cannotDisplay(sqlName)
    },
    compare: null,
    hashKey: null,
  })

/** void: what functions without a result return; its one value prints as nothing. */
const voidType = defineType({
  oid: OID.void,
  name: 'void',
  kind: 'p',
  category: 'P',
  length: 4,
  align: 'i',
  arrayOid: 0,
  physical: 'any',
  parse: () => '',
  format: () => '',
  receive: () => '',
  send: () => new Uint8Array(0),
  compare: null,
  hashKey: null,
})

export const pseudoTypes = [
  voidType,
  pseudoType(OID.any, 'any', 4, '"any"'),
  pseudoType(OID.anyarray, 'anyarray', -1),
  pseudoType(OID.trigger, 'trigger', 4),
  pseudoType(OID.event_trigger, 'event_trigger', 4),
  pseudoType(OID.internal, 'internal', 8),
  pseudoType(OID.anyelement, 'anyelement', 4),
  pseudoType(OID.anynonarray, 'anynonarray', 4),
  pseudoType(OID.anyenum, 'anyenum', 4),
  pseudoType(OID.anycompatible, 'anycompatible', 4),
  pseudoType(OID.anycompatiblearray, 'anycompatiblearray', -1),
  pseudoType(OID.anycompatiblenonarray, 'anycompatiblenonarray', 4),
  pseudoType(OID.anyrange, 'anyrange', -1),
  pseudoType(OID.anymultirange, 'anymultirange', -1),
  pseudoType(OID.anycompatiblerange, 'anycompatiblerange', -1),
  pseudoType(OID.anycompatiblemultirange, 'anycompatiblemultirange', -1),
]

/** pg_describe_object: any object that the catalogs name, in words. */
import { functionByOid } from '../../functions/index.ts'
import { quoteIdentifier } from '../../functions/keywords.ts'
import { describeInWords } from '../describe-object.ts'
import type { RelationObject } from '../objects.ts'
import { CLASS_OIDS } from '../system/descriptions.ts'
import { defaultOid } from '../system/pg-attrdef.ts'
import { pathOids, typeNameByOid } from './names.ts'
import type { InformationFunctions, InformationSource } from './source.ts'

const ATTRDEF = 2604
const REWRITE = 2618

const words = (source: InformationSource, relation: RelationObject, attnum = 0): string =>
  describeInWords(source.catalog, pathOids(source), relation, attnum)

/** The column that a default is of, by the default's number. */
const describeDefault = (source: InformationSource, oid: number): string | null => {
  for (const relation of source.catalog.all('relation')) {
    const column = relation.columns.find(
      (c) => c.default !== null && !c.dropped && defaultOid(relation.oid, c.attnum) === oid,
    )
    if (column !== undefined) return `default value for ${words(source, relation, column.attnum)}`
  }
  return null
}

/** A view's rule has the view's number. */
const describeRule = (source: InformationSource, oid: number): string | null => {
  const view = source.catalog.relation(oid)
  return view?.view ? `rule _RETURN on ${words(source, view)}` : null
}

/** Functions and types that every database has. */
const describeBuiltin = (source: InformationSource, classOid: number, oid: number): string | null => {
  if (classOid === CLASS_OIDS.type) {
    return source.catalog.typeByOid(oid) === null ? null : `type ${typeNameByOid(source, oid, null)}`
  }
  const found = classOid === CLASS_OIDS.function ? functionByOid(oid) : undefined
  if (found === undefined) return null
  return `function ${quoteIdentifier(found.name)}(${found.args.map((type) => typeNameByOid(source, type, null)).join(',')})`
}

export const describeFunctions: InformationFunctions = {
  pg_describe_object: (source, classOid, oid, attnum) => {
    if (classOid === ATTRDEF) return describeDefault(source, oid)
    if (classOid === REWRITE) return describeRule(source, oid)
    const object = source.catalog.objects.get(oid)
    if (object === undefined || CLASS_OIDS[object.class] !== classOid) return describeBuiltin(source, classOid, oid)
    if (object.class === 'relation' && attnum !== 0 && object.columns[attnum - 1] === undefined) return null
    return describeInWords(source.catalog, pathOids(source), object, attnum)
  },
}

/** Names, comments and visibility of objects, and OIDs of names. */
import { PG_CATALOG } from '../../types/oids.ts'
import { functionByOid, operatorByOid } from '../../functions/index.ts'
import type { RegKind } from '../../types/sql-type.ts'
import { CLASS_OIDS } from '../system/descriptions.ts'
import type { SqlArray } from '../../types/array.ts'
import { internalFunctionByOid } from '../system/data/internal-functions.ts'
import { roleName } from '../system/names.ts'
import { isRelationVisible, isTypeVisible, tryResolve, typeNameByOid, isFunctionVisible } from './names.ts'
import type { InformationFunction, InformationFunctions, InformationSource } from './source.ts'

/** The comment on an object of a catalog; 0: of any catalog. */
const commentOn = ({ catalog }: InformationSource, oid: number, classOid: number): string | null => {
  const object = catalog.objects.get(oid)
  if (object !== undefined && (classOid === 0 || CLASS_OIDS[object.class] === classOid)) return object.comment
  if (classOid === CLASS_OIDS.function) return functionByOid(oid)?.description ?? null
  if (classOid === CLASS_OIDS.operator) return operatorByOid(oid)?.description ?? null
  return null
}

const catalogOid = ({ catalog }: InformationSource, name: string): number =>
  catalog.relationIn(PG_CATALOG, name)?.oid ?? -1

const toReg =
  (kind: RegKind): InformationFunction =>
  (source, name) =>
    /^\d+$/.test(name) ? null : tryResolve(source, kind, name)

/** Built-in objects are in pg_catalog, which every search path has. */
const builtinVisible: InformationFunction = () => true
const absent: InformationFunction = () => null

export const objectFunctions: InformationFunctions = {
  oidvectortypes: (source, { elements }: SqlArray) => elements.map((oid) => typeNameByOid(source, oid, -1)).join(', '),
  format_type: (source, oid, typmod) => (oid === null ? null : typeNameByOid(source, oid, typmod)),
  pg_get_userbyid: ({ catalog }, oid) => roleName(catalog, oid),
  obj_description: (source, oid, name) =>
    commentOn(source, oid, name === undefined ? 0 : catalogOid(source, name as string)),
  shobj_description: (source, oid, name) => commentOn(source, oid, catalogOid(source, name)),
  col_description: ({ catalog }, oid, attnum) => catalog.relation(oid)?.columns[attnum - 1]?.comment ?? null,

  pg_table_is_visible: (source, oid) => {
    const relation = source.catalog.relation(oid)
    return relation === null ? null : isRelationVisible(source, relation)
  },
  pg_type_is_visible: (source, oid) => {
    const type = source.catalog.typeByOid(oid)
    return type === null ? null : isTypeVisible(source, type)
  },
  pg_function_is_visible: (source, oid) => {
    const own = source.catalog.function(oid)
    if (own !== null) return isFunctionVisible(source, own)
    return functionByOid(oid) === undefined && internalFunctionByOid(oid) === undefined ? null : true
  },
  pg_operator_is_visible: (_source, oid) => (operatorByOid(oid) === undefined ? null : true),
  pg_opclass_is_visible: builtinVisible,
  pg_opfamily_is_visible: builtinVisible,
  pg_collation_is_visible: builtinVisible,
  pg_conversion_is_visible: absent,
  pg_statistics_obj_is_visible: absent,
  pg_ts_parser_is_visible: builtinVisible,
  pg_ts_dict_is_visible: builtinVisible,
  pg_ts_config_is_visible: builtinVisible,
  pg_ts_template_is_visible: builtinVisible,

  to_regclass: toReg('regclass'),
  to_regcollation: toReg('regcollation'),
  to_regnamespace: toReg('regnamespace'),
  to_regoper: toReg('regoper'),
  to_regoperator: toReg('regoperator'),
  to_regproc: toReg('regproc'),
  to_regprocedure: toReg('regprocedure'),
  to_regrole: toReg('regrole'),
  to_regtype: toReg('regtype'),
}

/** pg_type: built-in types, row types of tables, enums, and the arrays over them. */
import { builtinTypes } from '../../types/index.ts'
import type { SqlType } from '../../types/sql-type.ts'
import type { DomainDefinition } from '../objects.ts'
import { aclArray } from '../privileges/acl-arrays.ts'
import { CATALOG } from '../privileges/objects.ts'
import { BOOTSTRAP_SUPERUSER } from '../snapshot.ts'
import { internalFunctionOid } from './data/internal-functions.ts'
import { typeFunctions } from './data/type-functions.ts'
import { storedExpression } from './expressions.ts'
import { catalogTable, type SystemRow } from './relation.ts'

const COLUMNS = `
  oid oid!, typname name!, typnamespace oid!, typowner oid!, typlen int2!, typbyval bool!, typtype char!,
  typcategory char!, typispreferred bool!, typisdefined bool!, typdelim char!, typrelid oid!, typsubscript
  regproc!, typelem oid!, typarray oid!, typinput regproc!, typoutput regproc!, typreceive regproc!, typsend
  regproc!, typmodin regproc!, typmodout regproc!, typanalyze regproc!, typalign char!, typstorage char!,
  typnotnull bool!, typbasetype oid!, typtypmod int4!, typndims int4!, typcollation oid!, typdefaultbin
  pg_node_tree, typdefault text, typacl _aclitem`

const typeRow = (type: SqlType, owner: number, domain?: DomainDefinition): SystemRow => {
  const [input, output, receive, send, typmodIn, typmodOut, analyze, subscript] =
    typeFunctions(type).map(internalFunctionOid)
  return {
    oid: type.oid,
    typname: type.name,
    typnamespace: type.namespace,
    typowner: owner,
    typlen: type.length,
    typbyval: type.byValue,
    typtype: type.kind,
    typcategory: type.category,
    typispreferred: type.preferred,
    typisdefined: true,
    typdelim: type.delimiter,
    typrelid: type.relation,
    typsubscript: subscript,
    typelem: type.element?.oid ?? 0,
    typarray: type.arrayOid,
    typinput: input,
    typoutput: output,
    typreceive: receive,
    typsend: send,
    typmodin: typmodIn,
    typmodout: typmodOut,
    typanalyze: analyze,
    typalign: type.align,
    typstorage: type.storage,
    typnotnull: domain?.notNull ?? false,
    typbasetype: domain?.base ?? 0,
    typtypmod: domain?.typmod ?? -1,
    typndims: 0,
    typcollation: type.collation,
    typdefaultbin: domain === undefined || domain.default === null ? null : storedExpression(domain.default),
  }
}

export const pgType = catalogTable('pg_type', 1247, COLUMNS, ({ catalog }) => [
  ...builtinTypes.map((type) => ({
    ...typeRow(type, BOOTSTRAP_SUPERUSER),
    typacl: aclArray(catalog.builtinAcl(CATALOG.type, type.oid)?.acl),
  })),
  ...Array.from(catalog.all('type')).flatMap(({ type, arrayType, owner, domain, acl }) => [
    { ...typeRow(type, owner, domain), typacl: aclArray(acl) },
    typeRow(arrayType, owner),
  ]),
])

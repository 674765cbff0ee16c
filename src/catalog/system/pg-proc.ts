/** pg_proc: functions of the registry and the internal ones that other catalogs name. */
import { isLeakproofFunction } from '../../functions/leakproof.ts'
import { allFunctions, functionByOid } from '../../functions/index.ts'
import type { FunctionRecord } from '../../functions/records.ts'
import { OID, PG_CATALOG } from '../../types/oids.ts'
import type { Datum } from '../../types/sql-type.ts'
import type { FunctionObject } from '../objects.ts'
import { aclArray } from '../privileges/acl-arrays.ts'
import { securableFunction } from '../privileges/objects.ts'
import { inputsOf, variadicElement } from '../routines.ts'
import { BOOTSTRAP_SUPERUSER, type CatalogSnapshot } from '../snapshot.ts'
import { arrayOf, textArray, vector } from './arrays.ts'
import { internalFunctions, type InternalFunction } from './data/internal-functions.ts'
import { INTERNAL_LANGUAGE, languageOid } from './pg-language.ts'
import { catalogTable, type SystemRow } from './relation.ts'

const COLUMNS = `
  oid oid!, proname name!, pronamespace oid!, proowner oid!, prolang oid!, procost float4!, prorows float4!,
  provariadic oid!, prosupport regproc!, prokind char!, prosecdef bool!, proleakproof bool!, proisstrict bool!,
  proretset bool!, provolatile char!, proparallel char!, pronargs int2!, pronargdefaults int2!, prorettype oid!,
  proargtypes oidvector!, proallargtypes _oid, proargmodes _char, proargnames _text, proargdefaults pg_node_tree,
  protrftypes _oid, prosrc text!, probin text, prosqlbody pg_node_tree, proconfig _text, proacl _aclitem`

const functionAcl = (catalog: CatalogSnapshot, oid: number) => aclArray(securableFunction(catalog, oid)?.acl)

const KINDS = { scalar: 'f', set: 'f', aggregate: 'a', window: 'w' } as const

const common = ({ oid, name, args, result }: InternalFunction): SystemRow => ({
  oid,
  proname: name,
  pronamespace: PG_CATALOG,
  proowner: BOOTSTRAP_SUPERUSER,
  prolang: INTERNAL_LANGUAGE,
  procost: 1,
  prorows: 0,
  provariadic: 0,
  prosupport: 0,
  prokind: 'f',
  prosecdef: false,
  proleakproof: isLeakproofFunction(oid),
  proisstrict: true,
  proretset: false,
  provolatile: 'i',
  proparallel: 's',
  pronargs: args.length,
  pronargdefaults: 0,
  prorettype: result,
  proargtypes: vector(args),
  prosrc: name,
})

/** Argument types, modes and names with the OUT columns of functions that return records. */
const argumentColumns = (record: FunctionRecord): SystemRow => {
  const { args, argNames } = record
  const outputs = record.kind === 'set' ? (record.columns ?? []) : []
  const names = [...args.map((_, i) => argNames?.[i] ?? ''), ...outputs.map((o) => o.name)]
  const modes = [
    ...args.map((_, i) => (record.variadic !== undefined && i === args.length - 1 ? 'v' : 'i')),
    ...outputs.map(() => 'o'),
  ]
  const types: Datum[] = [...args, ...outputs.map((o) => o.type)]
  return {
    proargnames: names.some((name) => name !== '') ? textArray(names) : null,
    ...(modes.some((mode) => mode !== 'i') ? { proallargtypes: arrayOf(types), proargmodes: arrayOf(modes) } : {}),
  }
}

const functionRow = (record: FunctionRecord): SystemRow => ({
  ...common(record),
  prorows: record.kind === 'set' ? record.estimatedRows : 0,
  provariadic: record.variadic ?? 0,
  prokind: KINDS[record.kind],
  proisstrict: record.kind === 'scalar' || record.kind === 'set' ? record.strict : false,
  proretset: record.kind === 'set',
  provolatile: record.volatility.charAt(0),
  pronargdefaults: record.defaults?.length ?? 0,
  ...(record.kind === 'set' && record.columns !== undefined && record.columns.length > 1
    ? { prorettype: OID.record }
    : {}),
  ...argumentColumns(record),
  ...(record.kind === 'aggregate' ? { prosrc: 'aggregate_dummy' } : {}),
})

const routineRow = (catalog: CatalogSnapshot, routine: FunctionObject): SystemRow => {
  const inputs = inputsOf(routine)
  const all = routine.arguments
  const isPlain = all.every(({ mode }) => mode === 'i')
  const last = inputs.at(-1)
  const element = last?.mode === 'v' ? variadicElement(routine, catalog) : undefined
  return {
    ...common({
      oid: routine.oid,
      name: routine.name,
      args: inputs.map(({ type }) => type),
      result: routine.result,
    }),
    pronamespace: routine.schema,
    proowner: routine.owner,
    prolang: languageOid(routine.language),
    procost: routine.cost,
    prorows: routine.rows,
    provariadic: element ?? 0,
    prokind: { function: 'f', procedure: 'p', aggregate: 'a', window: 'w' }[routine.kind],
    prosecdef: routine.securityDefiner,
    proleakproof: routine.leakproof,
    proisstrict: routine.strict,
    proretset: routine.returnsSet,
    provolatile: routine.volatility.charAt(0),
    proparallel: routine.parallel,
    pronargdefaults: inputs.filter((input) => input.default !== null).length,
    proallargtypes: isPlain ? null : arrayOf(all.map(({ type }) => type)),
    proargmodes: isPlain ? null : arrayOf(all.map(({ mode }) => mode)),
    proargnames: all.some(({ name }) => name !== '') ? textArray(all.map(({ name }) => name)) : null,
    prosrc: routine.source,
    prosqlbody: routine.body === null ? null : '',
    proacl: aclArray(routine.acl),
    proconfig: routine.settings.length === 0 ? null : textArray(routine.settings),
  }
}

export const pgProc = catalogTable('pg_proc', 1255, COLUMNS, ({ catalog }) => [
  ...allFunctions.map((record) => ({ ...functionRow(record), proacl: functionAcl(catalog, record.oid) })),
  ...internalFunctions.filter(({ oid }) => functionByOid(oid) === undefined).map(common),
  ...Array.from(catalog.all('function'), (routine) => routineRow(catalog, routine)),
])

/**
 * Input and output functions of types, called by name: text forms as `cstring`. Those that need to know a type beside the
 * text (of arrays, ranges, rows) are left to casts.
 */
import type { Datum, SqlType } from '../../types/sql-type.ts'
import { PG_CATALOG } from '../../types/oids.ts'
import { typedScalar } from '../define.ts'
import type { ScalarFunction } from '../records.ts'

/** Input functions: `name oid type;`, with a star where the type's oid and a type modifier are taken too. */
const INPUTS = `
    bit_in 1564 bit*; boolin 1242 bool; box_in 123 box; bpcharin 1044 bpchar*; byteain 1244 bytea; cash_in 886 money;
    charin 1245 char; cidin 52 cid; cidr_in 1267 cidr; circle_in 1450 circle; date_in 1084 date; float4in 200 float4;
    float8in 214 float8; inet_in 910 inet; int2in 38 int2; int2vectorin 40 int2vector; int4in 42 int4;
    int8in 460 int8; interval_in 1160 interval*; json_in 321 json; jsonb_in 3806 jsonb; jsonpath_in 4001 jsonpath;
    line_in 1490 line; lseg_in 119 lseg; macaddr8_in 4110 macaddr8; macaddr_in 436 macaddr; namein 34 name;
    numeric_in 1701 numeric*; oidin 1798 oid; oidvectorin 54 oidvector; path_in 121 path; pg_lsn_in 3229 pg_lsn;
    pg_snapshot_in 5055 pg_snapshot; point_in 117 point; poly_in 347 polygon; record_in 2290 record*;
    regclassin 2218 regclass; regcollationin 4193 regcollation; regconfigin 3736 regconfig;
    regdictionaryin 3771 regdictionary; regnamespacein 4084 regnamespace; regoperatorin 2216 regoperator;
    regoperin 2214 regoper; regprocedurein 2212 regprocedure; regprocin 44 regproc; regrolein 4098 regrole;
    regtypein 2220 regtype; textin 46 text; tidin 48 tid; time_in 1143 time*; timestamp_in 1312 timestamp*;
    timestamptz_in 1150 timestamptz*; timetz_in 1350 timetz*; tsqueryin 3612 tsquery; tsvectorin 3610 tsvector;
    txid_snapshot_in 2939 txid_snapshot; uuid_in 2952 uuid; varbit_in 1579 varbit*; varcharin 1046 varchar*;
    xid8in 5070 xid8; xidin 50 xid; xml_in 2893 xml;
`

/** Output functions: `name oid type;` */
const OUTPUTS = `
    array_out 751 anyarray; bit_out 1565 bit; boolout 1243 bool; box_out 124 box; bpcharout 1045 bpchar;
    byteaout 31 bytea; cash_out 887 money; charout 33 char; cidout 53 cid; cidr_out 1427 cidr; circle_out 1451 circle;
    date_out 1085 date; enum_out 3507 anyenum; float4out 201 float4; float8out 215 float8; inet_out 911 inet;
    int2out 39 int2; int2vectorout 41 int2vector; int4out 43 int4; int8out 461 int8; interval_out 1161 interval;
    json_out 322 json; jsonb_out 3804 jsonb; jsonpath_out 4003 jsonpath; line_out 1491 line; lseg_out 120 lseg;
    macaddr8_out 4111 macaddr8; macaddr_out 437 macaddr; multirange_out 4232 anymultirange; nameout 35 name;
    numeric_out 1702 numeric; oidout 1799 oid; oidvectorout 55 oidvector; path_out 122 path; pg_lsn_out 3230 pg_lsn;
    pg_snapshot_out 5056 pg_snapshot; point_out 118 point; poly_out 348 polygon; range_out 3835 anyrange;
    record_out 2291 record; regclassout 2219 regclass; regcollationout 4194 regcollation; regconfigout 3737 regconfig;
    regdictionaryout 3772 regdictionary; regnamespaceout 4085 regnamespace; regoperatorout 2217 regoperator;
    regoperout 2215 regoper; regprocedureout 2213 regprocedure; regprocout 45 regproc; regroleout 4092 regrole;
    regtypeout 2221 regtype; textout 47 text; tidout 49 tid; time_out 1144 time; timestamp_out 1313 timestamp;
    timestamptz_out 1151 timestamptz; timetz_out 1351 timetz; tsqueryout 3613 tsquery; tsvectorout 3611 tsvector;
    txid_snapshot_out 2940 txid_snapshot; uuid_out 2953 uuid; varbit_out 1580 varbit; varcharout 1047 varchar;
    xid8out 5081 xid8; xidout 51 xid; xml_out 2894 xml;
`

/** Functions whose answer depends on settings or on the catalog: PostgreSQL has them as stable. */
const STABLE = new Set(
  `
    array_out cash_in cash_out date_in date_out enum_out interval_in interval_out multirange_out range_out record_in
    record_out regclassin regclassout regcollationin regcollationout regconfigin regconfigout regdictionaryin
    regdictionaryout regnamespacein regnamespaceout regoperatorin regoperatorout regoperin regoperout regprocedurein
    regprocedureout regprocin regprocout regrolein regroleout regtypein regtypeout time_in timestamp_in timestamp_out
    timestamptz_in timestamptz_out timetz_in xml_in
`
    .trim()
    .split(/\s+/),
)

const entries = (list: string): (readonly [name: string, oid: number, type: string])[] =>
  list
    .trim()
    .split(/;\s*/)
    .filter((entry) => entry !== '')
    .map((entry) => {
      const [name, oid, type] = entry.split(' ') as [string, string, string]
      return [name, Number(oid), type]
    })

/** Names of functions by the type that they are of. */
const byType = (list: string): ReadonlyMap<string, string> =>
  new Map(entries(list).map(([name, , type]) => [type.replace('*', ''), name]))

const INPUT_OF = byType(INPUTS)
const OUTPUT_OF = byType(OUTPUTS)

const isSteady = (name: string | undefined): boolean => name !== undefined && !STABLE.has(name)

/** Whether the value that a text stands for depends on the text alone. Arrays, rows, domains and their like: not known. */
export const hasSteadyInput = (type: SqlType): boolean =>
  type.namespace === PG_CATALOG && isSteady(INPUT_OF.get(type.name))

/** Whether the text of a value depends on the value alone. */
export const hasSteadyOutput = (type: SqlType): boolean =>
  type.namespace === PG_CATALOG && isSteady(OUTPUT_OF.get(type.name))

const volatility = (name: string) => ({ volatility: STABLE.has(name) ? 'stable' : 'immutable' }) as const

export const typeTextFunctions: readonly ScalarFunction[] = [
  ...entries(INPUTS).map(([name, oid, declared]) => {
    const type = declared.replace('*', '')
    const args = type === declared ? 'cstring' : 'cstring, oid, int4'
    return typedScalar(
      oid,
      `${name}(${args}) ${type}`,
      'I/O',
      ({ result }) =>
        (context, text: string, _type?: Datum, typmod = -1) =>
          result.parse(text, typmod, context.format),
      volatility(name),
    )
  }),
  ...entries(OUTPUTS).map(([name, oid, type]) =>
    typedScalar(
      oid,
      `${name}(${type}) cstring`,
      'I/O',
      ({ args }) => {
        const [own] = args as readonly [SqlType]
        return (context, value) => own.format(value, context.format)
      },
      volatility(name),
    ),
  ),
]

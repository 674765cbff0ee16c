/** Input, output, receive, send, typmod and other functions of types, as pg_type names them. */
import { isDomainType } from '../../../types/domain-type.ts'
import { PG_CATALOG } from '../../../types/oids.ts'
import type { SqlType } from '../../../types/sql-type.ts'

/** In this order: typinput typoutput typreceive typsend typmodin typmodout typanalyze typsubscript. */
export type TypeFunctions = readonly [string, string, string, string, string, string, string, string]

/** `type input output receive send typmodin typmodout analyze subscript;` */
const LIST = `
    bool boolin boolout boolrecv boolsend - - - -; bytea byteain byteaout bytearecv byteasend - - - -;
    char charin charout charrecv charsend - - - -;
    name namein nameout namerecv namesend - - - raw_array_subscript_handler;
    int8 int8in int8out int8recv int8send - - - -; int2 int2in int2out int2recv int2send - - - -;
    int2vector int2vectorin int2vectorout int2vectorrecv int2vectorsend - - - array_subscript_handler;
    int4 int4in int4out int4recv int4send - - - -; regproc regprocin regprocout regprocrecv regprocsend - - - -;
    text textin textout textrecv textsend - - - -; oid oidin oidout oidrecv oidsend - - - -;
    tid tidin tidout tidrecv tidsend - - - -; xid xidin xidout xidrecv xidsend - - - -;
    cid cidin cidout cidrecv cidsend - - - -;
    oidvector oidvectorin oidvectorout oidvectorrecv oidvectorsend - - - array_subscript_handler;
    json json_in json_out json_recv json_send - - - -;
    pg_node_tree pg_node_tree_in pg_node_tree_out pg_node_tree_recv pg_node_tree_send - - - -;
    float4 float4in float4out float4recv float4send - - - -;
    float8 float8in float8out float8recv float8send - - - -;
    unknown unknownin unknownout unknownrecv unknownsend - - - -; aclitem aclitemin aclitemout - - - - - -;
    bpchar bpcharin bpcharout bpcharrecv bpcharsend bpchartypmodin bpchartypmodout - -;
    varchar varcharin varcharout varcharrecv varcharsend varchartypmodin varchartypmodout - -;
    date date_in date_out date_recv date_send - - - -;
    time time_in time_out time_recv time_send timetypmodin timetypmodout - -;
    timestamp timestamp_in timestamp_out timestamp_recv timestamp_send timestamptypmodin timestamptypmodout - -;
    timestamptz timestamptz_in timestamptz_out timestamptz_recv timestamptz_send timestamptztypmodin timestamptztypmodout - -;
    interval interval_in interval_out interval_recv interval_send intervaltypmodin intervaltypmodout - -;
    timetz timetz_in timetz_out timetz_recv timetz_send timetztypmodin timetztypmodout - -;
    numeric numeric_in numeric_out numeric_recv numeric_send numerictypmodin numerictypmodout - -;
    refcursor textin textout textrecv textsend - - - -;
    regprocedure regprocedurein regprocedureout regprocedurerecv regproceduresend - - - -;
    regoper regoperin regoperout regoperrecv regopersend - - - -;
    regoperator regoperatorin regoperatorout regoperatorrecv regoperatorsend - - - -;
    regclass regclassin regclassout regclassrecv regclasssend - - - -;
    regtype regtypein regtypeout regtyperecv regtypesend - - - -;
    record record_in record_out record_recv record_send - - - -;
    cstring cstring_in cstring_out cstring_recv cstring_send - - - -; any any_in any_out - - - - - -;
    anyarray anyarray_in anyarray_out anyarray_recv anyarray_send - - - -;
    void void_in void_out void_recv void_send - - - -; trigger trigger_in trigger_out - - - - - -;
    internal internal_in internal_out - - - - - -; anyelement anyelement_in anyelement_out - - - - - -;
    anynonarray anynonarray_in anynonarray_out - - - - - -; uuid uuid_in uuid_out uuid_recv uuid_send - - - -;
    anyenum anyenum_in anyenum_out - - - - - -;
    regconfig regconfigin regconfigout regconfigrecv regconfigsend - - - -;
    regdictionary regdictionaryin regdictionaryout regdictionaryrecv regdictionarysend - - - -;
    jsonb jsonb_in jsonb_out jsonb_recv jsonb_send - - - jsonb_subscript_handler;
    event_trigger event_trigger_in event_trigger_out - - - - - -;
    regnamespace regnamespacein regnamespaceout regnamespacerecv regnamespacesend - - - -;
    regrole regrolein regroleout regrolerecv regrolesend - - - -;
    regcollation regcollationin regcollationout regcollationrecv regcollationsend - - - -;
    xid8 xid8in xid8out xid8recv xid8send - - - -; anycompatible anycompatible_in anycompatible_out - - - - - -;
    anycompatiblearray anycompatiblearray_in anycompatiblearray_out anycompatiblearray_recv anycompatiblearray_send - - - -;
    anycompatiblenonarray anycompatiblenonarray_in anycompatiblenonarray_out - - - - - -;
    anyrange anyrange_in anyrange_out - - - - - -; anymultirange anymultirange_in anymultirange_out - - - - - -;
    anycompatiblerange anycompatiblerange_in anycompatiblerange_out - - - - - -;
    anycompatiblemultirange anycompatiblemultirange_in anycompatiblemultirange_out - - - - - -;
    macaddr8 macaddr8_in macaddr8_out macaddr8_recv macaddr8_send - - - -;
    money cash_in cash_out cash_recv cash_send - - - -;
    macaddr macaddr_in macaddr_out macaddr_recv macaddr_send - - - -;
    bit bit_in bit_out bit_recv bit_send bittypmodin bittypmodout - -;
    varbit varbit_in varbit_out varbit_recv varbit_send varbittypmodin varbittypmodout - -;
    pg_lsn pg_lsn_in pg_lsn_out pg_lsn_recv pg_lsn_send - - - -;
    txid_snapshot txid_snapshot_in txid_snapshot_out txid_snapshot_recv txid_snapshot_send - - - -;
    pg_snapshot pg_snapshot_in pg_snapshot_out pg_snapshot_recv pg_snapshot_send - - - -;
    cidr cidr_in cidr_out cidr_recv cidr_send - - - -;
    inet inet_in inet_out inet_recv inet_send - - - -;
    point point_in point_out point_recv point_send - - - raw_array_subscript_handler;
    lseg lseg_in lseg_out lseg_recv lseg_send - - - raw_array_subscript_handler;
    path path_in path_out path_recv path_send - - - -;
    box box_in box_out box_recv box_send - - - raw_array_subscript_handler;
    polygon poly_in poly_out poly_recv poly_send - - - -;
    line line_in line_out line_recv line_send - - - raw_array_subscript_handler;
    circle circle_in circle_out circle_recv circle_send - - - -;
    tsvector tsvectorin tsvectorout tsvectorrecv tsvectorsend - - ts_typanalyze -;
    tsquery tsqueryin tsqueryout tsqueryrecv tsquerysend - - - -;
    xml xml_in xml_out xml_recv xml_send - - - -`

const byType = new Map(
  LIST.split(';').map((entry) => {
    const [name, ...functions] = entry.trim().split(' ') as [string, ...string[]]
    return [name, functions as unknown as TypeFunctions]
  }),
)

const ARRAY: TypeFunctions = [
  'array_in',
  'array_out',
  'array_recv',
  'array_send',
  '-',
  '-',
  'array_typanalyze',
  'array_subscript_handler',
]
const ENUM: TypeFunctions = ['enum_in', 'enum_out', 'enum_recv', 'enum_send', '-', '-', '-', '-']
const RANGE: TypeFunctions = ['range_in', 'range_out', 'range_recv', 'range_send', '-', '-', 'range_typanalyze', '-']
const MULTIRANGE: TypeFunctions = [
  'multirange_in',
  'multirange_out',
  'multirange_recv',
  'multirange_send',
  '-',
  '-',
  'multirange_typanalyze',
  '-',
]
const RECORD: TypeFunctions = ['record_in', 'record_out', 'record_recv', 'record_send', '-', '-', '-', '-']

const BY_KIND: Partial<Record<SqlType['kind'], TypeFunctions>> = { e: ENUM, r: RANGE, m: MULTIRANGE }

/** Domains are read by functions of their own and written as what they are over. */
const domainFunctions = (base: SqlType): TypeFunctions => {
  const [, output, , send, , , analyze] = typeFunctions(base)
  return ['domain_in', output, 'domain_recv', send, '-', '-', analyze, '-']
}

export const typeFunctions = (type: SqlType): TypeFunctions => {
  if (isDomainType(type)) return domainFunctions(type.base)
  const own = type.namespace === PG_CATALOG ? byType.get(type.name) : undefined
  if (own !== undefined) return own
  if (type.category === 'A') {
    const [, , , , typmodIn, typmodOut] = type.element === null ? ARRAY : typeFunctions(type.element)
    return [ARRAY[0], ARRAY[1], ARRAY[2], ARRAY[3], typmodIn, typmodOut, ARRAY[6], ARRAY[7]]
  }
  return BY_KIND[type.kind] ?? RECORD
}

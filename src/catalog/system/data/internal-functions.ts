/**
 * Functions that the catalogs name but SQL never calls here: input and output functions of types, handlers of access
 * methods, selectivity estimators. They are in pg_proc so that references to them have names.
 */
import { typeByName } from '../../../types/index.ts'

export interface InternalFunction {
  readonly oid: number
  readonly name: string
  readonly args: readonly number[]
  readonly result: number
}

/** `name oid arguments result;` with PostgreSQL's OIDs; `-`: no arguments. */
const LIST = `
    byteaout 31 bytea cstring; charout 33 char cstring; namein 34 cstring name; nameout 35 name cstring;
    int2in 38 cstring int2; int2out 39 int2 cstring; int2vectorin 40 cstring int2vector;
    int2vectorout 41 int2vector cstring; int4in 42 cstring int4; int4out 43 int4 cstring;
    regprocin 44 cstring regproc; regprocout 45 regproc cstring; textin 46 cstring text; textout 47 text cstring;
    tidin 48 cstring tid; tidout 49 tid cstring; xidin 50 cstring xid; xidout 51 xid cstring; cidin 52 cstring cid;
    cidout 53 cid cstring; oidvectorin 54 cstring oidvector; oidvectorout 55 oidvector cstring;
    eqsel 101 internal,oid,internal,int4 float8; neqsel 102 internal,oid,internal,int4 float8;
    scalarltsel 103 internal,oid,internal,int4 float8; scalargtsel 104 internal,oid,internal,int4 float8;
    eqjoinsel 105 internal,oid,internal,int2,internal float8;
    neqjoinsel 106 internal,oid,internal,int2,internal float8;
    scalarltjoinsel 107 internal,oid,internal,int2,internal float8;
    scalargtjoinsel 108 internal,oid,internal,int2,internal float8; unknownin 109 cstring unknown;
    unknownout 110 unknown cstring; areasel 139 internal,oid,internal,int4 float8;
    areajoinsel 140 internal,oid,internal,int2,internal float8; pg_node_tree_in 195 cstring pg_node_tree;
    pg_node_tree_out 196 pg_node_tree cstring; pg_node_tree_recv 197 internal pg_node_tree;
    pg_node_tree_send 198 pg_node_tree bytea; float4in 200 cstring float4; float4out 201 float4 cstring;
    float8in 214 cstring float8; float8out 215 float8 cstring; json_in 321 cstring json; json_out 322 json cstring;
    json_recv 323 internal json; json_send 324 json bytea; scalarlesel 336 internal,oid,internal,int4 float8;
    scalargesel 337 internal,oid,internal,int4 float8;
    scalarlejoinsel 386 internal,oid,internal,int2,internal float8;
    scalargejoinsel 398 internal,oid,internal,int2,internal float8; int8in 460 cstring int8;
    int8out 461 int8 cstring; array_in 750 cstring,oid,int4 anyarray; array_out 751 anyarray cstring;
    aclitemin 1031 cstring aclitem; aclitemout 1032 aclitem cstring; bpcharin 1044 cstring,oid,int4 bpchar;
    bpcharout 1045 bpchar cstring; varcharin 1046 cstring,oid,int4 varchar; varcharout 1047 varchar cstring;
    date_in 1084 cstring date; date_out 1085 date cstring; time_in 1143 cstring,oid,int4 time;
    time_out 1144 time cstring; timestamptz_in 1150 cstring,oid,int4 timestamptz;
    timestamptz_out 1151 timestamptz cstring; interval_in 1160 cstring,oid,int4 interval;
    interval_out 1161 interval cstring; boolin 1242 cstring bool; boolout 1243 bool cstring;
    byteain 1244 cstring bytea; charin 1245 cstring char; positionsel 1300 internal,oid,internal,int4 float8;
    positionjoinsel 1301 internal,oid,internal,int2,internal float8; contsel 1302 internal,oid,internal,int4 float8;
    contjoinsel 1303 internal,oid,internal,int2,internal float8; timestamp_in 1312 cstring,oid,int4 timestamp;
    timestamp_out 1313 timestamp cstring; timetz_in 1350 cstring,oid,int4 timetz; timetz_out 1351 timetz cstring;
    numeric_in 1701 cstring,oid,int4 numeric; numeric_out 1702 numeric cstring; oidin 1798 cstring oid;
    oidout 1799 oid cstring; iclikesel 1814 internal,oid,internal,int4 float8;
    icnlikesel 1815 internal,oid,internal,int4 float8;
    iclikejoinsel 1816 internal,oid,internal,int2,internal float8;
    icnlikejoinsel 1817 internal,oid,internal,int2,internal float8;
    regexeqsel 1818 internal,oid,internal,int4 float8; likesel 1819 internal,oid,internal,int4 float8;
    icregexeqsel 1820 internal,oid,internal,int4 float8; regexnesel 1821 internal,oid,internal,int4 float8;
    nlikesel 1822 internal,oid,internal,int4 float8; icregexnesel 1823 internal,oid,internal,int4 float8;
    regexeqjoinsel 1824 internal,oid,internal,int2,internal float8;
    likejoinsel 1825 internal,oid,internal,int2,internal float8;
    icregexeqjoinsel 1826 internal,oid,internal,int2,internal float8;
    regexnejoinsel 1827 internal,oid,internal,int2,internal float8;
    nlikejoinsel 1828 internal,oid,internal,int2,internal float8;
    icregexnejoinsel 1829 internal,oid,internal,int2,internal float8; regprocedurein 2212 cstring regprocedure;
    regprocedureout 2213 regprocedure cstring; regoperin 2214 cstring regoper; regoperout 2215 regoper cstring;
    regoperatorin 2216 cstring regoperator; regoperatorout 2217 regoperator cstring;
    regclassin 2218 cstring regclass; regclassout 2219 regclass cstring; regtypein 2220 cstring regtype;
    regtypeout 2221 regtype cstring; fmgr_internal_validator 2246 oid void; fmgr_c_validator 2247 oid void;
    fmgr_sql_validator 2248 oid void; record_in 2290 cstring,oid,int4 record; record_out 2291 record cstring;
    cstring_in 2292 cstring cstring; cstring_out 2293 cstring cstring; any_in 2294 cstring any;
    any_out 2295 any cstring; anyarray_in 2296 cstring anyarray; anyarray_out 2297 anyarray cstring;
    void_in 2298 cstring void; void_out 2299 void cstring; trigger_in 2300 cstring trigger;
    trigger_out 2301 trigger cstring; internal_in 2304 cstring internal; internal_out 2305 internal cstring;
    anyelement_in 2312 cstring anyelement; anyelement_out 2313 anyelement cstring;
    array_recv 2400 internal,oid,int4 anyarray; array_send 2401 anyarray bytea;
    record_recv 2402 internal,oid,int4 record; record_send 2403 record bytea; int2recv 2404 internal int2;
    int2send 2405 int2 bytea; int4recv 2406 internal int4; int4send 2407 int4 bytea; int8recv 2408 internal int8;
    int8send 2409 int8 bytea; int2vectorrecv 2410 internal int2vector; int2vectorsend 2411 int2vector bytea;
    bytearecv 2412 internal bytea; byteasend 2413 bytea bytea; textrecv 2414 internal text;
    textsend 2415 text bytea; unknownrecv 2416 internal unknown; unknownsend 2417 unknown bytea;
    oidrecv 2418 internal oid; oidsend 2419 oid bytea; oidvectorrecv 2420 internal oidvector;
    oidvectorsend 2421 oidvector bytea; namerecv 2422 internal name; namesend 2423 name bytea;
    float4recv 2424 internal float4; float4send 2425 float4 bytea; float8recv 2426 internal float8;
    float8send 2427 float8 bytea; bpcharrecv 2430 internal,oid,int4 bpchar; bpcharsend 2431 bpchar bytea;
    varcharrecv 2432 internal,oid,int4 varchar; varcharsend 2433 varchar bytea; charrecv 2434 internal char;
    charsend 2435 char bytea; boolrecv 2436 internal bool; boolsend 2437 bool bytea; tidrecv 2438 internal tid;
    tidsend 2439 tid bytea; xidrecv 2440 internal xid; xidsend 2441 xid bytea; cidrecv 2442 internal cid;
    cidsend 2443 cid bytea; regprocrecv 2444 internal regproc; regprocsend 2445 regproc bytea;
    regprocedurerecv 2446 internal regprocedure; regproceduresend 2447 regprocedure bytea;
    regoperrecv 2448 internal regoper; regopersend 2449 regoper bytea; regoperatorrecv 2450 internal regoperator;
    regoperatorsend 2451 regoperator bytea; regclassrecv 2452 internal regclass; regclasssend 2453 regclass bytea;
    regtyperecv 2454 internal regtype; regtypesend 2455 regtype bytea; numeric_recv 2460 internal,oid,int4 numeric;
    numeric_send 2461 numeric bytea; date_recv 2468 internal date; date_send 2469 date bytea;
    time_recv 2470 internal,oid,int4 time; time_send 2471 time bytea; timetz_recv 2472 internal,oid,int4 timetz;
    timetz_send 2473 timetz bytea; timestamp_recv 2474 internal,oid,int4 timestamp;
    timestamp_send 2475 timestamp bytea; timestamptz_recv 2476 internal,oid,int4 timestamptz;
    timestamptz_send 2477 timestamptz bytea; interval_recv 2478 internal,oid,int4 interval;
    interval_send 2479 interval bytea; cstring_recv 2500 internal cstring; cstring_send 2501 cstring bytea;
    anyarray_recv 2502 internal anyarray; anyarray_send 2503 anyarray bytea; domain_in 2597 cstring,oid,int4 any;
    domain_recv 2598 internal,oid,int4 any; anynonarray_in 2777 cstring anynonarray;
    anynonarray_out 2778 anynonarray cstring; intervaltypmodin 2903 _cstring int4;
    intervaltypmodout 2904 int4 cstring; timestamptypmodin 2905 _cstring int4; timestamptypmodout 2906 int4 cstring;
    timestamptztypmodin 2907 _cstring int4; timestamptztypmodout 2908 int4 cstring; timetypmodin 2909 _cstring int4;
    timetypmodout 2910 int4 cstring; timetztypmodin 2911 _cstring int4; timetztypmodout 2912 int4 cstring;
    bpchartypmodin 2913 _cstring int4; bpchartypmodout 2914 int4 cstring; varchartypmodin 2915 _cstring int4;
    varchartypmodout 2916 int4 cstring; numerictypmodin 2917 _cstring int4; numerictypmodout 2918 int4 cstring;
    uuid_in 2952 cstring uuid; uuid_out 2953 uuid cstring; uuid_recv 2961 internal uuid; uuid_send 2962 uuid bytea;
    void_recv 3120 internal void; void_send 3121 void bytea; rangesel 3169 internal,oid,internal,int4 float8;
    prefixsel 3437 internal,oid,internal,int4 float8; prefixjoinsel 3438 internal,oid,internal,int2,internal float8;
    anyenum_in 3504 cstring anyenum; anyenum_out 3505 anyenum cstring; enum_in 3506 cstring,oid anyenum;
    enum_out 3507 anyenum cstring; enum_recv 3532 internal,oid anyenum; enum_send 3533 anyenum bytea;
    networksel 3560 internal,oid,internal,int4 float8;
    networkjoinsel 3561 internal,oid,internal,int2,internal float8; event_trigger_in 3594 cstring event_trigger;
    event_trigger_out 3595 event_trigger cstring; tsmatchsel 3686 internal,oid,internal,int4 float8;
    tsmatchjoinsel 3687 internal,oid,internal,int2,internal float8; regconfigin 3736 cstring regconfig;
    regconfigout 3737 regconfig cstring; regconfigrecv 3738 internal regconfig; regconfigsend 3739 regconfig bytea;
    regdictionaryin 3771 cstring regdictionary; regdictionaryout 3772 regdictionary cstring;
    regdictionaryrecv 3773 internal regdictionary; regdictionarysend 3774 regdictionary bytea;
    jsonb_send 3803 jsonb bytea; jsonb_out 3804 jsonb cstring; jsonb_recv 3805 internal jsonb;
    jsonb_in 3806 cstring jsonb; array_typanalyze 3816 internal bool;
    arraycontsel 3817 internal,oid,internal,int4 float8;
    arraycontjoinsel 3818 internal,oid,internal,int2,internal float8; regnamespacein 4084 cstring regnamespace;
    regnamespaceout 4085 regnamespace cstring; regnamespacerecv 4087 internal regnamespace;
    regnamespacesend 4088 regnamespace bytea; regroleout 4092 regrole cstring; regrolerecv 4094 internal regrole;
    regrolesend 4095 regrole bytea; regrolein 4098 cstring regrole; regcollationin 4193 cstring regcollation;
    regcollationout 4194 regcollation cstring; regcollationrecv 4196 internal regcollation;
    regcollationsend 4197 regcollation bytea; multirangesel 4243 internal,oid,internal,int4 float8;
    matchingsel 5040 internal,oid,internal,int4 float8;
    matchingjoinsel 5041 internal,oid,internal,int2,internal float8; xid8in 5070 cstring xid8;
    xid8out 5081 xid8 cstring; xid8recv 5082 internal xid8; xid8send 5083 xid8 bytea;
    anycompatible_in 5086 cstring anycompatible; anycompatible_out 5087 anycompatible cstring;
    anycompatiblearray_in 5088 cstring anycompatiblearray; anycompatiblearray_out 5089 anycompatiblearray cstring;
    anycompatiblearray_recv 5090 internal anycompatiblearray; anycompatiblearray_send 5091 anycompatiblearray bytea;
    anycompatiblenonarray_in 5092 cstring anycompatiblenonarray;
    anycompatiblenonarray_out 5093 anycompatiblenonarray cstring; jsonb_subscript_handler 6098 internal internal;
    array_subscript_handler 6179 internal internal; raw_array_subscript_handler 6180 internal internal;
    anyrange_in 3832 cstring,oid,int4 anyrange; anyrange_out 3833 anyrange cstring;
    range_in 3834 cstring,oid,int4 anyrange; range_out 3835 anyrange cstring; range_recv 3836 internal,oid,int4 anyrange;
    range_send 3837 anyrange bytea; int4range_canonical 3914 int4range int4range;
    daterange_canonical 3915 daterange daterange; range_typanalyze 3916 internal bool;
    int4range_subdiff 3922 int4,int4 float8; int8range_subdiff 3923 int8,int8 float8;
    numrange_subdiff 3924 numeric,numeric float8; daterange_subdiff 3925 date,date float8;
    int8range_canonical 3928 int8range int8range; tsrange_subdiff 3929 timestamp,timestamp float8;
    tstzrange_subdiff 3930 timestamptz,timestamptz float8;
    anycompatiblemultirange_in 4226 cstring,oid,int4 anycompatiblemultirange;
    anycompatiblemultirange_out 4227 anycompatiblemultirange cstring;
    anymultirange_in 4229 cstring,oid,int4 anymultirange; anymultirange_out 4230 anymultirange cstring;
    multirange_in 4231 cstring,oid,int4 anymultirange; multirange_out 4232 anymultirange cstring;
    multirange_recv 4233 internal,oid,int4 anymultirange; multirange_send 4234 anymultirange bytea;
    multirange_typanalyze 4242 internal bool; anycompatiblerange_in 5094 cstring,oid,int4 anycompatiblerange;
    anycompatiblerange_out 5095 anycompatiblerange cstring;
    macaddr_in 436 cstring macaddr; macaddr_out 437 macaddr cstring; cash_in 886 cstring money;
    cash_out 887 money cstring; bit_in 1564 cstring,oid,int4 bit; bit_out 1565 bit cstring;
    varbit_in 1579 cstring,oid,int4 varbit; varbit_out 1580 varbit cstring; bit_recv 2456 internal,oid,int4 bit;
    bit_send 2457 bit bytea; varbit_recv 2458 internal,oid,int4 varbit; varbit_send 2459 varbit bytea;
    cash_recv 2492 internal money; cash_send 2493 money bytea; macaddr_recv 2494 internal macaddr;
    macaddr_send 2495 macaddr bytea; varbittypmodin 2902 _cstring int4; bittypmodin 2919 _cstring int4;
    bittypmodout 2920 int4 cstring; varbittypmodout 2921 int4 cstring; pg_lsn_in 3229 cstring pg_lsn;
    pg_lsn_out 3230 pg_lsn cstring; pg_lsn_recv 3238 internal pg_lsn; pg_lsn_send 3239 pg_lsn bytea;
    macaddr8_recv 3446 internal macaddr8; macaddr8_send 3447 macaddr8 bytea; macaddr8_in 4110 cstring macaddr8;
    macaddr8_out 4111 macaddr8 cstring; txid_snapshot_in 2939 cstring txid_snapshot;
    txid_snapshot_out 2940 txid_snapshot cstring; txid_snapshot_recv 2941 internal txid_snapshot;
    txid_snapshot_send 2942 txid_snapshot bytea; pg_snapshot_in 5055 cstring pg_snapshot;
    pg_snapshot_out 5056 pg_snapshot cstring; pg_snapshot_recv 5057 internal pg_snapshot;
    pg_snapshot_send 5058 pg_snapshot bytea;
    inet_in 910 cstring inet; inet_out 911 inet cstring; cidr_in 1267 cstring cidr; cidr_out 1427 cidr cstring;
    inet_recv 2496 internal inet; inet_send 2497 inet bytea; cidr_recv 2498 internal cidr; cidr_send 2499 cidr bytea;
    point_in 117 cstring point; point_out 118 point cstring; lseg_in 119 cstring lseg; lseg_out 120 lseg cstring;
    path_in 121 cstring path; path_out 122 path cstring; box_in 123 cstring box; box_out 124 box cstring;
    poly_in 347 cstring polygon; poly_out 348 polygon cstring; circle_in 1450 cstring circle;
    circle_out 1451 circle cstring; line_in 1490 cstring line; line_out 1491 line cstring;
    point_recv 2428 internal point; point_send 2429 point bytea; lseg_recv 2480 internal lseg;
    lseg_send 2481 lseg bytea; path_recv 2482 internal path; path_send 2483 path bytea; box_recv 2484 internal box;
    box_send 2485 box bytea; poly_recv 2486 internal polygon; poly_send 2487 polygon bytea;
    line_recv 2488 internal line; line_send 2489 line bytea; circle_recv 2490 internal circle;
    circle_send 2491 circle bytea;
    tsvectorin 3610 cstring tsvector; tsvectorout 3611 tsvector cstring; tsqueryin 3612 cstring tsquery;
    tsqueryout 3613 tsquery cstring; tsvectorsend 3638 tsvector bytea; tsvectorrecv 3639 internal tsvector;
    tsquerysend 3640 tsquery bytea; tsqueryrecv 3641 internal tsquery;  ts_typanalyze 3688 internal bool;
    prsd_start 3717 internal,int4 internal; prsd_nexttoken 3718 internal,internal,internal internal;
    prsd_end 3719 internal void; prsd_headline 3720 internal,internal,tsquery internal;
    prsd_lextype 3721 internal internal; dsimple_init 3725 internal internal;
    dsimple_lexize 3726 internal,internal,internal,internal internal; dsnowball_init 13148 internal internal;
    dsnowball_lexize 13149 internal,internal,internal,internal internal;
    xml_in 2893 cstring xml; xml_out 2894 xml cstring; xml_recv 2898 internal xml; xml_send 2899 xml bytea`

const oidOf = (name: string): number => {
  const type = typeByName(name)
  if (type === undefined) throw new Error(`an internal function names an unknown type: ${name}`)
  return type.oid
}

export const internalFunctions: readonly InternalFunction[] = LIST.split(';').map((entry) => {
  const [name, oid, args, result] = entry.trim().split(' ') as [string, string, string, string]
  return { oid: Number(oid), name, args: args === '-' ? [] : args.split(',').map(oidOf), result: oidOf(result) }
})

const byName = new Map(internalFunctions.map((fn) => [fn.name, fn]))
const byOid = new Map(internalFunctions.map((fn) => [fn.oid, fn]))

export const internalFunctionByOid = (oid: number): InternalFunction | undefined => byOid.get(oid)

export const internalFunctionByName = (name: string): InternalFunction | undefined => byName.get(name)

/** OID of an internal function, 0 for `-` and for names that are not there. */
export const internalFunctionOid = (name: string): number => byName.get(name)?.oid ?? 0

/** Operator classes and families of index methods, and the operators in those of B-tree and hash indexes. */
import { baseTypeOf } from '../../../types/domain-type.ts'
import { typeByName } from '../../../types/index.ts'
import type { SqlType } from '../../../types/sql-type.ts'

/** OIDs of the access methods. */
export const METHOD_OIDS: Readonly<Record<string, number>> = {
  btree: 403,
  hash: 405,
  gist: 783,
  gin: 2742,
  brin: 3580,
  spgist: 4000,
}
export const BTREE = 403
export const HASH = 405

export interface OperatorClass {
  readonly oid: number
  readonly method: number
  readonly name: string
  readonly family: number
  readonly familyName: string
  readonly type: number
  readonly isDefault: boolean
  readonly keyType: number
}

/** `oid method class family family-name type default key-type;` with PostgreSQL's OIDs. */
const CLASSES = `
    1978 btree int4_ops 1976 integer_ops int4 t 0; 1979 btree int2_ops 1976 integer_ops int2 t 0;
    1981 btree oid_ops 1989 oid_ops oid t 0; 3122 btree date_ops 434 datetime_ops date t 0;
    3123 btree float8_ops 1970 float_ops float8 t 0; 3124 btree int8_ops 1976 integer_ops int8 t 0;
    3125 btree numeric_ops 1988 numeric_ops numeric t 0; 3126 btree text_ops 1994 text_ops text t 0;
    3127 btree timestamptz_ops 434 datetime_ops timestamptz t 0;
    3128 btree timestamp_ops 434 datetime_ops timestamp t 0;
    4217 btree text_pattern_ops 2095 text_pattern_ops text f 0;
    4218 btree varchar_pattern_ops 2095 text_pattern_ops text f 0;
    4219 btree bpchar_pattern_ops 2097 bpchar_pattern_ops bpchar f 0;
    10000 btree array_ops 397 array_ops anyarray t 0; 10001 hash array_ops 627 array_ops anyarray t 0;
    10003 btree bool_ops 424 bool_ops bool t 0; 10004 btree bpchar_ops 426 bpchar_ops bpchar t 0;
    10005 hash bpchar_ops 427 bpchar_ops bpchar t 0; 10006 btree bytea_ops 428 bytea_ops bytea t 0;
    10007 btree char_ops 429 char_ops char t 0; 10008 hash char_ops 431 char_ops char t 0;
    10011 hash date_ops 435 date_ops date t 0; 10012 btree float4_ops 1970 float_ops float4 t 0;
    10013 hash float4_ops 1971 float_ops float4 t 0; 10014 hash float8_ops 1971 float_ops float8 t 0;
    10019 hash int2_ops 1977 integer_ops int2 t 0; 10020 hash int4_ops 1977 integer_ops int4 t 0;
    10021 hash int8_ops 1977 integer_ops int8 t 0; 10022 btree interval_ops 1982 interval_ops interval t 0;
    10023 hash interval_ops 1983 interval_ops interval t 0; 10028 btree name_ops 1994 text_ops name t 2275;
    10029 hash name_ops 1995 text_ops name t 0; 10030 hash numeric_ops 1998 numeric_ops numeric t 0;
    10031 hash oid_ops 1990 oid_ops oid t 0; 10032 btree oidvector_ops 1991 oidvector_ops oidvector t 0;
    10033 hash oidvector_ops 1992 oidvector_ops oidvector t 0; 10034 btree record_ops 2994 record_ops record t 0;
    10035 hash record_ops 6194 record_ops record t 0; 10036 btree record_image_ops 3194 record_image_ops record f 0;
    10037 hash text_ops 1995 text_ops text t 0; 10038 btree time_ops 1996 time_ops time t 0;
    10039 hash time_ops 1997 time_ops time t 0; 10040 hash timestamptz_ops 1999 timestamptz_ops timestamptz t 0;
    10041 btree timetz_ops 2000 timetz_ops timetz t 0; 10042 hash timetz_ops 2001 timetz_ops timetz t 0;
    10044 btree varchar_ops 1994 text_ops text f 0; 10045 hash varchar_ops 1995 text_ops text f 0;
    10046 hash timestamp_ops 2040 timestamp_ops timestamp t 0; 10048 hash bool_ops 2222 bool_ops bool t 0;
    10049 hash bytea_ops 2223 bytea_ops bytea t 0; 10050 btree tid_ops 2789 tid_ops tid t 0;
    10051 hash xid_ops 2225 xid_ops xid t 0; 10052 hash xid8_ops 5032 xid8_ops xid8 t 0;
    10053 btree xid8_ops 5067 xid8_ops xid8 t 0; 10054 hash cid_ops 2226 cid_ops cid t 0;
    10055 hash tid_ops 2227 tid_ops tid t 0; 10056 hash text_pattern_ops 2229 text_pattern_ops text f 0;
    10057 hash varchar_pattern_ops 2229 text_pattern_ops text f 0;
    10058 hash bpchar_pattern_ops 2231 bpchar_pattern_ops bpchar f 0;
    10059 hash aclitem_ops 2235 aclitem_ops aclitem t 0; 10065 btree uuid_ops 2968 uuid_ops uuid t 0;
    10066 hash uuid_ops 2969 uuid_ops uuid t 0; 10069 btree enum_ops 3522 enum_ops anyenum t 0;
    10070 hash enum_ops 3523 enum_ops anyenum t 0; 10088 btree jsonb_ops 4033 jsonb_ops jsonb t 0;
    10089 hash jsonb_ops 4034 jsonb_ops jsonb t 0; 10076 btree range_ops 3901 range_ops anyrange t 0;
    10077 hash range_ops 3903 range_ops anyrange t 0; 10080 btree multirange_ops 4199 multirange_ops anymultirange t 0;
    10081 hash multirange_ops 4225 multirange_ops anymultirange t 0;
    10002 btree bit_ops 423 bit_ops bit t 0;
    10024 btree macaddr_ops 1984 macaddr_ops macaddr t 0;
    10025 hash macaddr_ops 1985 macaddr_ops macaddr t 0;
    10026 btree macaddr8_ops 3371 macaddr8_ops macaddr8 t 0;
    10027 hash macaddr8_ops 3372 macaddr8_ops macaddr8 t 0;
    10043 btree varbit_ops 2002 varbit_ops varbit t 0;
    10047 btree money_ops 2099 money_ops money t 0;
    10067 btree pg_lsn_ops 3253 pg_lsn_ops pg_lsn t 0;
    10068 hash pg_lsn_ops 3254 pg_lsn_ops pg_lsn t 0;
    10009 btree cidr_ops 1974 network_ops inet f 0;
    10010 hash cidr_ops 1975 network_ops inet f 0;
    10015 btree inet_ops 1974 network_ops inet t 0;
    10016 hash inet_ops 1975 network_ops inet t 0;
    10071 btree tsvector_ops 3626 tsvector_ops tsvector t 0;
    10074 btree tsquery_ops 3683 tsquery_ops tsquery t 0;
    10017 gist inet_ops 3550 network_ops inet f 0; 10018 spgist inet_ops 3794 network_ops inet t 0; 10060 gist box_ops
    2593 box_ops box t 0; 10061 gist point_ops 1029 point_ops point t 603; 10062 gist poly_ops 2594 poly_ops polygon t
    603; 10063 gist circle_ops 2595 circle_ops circle t 603; 10064 gin array_ops 2745 array_ops anyarray t 2283; 10072
    gist tsvector_ops 3655 tsvector_ops tsvector t 3642; 10073 gin tsvector_ops 3659 tsvector_ops tsvector t 25; 10075
    gist tsquery_ops 3702 tsquery_ops tsquery t 20; 10078 gist range_ops 3919 range_ops anyrange t 0; 10079 spgist
    range_ops 3474 range_ops anyrange t 0; 10082 gist multirange_ops 6158 multirange_ops anymultirange t 3831; 10083
    spgist box_ops 5000 box_ops box t 0; 10084 spgist quad_point_ops 4015 quad_point_ops point t 0; 10085 spgist
    kd_point_ops 4016 kd_point_ops point f 0; 10086 spgist text_ops 4017 text_ops text t 0; 10087 spgist poly_ops 5008
    poly_ops polygon t 603; 10090 gin jsonb_ops 4036 jsonb_ops jsonb t 25; 10091 gin jsonb_path_ops 4037 jsonb_path_ops
    jsonb f 23; 10092 brin bytea_minmax_ops 4064 bytea_minmax_ops bytea t 17; 10093 brin bytea_bloom_ops 4578
    bytea_bloom_ops bytea f 17; 10094 brin char_minmax_ops 4062 char_minmax_ops char t 18; 10095 brin char_bloom_ops
    4577 char_bloom_ops char f 18; 10096 brin name_minmax_ops 4065 name_minmax_ops name t 19; 10097 brin name_bloom_ops
    4579 name_bloom_ops name f 19; 10098 brin int8_minmax_ops 4054 integer_minmax_ops int8 t 20; 10099 brin
    int8_minmax_multi_ops 4602 integer_minmax_multi_ops int8 f 20; 10100 brin int8_bloom_ops 4572 integer_bloom_ops
    int8 f 20; 10101 brin int2_minmax_ops 4054 integer_minmax_ops int2 t 21; 10102 brin int2_minmax_multi_ops 4602
    integer_minmax_multi_ops int2 f 21; 10103 brin int2_bloom_ops 4572 integer_bloom_ops int2 f 21; 10104 brin
    int4_minmax_ops 4054 integer_minmax_ops int4 t 23; 10105 brin int4_minmax_multi_ops 4602 integer_minmax_multi_ops
    int4 f 23; 10106 brin int4_bloom_ops 4572 integer_bloom_ops int4 f 23; 10107 brin text_minmax_ops 4056
    text_minmax_ops text t 25; 10108 brin text_bloom_ops 4573 text_bloom_ops text f 25; 10109 brin oid_minmax_ops 4068
    oid_minmax_ops oid t 26; 10110 brin oid_minmax_multi_ops 4606 oid_minmax_multi_ops oid f 26; 10111 brin
    oid_bloom_ops 4580 oid_bloom_ops oid f 26; 10112 brin tid_minmax_ops 4069 tid_minmax_ops tid t 27; 10113 brin
    tid_bloom_ops 4581 tid_bloom_ops tid f 27; 10114 brin tid_minmax_multi_ops 4607 tid_minmax_multi_ops tid f 27;
    10115 brin float4_minmax_ops 4070 float_minmax_ops float4 t 700; 10116 brin float4_minmax_multi_ops 4608
    float_minmax_multi_ops float4 f 700; 10117 brin float4_bloom_ops 4582 float_bloom_ops float4 f 700; 10118 brin
    float8_minmax_ops 4070 float_minmax_ops float8 t 701; 10119 brin float8_minmax_multi_ops 4608
    float_minmax_multi_ops float8 f 701; 10120 brin float8_bloom_ops 4582 float_bloom_ops float8 f 701; 10121 brin
    macaddr_minmax_ops 4074 macaddr_minmax_ops macaddr t 829; 10122 brin macaddr_minmax_multi_ops 4609
    macaddr_minmax_multi_ops macaddr f 829; 10123 brin macaddr_bloom_ops 4583 macaddr_bloom_ops macaddr f 829; 10124
    brin macaddr8_minmax_ops 4109 macaddr8_minmax_ops macaddr8 t 774; 10125 brin macaddr8_minmax_multi_ops 4610
    macaddr8_minmax_multi_ops macaddr8 f 774; 10126 brin macaddr8_bloom_ops 4584 macaddr8_bloom_ops macaddr8 f 774;
    10127 brin inet_minmax_ops 4075 network_minmax_ops inet f 869; 10128 brin inet_minmax_multi_ops 4611
    network_minmax_multi_ops inet f 869; 10129 brin inet_bloom_ops 4585 network_bloom_ops inet f 869; 10130 brin
    inet_inclusion_ops 4102 network_inclusion_ops inet t 869; 10131 brin bpchar_minmax_ops 4076 bpchar_minmax_ops
    bpchar t 1042; 10132 brin bpchar_bloom_ops 4586 bpchar_bloom_ops bpchar f 1042; 10133 brin time_minmax_ops 4077
    time_minmax_ops time t 1083; 10134 brin time_minmax_multi_ops 4612 time_minmax_multi_ops time f 1083; 10135 brin
    time_bloom_ops 4587 time_bloom_ops time f 1083; 10136 brin date_minmax_ops 4059 datetime_minmax_ops date t 1082;
    10137 brin date_minmax_multi_ops 4605 datetime_minmax_multi_ops date f 1082; 10138 brin date_bloom_ops 4576
    datetime_bloom_ops date f 1082; 10139 brin timestamp_minmax_ops 4059 datetime_minmax_ops timestamp t 1114; 10140
    brin timestamp_minmax_multi_ops 4605 datetime_minmax_multi_ops timestamp f 1114; 10141 brin timestamp_bloom_ops
    4576 datetime_bloom_ops timestamp f 1114; 10142 brin timestamptz_minmax_ops 4059 datetime_minmax_ops timestamptz t
    1184; 10143 brin timestamptz_minmax_multi_ops 4605 datetime_minmax_multi_ops timestamptz f 1184; 10144 brin
    timestamptz_bloom_ops 4576 datetime_bloom_ops timestamptz f 1184; 10145 brin interval_minmax_ops 4078
    interval_minmax_ops interval t 1186; 10146 brin interval_minmax_multi_ops 4613 interval_minmax_multi_ops interval f
    1186; 10147 brin interval_bloom_ops 4588 interval_bloom_ops interval f 1186; 10148 brin timetz_minmax_ops 4058
    timetz_minmax_ops timetz t 1266; 10149 brin timetz_minmax_multi_ops 4604 timetz_minmax_multi_ops timetz f 1266;
    10150 brin timetz_bloom_ops 4575 timetz_bloom_ops timetz f 1266; 10151 brin bit_minmax_ops 4079 bit_minmax_ops bit
    t 1560; 10152 brin varbit_minmax_ops 4080 varbit_minmax_ops varbit t 1562; 10153 brin numeric_minmax_ops 4055
    numeric_minmax_ops numeric t 1700; 10154 brin numeric_minmax_multi_ops 4603 numeric_minmax_multi_ops numeric f
    1700; 10155 brin numeric_bloom_ops 4574 numeric_bloom_ops numeric f 1700; 10156 brin uuid_minmax_ops 4081
    uuid_minmax_ops uuid t 2950; 10157 brin uuid_minmax_multi_ops 4614 uuid_minmax_multi_ops uuid f 2950; 10158 brin
    uuid_bloom_ops 4589 uuid_bloom_ops uuid f 2950; 10159 brin range_inclusion_ops 4103 range_inclusion_ops anyrange t
    3831; 10160 brin pg_lsn_minmax_ops 4082 pg_lsn_minmax_ops pg_lsn t 3220; 10161 brin pg_lsn_minmax_multi_ops 4615
    pg_lsn_minmax_multi_ops pg_lsn f 3220; 10162 brin pg_lsn_bloom_ops 4590 pg_lsn_bloom_ops pg_lsn f 3220; 10163 brin
    box_inclusion_ops 4104 box_inclusion_ops box t 603`

export const operatorClasses: readonly OperatorClass[] = CLASSES.split(';').map((entry) => {
  const [oid, method, name, family, familyName, type, isDefault, keyType] = entry.trim().split(/\s+/) as string[]
  return {
    oid: Number(oid),
    method: METHOD_OIDS[method as string] as number,
    name: name as string,
    family: Number(family),
    familyName: familyName as string,
    type: typeByName(type as string)?.oid ?? 0,
    isDefault: isDefault === 't',
    keyType: Number(keyType),
  }
})

export interface FamilyOperator {
  readonly oid: number
  readonly family: number
  readonly strategy: number
  readonly operator: number
}

/** `family member:strategy:operator …;` with PostgreSQL's OIDs. */
const OPERATORS = `
    397 10232:3:1070 10230:1:1072 10234:5:1073 10231:2:1074 10233:4:1075;
    424 10200:1:58 10204:5:59 10202:3:91 10201:2:1694 10203:4:1695;
    426 10112:3:1054 10110:1:1058 10111:2:1059 10114:5:1060 10113:4:1061; 427 10255:1:1054;
    428 10117:3:1955 10115:1:1957 10116:2:1958 10119:5:1959 10118:4:1960;
    429 10087:3:92 10085:1:631 10086:2:632 10089:5:633 10088:4:634; 431 10256:1:92;
    434 10122:3:1093 10120:1:1095 10121:2:1096 10124:5:1097 10123:4:1098 10152:3:1320 10150:1:1322 10151:2:1323 10154:5:1324 10153:4:1325 10137:3:2060 10135:1:2062 10136:2:2063 10139:5:2064 10138:4:2065 10125:1:2345 10126:2:2346 10127:3:2347 10128:4:2348 10129:5:2349 10130:1:2358 10131:2:2359 10132:3:2360 10133:4:2361 10134:5:2362 10140:1:2371 10141:2:2372 10142:3:2373 10143:4:2374 10144:5:2375 10155:1:2384 10156:2:2385 10157:3:2386 10158:4:2387 10159:5:2388 10145:1:2534 10146:2:2535 10147:3:2536 10148:4:2537 10149:5:2538 10160:1:2540 10161:2:2541 10162:3:2542 10163:4:2543 10164:5:2544;
    435 10257:1:1093; 627 10298:1:1070;
    1970 10067:3:620 10065:1:622 10069:5:623 10066:2:624 10068:4:625 10077:3:670 10075:1:672 10076:2:673 10079:5:674 10078:4:675 10072:3:1120 10070:1:1122 10074:5:1123 10071:2:1124 10073:4:1125 10082:3:1130 10080:1:1132 10084:5:1133 10081:2:1134 10083:4:1135;
    1971 10258:1:620 10259:1:670 10260:1:1120 10261:1:1130;
    1976 10027:3:15 10025:1:37 10029:5:76 10026:2:80 10028:4:82 10002:3:94 10000:1:95 10017:3:96 10015:1:97 10032:3:410 10030:1:412 10034:5:413 10031:2:414 10033:4:415 10042:3:416 10040:1:418 10044:5:419 10041:2:420 10043:4:430 10004:5:520 10019:5:521 10001:2:522 10016:2:523 10003:4:524 10018:4:525 10007:3:532 10022:3:533 10005:1:534 10020:1:535 10009:5:536 10024:5:537 10006:2:540 10021:2:541 10008:4:542 10023:4:543 10012:3:1862 10010:1:1864 10014:5:1865 10011:2:1866 10013:4:1867 10037:3:1868 10035:1:1870 10039:5:1871 10036:2:1872 10038:4:1873;
    1977 10269:1:15 10263:1:94 10264:1:96 10265:1:410 10271:1:416 10266:1:532 10268:1:533 10267:1:1862 10270:1:1868;
    1982 10177:3:1330 10175:1:1332 10176:2:1333 10179:5:1334 10178:4:1335; 1983 10272:1:1330;
    1988 10197:3:1752 10195:1:1754 10196:2:1755 10199:5:1756 10198:4:1757;
    1989 10047:3:607 10045:1:609 10049:5:610 10046:2:611 10048:4:612; 1990 10275:1:607;
    1991 10060:1:645 10064:5:646 10061:2:647 10063:4:648 10062:3:649; 1992 10276:1:649;
    1994 10097:3:93 10092:3:98 10102:3:254 10100:1:255 10101:2:256 10103:4:257 10104:5:258 10107:3:260 10105:1:261 10106:2:262 10108:4:263 10109:5:264 10095:1:660 10096:2:661 10099:5:662 10098:4:663 10090:1:664 10091:2:665 10094:5:666 10093:4:667;
    1995 10279:1:93 10278:1:98 10280:1:254 10281:1:260;
    1996 10167:3:1108 10165:1:1110 10166:2:1111 10169:5:1112 10168:4:1113; 1997 10282:1:1108; 1998 10297:1:1752;
    1999 10283:1:1320; 2000 10172:3:1550 10170:1:1552 10171:2:1553 10174:5:1554 10173:4:1555; 2001 10284:1:1550;
    2040 10285:1:2060; 2095 10217:3:98 10215:1:2314 10216:2:2315 10218:4:2317 10219:5:2318;
    2097 10222:3:1054 10220:1:2326 10221:2:2327 10223:4:2329 10224:5:2330; 2222 10286:1:91; 2223 10287:1:1955;
    2225 10288:1:352; 2226 10290:1:385; 2227 10291:1:387; 2229 10292:1:98; 2231 10293:1:1054; 2235 10294:1:974;
    2789 10057:3:387 10055:1:2799 10059:5:2800 10056:2:2801 10058:4:2802;
    2968 10247:3:2972 10245:1:2974 10249:5:2975 10246:2:2976 10248:4:2977; 2969 10295:1:2972;
    2994 10237:3:2988 10235:1:2990 10239:5:2991 10236:2:2992 10238:4:2993;
    3194 10242:3:3188 10240:1:3190 10244:5:3191 10241:2:3192 10243:4:3193;
    3522 10355:3:3516 10353:1:3518 10357:5:3519 10354:2:3520 10356:4:3521; 3523 10358:1:3516;
    4033 10452:3:3240 10450:1:3242 10454:5:3243 10451:2:3244 10453:4:3245; 4034 10455:1:3240; 5032 10289:1:5068;
    5067 10052:3:5068 10050:1:5073 10054:5:5074 10051:2:5075 10053:4:5076; 6194 10277:1:2988;
    3901 10374:1:3884 10375:2:3885 10376:3:3882 10377:4:3886 10378:5:3887; 3903 10379:1:3882;
    4199 10416:1:2862 10417:2:2863 10418:3:2860 10419:4:2864 10420:5:2865; 4225 10421:1:2860;
    423 10207:3:1784 10205:1:1786 10209:5:1787 10206:2:1788 10208:4:1789;
    1984 10182:3:1220 10180:1:1222 10181:2:1223 10184:5:1224 10183:4:1225;
    1985 10273:1:1220;
    2002 10212:3:1804 10210:1:1806 10214:5:1807 10211:2:1808 10213:4:1809;
    2099 10227:3:900 10225:1:902 10229:5:903 10226:2:904 10228:4:905;
    3253 10252:3:3222 10250:1:3224 10254:5:3225 10251:2:3226 10253:4:3227;
    3254 10296:1:3222;
    3371 10187:3:3362 10185:1:3364 10186:2:3365 10189:5:3366 10188:4:3367;
    3372 10274:1:3362;
    1974 10192:3:1201 10190:1:1203 10191:2:1204 10194:5:1205 10193:4:1206;
    1975 10262:1:1201;
    3626 10359:1:3627 10360:2:3628 10361:3:3629 10362:4:3631 10363:5:3632;
    3683 10367:1:3674 10368:2:3675 10369:3:3676 10370:4:3678 10371:5:3679`

export const familyOperators: readonly FamilyOperator[] = OPERATORS.split(';').flatMap((entry) => {
  const [family, ...members] = entry.trim().split(/\s+/)
  return members.map((member) => {
    const [oid, strategy, operator] = member.split(':').map(Number) as [number, number, number]
    return { oid, family: Number(family), strategy, operator }
  })
})

/** Types whose default class is that of another type, for their values are the same. */
const SAME_AS: Readonly<Record<string, string>> = { varchar: 'text', cidr: 'inet' }

/** The type that the default classes of a type are for. */
export const classType = (declared: SqlType): number => {
  const type = baseTypeOf(declared)
  const borrowed = SAME_AS[type.name]
  if (borrowed !== undefined) return typeByName(borrowed)?.oid ?? 0
  if (type.kind === 'e') return typeByName('anyenum')?.oid ?? 0
  if (type.kind === 'r') return typeByName('anyrange')?.oid ?? 0
  if (type.kind === 'm') return typeByName('anymultirange')?.oid ?? 0
  if (type.kind === 'c') return typeByName('record')?.oid ?? 0
  if (type.category === 'A' && type.length === -1) return typeByName('anyarray')?.oid ?? 0
  return type.name.startsWith('reg') ? (typeByName('oid')?.oid ?? 0) : type.oid
}

/** The class of an index column: the one named, else the default one of its type. */
export const operatorClass = (type: SqlType, method: number, name: string | null): OperatorClass | undefined =>
  name === null
    ? operatorClasses.find((c) => c.method === method && c.isDefault && c.type === classType(type))
    : operatorClassNamed(method, name)

/** The class of an index method by its name. */
export const operatorClassNamed = (method: number, name: string): OperatorClass | undefined =>
  operatorClasses.find((c) => c.method === method && c.name === name)

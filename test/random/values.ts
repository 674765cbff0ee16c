/**
 * Texts of interesting values, by type: bounds, empty, unusual and equal ones. `INVALID` holds texts that many types
 * refuse. Values that mean another thing every day ('now', 'today') are left out.
 */
const INTEGERS = ['0', '1', '-1', '2', '3', '5', '7', '10', '42', '100', '-13', '1000']
const FLOATS = ['0', '-0', '1', '-1', '0.5', '1.5', '-2.75', '100', '1e10', '-1e-5', 'NaN', 'Infinity', '-Infinity', '3.14159', '12345.678']
const BITS = ['', '0', '1', '101', '0110', '11111111', '00000000', '1010101010101']
const TEXTS = [
  '', ' ', 'a', 'b', 'abc', 'ABC', 'aBc dEf', 'hello world', ' padded  ', 'x,y,,z', '%', '_', 'a%b_c', 'a\\b', "it's",
  'äöü ß', '日本語', 'naïve café', '🙂x', '123', '-45.6', 'true', '2024-02-29', '{1,2}', '[1,2)', '{"a":1}', '<a>b</a>',
  'null', 'NULL', 'aaaaaaaaaa', 'tab\there', 'line\nbreak', 'foo.bar.baz', '(1,2)', 'a b c a b c', 'day', 'utf8', 'hex', 'base64',
]
const DATES = [
  '2000-01-01', '2024-02-29', '1999-12-31', '0001-01-01', '0044-03-15 BC', '4713-01-01 BC', '5874897-12-31', 'infinity',
  '-infinity', '1970-01-01', '2023-03-26', '2020-12-31', '1582-10-15',
]
const TIMES = ['00:00:00', '23:59:59.999999', '24:00:00', '12:34:56', '12:34:56.789', '06:00', '00:00:00.000001']
const TIMESTAMPS = [
  '2000-01-01 00:00:00', '2024-02-29 12:34:56.789', '1999-12-31 23:59:59.999999', '0044-03-15 12:00:00 BC', 'infinity',
  '-infinity', '1970-01-01 00:00:00', '2023-03-26 02:30:00', '0001-01-01 00:00:00', '294276-12-31 23:59:59', '2021-07-04 16:20:00',
]
const JSONS = [
  'null', 'true', '1', '-1.50', '"a"', '""', '[]', '{}', '[1, 2, 3]', '[1, "a", null, true]', '{"a": 1}', '{"a": {"b": [1, 2]}, "c": null}',
  '[[1, 2], [3]]', '{"b": "x", "a": 2, "aa": 3}', '"\\u00e9"', '1e3', '{"a": [{"k": 1}, {"k": 2}]}', '[{"a": 1}, {"a": 2, "b": "z"}]', '"2024-02-29"',
]
const ranges = (low: string, middle: string, high: string): string[] => [
  'empty', `[${low},${high})`, `(${low},${middle}]`, `[${middle},${middle}]`, `[${middle},)`, `(,${middle})`, '(,)', `[${low},${middle})`, `(${middle},${high}]`,
]
const multiranges = (low: string, middle: string, high: string): string[] => [
  '{}', `{[${low},${middle})}`, `{[${low},${low}],(${middle},${high}]}`, '{(,)}', `{(,${low}),[${high},)}`, `{[${middle},${middle}]}`,
]
const DATE_MARKS = ['2020-01-01', '2021-06-15', '2024-02-29'] as const
const TIMESTAMP_MARKS = ['"2020-01-01 00:00:00"', '"2021-06-15 12:30:00"', '"2024-02-29 23:59:59"'] as const

export const VALUES: Readonly<Record<string, readonly string[]>> = {
  boolean: ['t', 'f', 'true', 'false', 'yes', 'off', '1'],
  smallint: [...INTEGERS, '32767', '-32768'],
  integer: [...INTEGERS, '2147483647', '-2147483648', '123456789', '32768'],
  bigint: [...INTEGERS, '9223372036854775807', '-9223372036854775808', '4294967296', '123456789012345'],
  numeric: [
    '0', '1', '-1', '2', '10', '0.5', '1.0', '1.00', '-2.75', '3.14159265358979', '100', '1e10', '123456789012345678901234567890', '0.000000001',
    '-99999.99999', 'NaN', 'Infinity', '-Infinity', '1e-20', '7', '12.345',
  ],
  real: [...FLOATS, '3.4e38', '1e-40'],
  'double precision': [...FLOATS, '1.7976931348623157e308', '5e-324', '123456789.123456789'],
  money: ['0', '1', '-1', '$12.34', '($5.67)', '1,234,567.89', '92233720368547758.07', '-92233720368547758.08', '0.01'],
  text: TEXTS,
  'character varying': TEXTS,
  character: TEXTS,
  name: ['', 'a', 'abc', 'Select', 'a b', 'pg_class', 'ünïcode', 'utf8', 'x_y_z'],
  '"char"': ['', 'a', 'z', '1', ' '],
  bytea: ['', '\\x', '\\x00', '\\x01ff', 'abc', '\\xdeadbeef', '\\x616263', 'a\\\\b', '\\x0102030405060708090a', '\\xc3a4'],
  date: DATES,
  'time without time zone': TIMES,
  'time with time zone': [...TIMES.map((time) => `${time}+00`), '12:34:56-08', '00:00:00+14', '23:59:59.5-11:30'],
  'timestamp without time zone': TIMESTAMPS,
  'timestamp with time zone': [...TIMESTAMPS.map((at) => (at.includes('infinity') || at.endsWith('BC') ? at : `${at}+00`)), '2024-02-29 12:00:00-08', '2023-10-29 01:30:00+02'],
  interval: [
    '0', '1 day', '-1 day', '1 month', '1 year 2 mons 3 days 04:05:06.789', '-1 year', '30 days', '24 hours', '00:00:00.000001', '-00:30', '1 mon -1 day',
    '1000 years', '@ 2 weeks ago', 'P1Y2M3DT4H5M6S', '36:00:00',
  ],
  uuid: ['00000000-0000-0000-0000-000000000000', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{ffffffff-ffff-ffff-ffff-ffffffffffff}', 'A0EEBC999C0B4EF8BB6D6BB9BD380A12'],
  json: [...JSONS, '{"a":1,"a":2}', ' [1 , 2] '],
  jsonb: JSONS,
  jsonpath: ['$', '$.a', '$[*]', '$.a.b[0]', 'strict $.a', '$.** ? (@ > 1)', '$[*] ? (@.a == 2)', '$.a[*].k', '$.size()', '$.type()', '1 + 2', '$.x', '$[0 to 1]', '$ == 1', 'exists($.a)'],
  bit: BITS.filter((bits) => bits !== ''),
  'bit varying': BITS,
  inet: ['127.0.0.1', '10.0.0.0/8', '192.168.1.5/24', '::1', '2001:db8::ff/64', '0.0.0.0/0', '255.255.255.255', '::ffff:1.2.3.4', '192.168.1.0/24'],
  cidr: ['127.0.0.1/32', '10.0.0.0/8', '192.168.1.0/24', '::1', '2001:db8::/32', '0.0.0.0/0', '::/0'],
  macaddr: ['00:00:00:00:00:00', '08:00:2b:01:02:03', 'ff-ff-ff-ff-ff-ff', '08002b:010204'],
  macaddr8: ['00:00:00:00:00:00:00:00', '08:00:2b:01:02:03:04:05', 'ff:ff:ff:ff:ff:ff:ff:ff', '08:00:2b:01:02:03'],
  point: ['(0,0)', '(1,2)', '(-3,4.5)', '(1e10,-1e10)', '(3,4)', '(NaN,1)', '(Infinity,0)', '(0.5,0.5)'],
  lseg: ['[(0,0),(1,1)]', '[(1,2),(3,4)]', '[(0,0),(0,5)]', '[(2,2),(2,2)]', '[(-1,0),(1,0)]'],
  line: ['{1,-1,0}', '{0,1,-2}', '{1,0,3}', '[(0,0),(1,2)]'],
  box: ['(1,1),(0,0)', '(3,4),(-1,2)', '(2,2),(2,2)', '((0,0),(10,5))'],
  path: ['[(0,0),(1,1),(2,0)]', '((0,0),(4,0),(4,3))', '[(1,2)]', '((0,0),(0,2),(2,2),(2,0))'],
  polygon: ['((0,0),(4,0),(4,3))', '((0,0),(0,2),(2,2),(2,0))', '((1,1))', '((-1,-1),(1,-1),(0,2))'],
  circle: ['<(0,0),1>', '<(1,2),3>', '<(0,0),0>', '<(-5,5),2.5>'],
  tsvector: ['', 'a', "a b c", "fat:2 cat:3A rat:5B,7C", "'quoted word':1 x:2,3", 'cat:1 dog:2 mouse:10A'],
  tsquery: ['', 'a', 'a & b', 'fat & (cat | rat)', '!a', 'cat <-> dog', 'ca:*', 'cat:A | !dog', 'a <2> b'],
  xml: ['', 'text', '<a/>', '<a b="1">x</a>', '<a><b>1</b><b>2</b></a>', '<!-- c --><r>&lt;</r>'],
  pg_lsn: ['0/0', '0/1', '16/B374D848', 'FFFFFFFF/FFFFFFFF'],
  oid: ['0', '1', '4294967295', '12', '1000000'],
  xid: ['0', '3', '4294967295'],
  xid8: ['0', '3', '18446744073709551615'],
  cid: ['0', '7'],
  tid: ['(0,0)', '(0,1)', '(4294967295,65535)'],
  int4range: ranges('-1', '3', '10'),
  int8range: ranges('-1', '3', '10000000000'),
  numrange: ranges('-1.5', '3', '10.25'),
  daterange: ranges(...DATE_MARKS),
  tsrange: ranges(...TIMESTAMP_MARKS),
  tstzrange: ranges(...TIMESTAMP_MARKS),
  int4multirange: multiranges('-1', '3', '10'),
  int8multirange: multiranges('-1', '3', '10000000000'),
  nummultirange: multiranges('-1.5', '3', '10.25'),
  datemultirange: multiranges(...DATE_MARKS),
  tsmultirange: multiranges(...TIMESTAMP_MARKS),
  tstzmultirange: multiranges(...TIMESTAMP_MARKS),
  int2vector: ['', '1', '1 2 3'],
  oidvector: ['', '1', '23 25'],
  mood: ['sad', 'ok', 'happy'],
  whole: ['0', '1', '42'],
  pair: ['(1,a)', '(,)', '(2,"x y")', '(-5,)', '(1,b)'],
}

/** Texts that no value of most types has; each type takes one of them at times. */
export const INVALID: readonly string[] = [
  '', 'x', '1.2.3', '99999999999999999999999999', '2024-02-30', '25:00:00', '{', '{1,2', '[1', '(1', '[3,1]', '\\x0', '1e999', '{"a":}', '(1,2', 'a &', '<a>',
  '256.1.1.1', '12', '{{1},{2,3}}', '$[', '-', '0x10', ' ', '1 2', '10000-13-01', 'angry', '((0,0)', '1_000',
]

/** Arguments of functions that mean something only as one of some words. */
export const WORDS = {
  field: [
    'year', 'month', 'day', 'hour', 'minute', 'second', 'milliseconds', 'microseconds', 'week', 'quarter', 'decade', 'century', 'millennium',
    'dow', 'isodow', 'doy', 'isoyear', 'epoch', 'julian', 'timezone', 'timezone_hour', 'timezone_minute', 'nonsense',
  ],
  zone: ['UTC', 'America/New_York', 'Europe/Berlin', 'Asia/Kolkata', 'EST5EDT', '+03', '-03:30', 'PST', 'Mars/Olympus'],
  numberFormat: [
    '999', '0000', 'FM999.99', '9,999.00', 'S999', '999MI', 'L999D99', '9.99EEEE', 'RN', 'FMRN', 'PR999', '999PR', '99V99', '999th', '"x"99', 'SG99', 'FM0009.9', '9G999D999', 'B99',
  ],
  timeFormat: [
    'YYYY-MM-DD', 'HH24:MI:SS', 'FMDay, DD Month YYYY', 'DDD IW IYYY ID', 'Q WW CC J', 'HH12:MI AM', 'US MS SSSS', 'Dy Mon DDth', 'TZ OF TZH:TZM', 'Y,YYY BC',
    'RM rm', '"week" W', 'FF1 FF3 FF6', 'YYYYMMDDHH24MISS', 'MONTH DAY a.m.', 'FMMM/FMDD/YY',
  ],
  regex: ['a', '.', '^a', '[a-c]+', '(a)(b)?', 'b*', '\\d+', '\\w+', '(?i)ABC', 'a|b', '$', '^\\s*$', '(.)\\1', '[[:alpha:]]', 'x{2,3}', '(', '[', '\\m\\w', 'o.*?r', '(?=b)'],
  regexFlags: ['', 'g', 'i', 'gi', 'x', 'n', 'c', 's', 'q', 'z'],
  like: ['%', '_', 'a%', '%b%', '_b_', 'a\\%b', '%\\', 'abc', '%é%', ''],
  encoding: ['hex', 'base64', 'escape', 'rot13'],
  charset: ['UTF8', 'LATIN1', 'SQL_ASCII', 'WIN1252', 'nope'],
  hash: ['md5', 'sha256'],
  configuration: ['simple', 'english'],
  normal: ['NFC', 'NFD', 'NFKC', 'NFKD'],
} as const

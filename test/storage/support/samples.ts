/** Values of many types, limits included, for round trips through bytes and files. */
import { typeByName } from '../../../src/types/index.ts'
import type { Datum, FormatContext, SqlType } from '../../../src/types/sql-type.ts'

const CONTEXT: FormatContext = {
  dateStyle: 'ISO',
  dateOrder: 'YMD',
  intervalStyle: 'postgres',
  timeZone: 'UTC',
  extraFloatDigits: 1,
  byteaOutput: 'hex',
  transactionTimestamp: 0,
  names: { format: () => null, resolve: () => 0 },
}

const TEXTS: readonly (readonly [type: string, texts: readonly (string | null)[]])[] = [
  ['bool', ['t', null, 'f', 't', 't', 'f', 'f', 'f', 't', null]],
  ['int2', ['-32768', '0', null, '32767']],
  ['int4', ['-2147483648', null, '-1', '0', '1', '2147483647']],
  ['int8', ['-9007199254740991', '-4294967297', '-1', '0', null, '4294967296', '9007199254740991']],
  ['int8', ['-9223372036854775808', '9223372036854775807', null, '5', '9007199254740993']],
  ['int8', [null, null]],
  ['oid', ['0', '4294967295', null]],
  ['float4', ['1.5', 'NaN', null, '-Infinity', '3.4028235e38', '-0']],
  ['float8', ['0.1', 'NaN', null, 'Infinity', '1e-300', '-0']],
  ['numeric', ['12.50', '-0.01', null, '90071992547409.91', '-90071992547409.91', '0.00']],
  ['numeric', ['9999999.99', '-9999999.99', null, '0.05']],
  ['numeric', ['0.12345678901234567890', null, '-0.00000000000000000001']],
  ['numeric', ['1', '1.5', null, 'NaN', 'Infinity', '-Infinity']],
  ['numeric', ['123456789012345678901234567890.123', null]],
  ['text', ['', 'a', null, 'zebra', 'a', 'a', 'ünïcödé 🦓', '\u{10ffff}', "quote ' and \\ slash"]],
  ['varchar', ['only ASCII', 'only ASCII', null]],
  ['bpchar', ['padded   ', null]],
  ['name', ['pg_class']],
  ['bytea', ['\\x', '\\x00ff80', null]],
  ['date', ['2026-11-21', '1970-01-01', '0001-01-01', null, '4713-01-01 BC']],
  ['date', ['infinity', '-infinity', '5874897-12-31']],
  ['time', ['00:00:00', '23:59:59.999999', '24:00:00', null]],
  ['timetz', ['12:30:00+02', '00:00:00+00', null]],
  ['timestamp', ['2026-11-21 12:00:00.000001', '1970-01-01', '1600-02-29 23:59:59.999999', null]],
  ['timestamp', ['infinity', '-infinity', '2000-01-01']],
  ['timestamp', ['294276-12-31 23:59:59.999999', '4713-01-01 00:00:00 BC']],
  ['timestamptz', ['2026-11-21 12:00:00.5+00', null]],
  ['interval', ['1 year 2 months 3 days 04:05:06.789', '-1 day', null]],
  ['uuid', ['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', null]],
  ['json', ['{"b": 1, "a": [ ]}', null]],
  ['jsonb', ['{"b": 1.50, "a": [null, true, "x"]}', '"scalar"', null]],
  ['_int4', ['{1,NULL,3}', '{}', '[2:3]={7,8}', '{{1,2},{3,4}}', null]],
  ['_text', ['{a,"b c",NULL}', null]],
  ['_numeric', ['{1.50,NaN}', null]],
]

/** Type name and datums. */
export const SAMPLES: readonly (readonly [type: string, values: Datum[]])[] = TEXTS.map(([name, texts]) => {
  const type = typeByName(name) as SqlType
  return [name, texts.map((text) => (text === null ? null : type.parse(text, -1, CONTEXT)))]
})

/** PostgreSQL's encodings: their numbers, names and widths, and how their bytes become characters. */
import { BIG5, EUC, EUC_JP, GB18030, SHIFT_JIS, SINGLE_BYTE, type ByteShape } from './byte-shapes.ts'

export interface Encoding {
  readonly id: number
  readonly name: string
  /** Most bytes that a character takes. */
  readonly width: number
  readonly shape: ByteShape
  /** What TextDecoder calls its character set; absent where nothing converts it. */
  readonly charset?: string
}

const record = (id: number, name: string, width: number, shape: ByteShape, charset?: string): Encoding => ({
  id,
  name,
  width,
  shape,
  ...(charset === undefined ? {} : { charset }),
})

/** Character sets of one byte, in the order of their numbers from 8 on. */
const SINGLE_BYTE_SETS = `LATIN1=iso-8859-1 LATIN2=iso-8859-2 LATIN3=iso-8859-3 LATIN4=iso-8859-4 LATIN5=iso-8859-9
  LATIN6=iso-8859-10 LATIN7=iso-8859-13 LATIN8=iso-8859-14 LATIN9=iso-8859-15 LATIN10=iso-8859-16 WIN1256=windows-1256
  WIN1258=windows-1258 WIN866=ibm866 WIN874=windows-874 KOI8R=koi8-r WIN1251=windows-1251 WIN1252=windows-1252
  ISO_8859_5=iso-8859-5 ISO_8859_6=iso-8859-6 ISO_8859_7=iso-8859-7 ISO_8859_8=iso-8859-8 WIN1250=windows-1250
  WIN1253=windows-1253 WIN1254=windows-1254 WIN1255=windows-1255 WIN1257=windows-1257 KOI8U=koi8-u`
  .split(/\s+/)
  .map((entry, i) => {
    const [name, charset] = entry.split('=') as [string, string]
    return record(8 + i, name, 1, SINGLE_BYTE, charset)
  })

const ENCODINGS: readonly Encoding[] = [
  record(0, 'SQL_ASCII', 1, SINGLE_BYTE),
  record(1, 'EUC_JP', 3, EUC_JP, 'euc-jp'),
  record(2, 'EUC_CN', 3, EUC, 'gbk'),
  record(3, 'EUC_KR', 3, EUC, 'euc-kr'),
  record(4, 'EUC_TW', 4, EUC_JP),
  record(5, 'EUC_JIS_2004', 3, EUC_JP),
  record(6, 'UTF8', 4, SINGLE_BYTE),
  record(7, 'MULE_INTERNAL', 4, SINGLE_BYTE),
  ...SINGLE_BYTE_SETS,
  record(35, 'SJIS', 2, SHIFT_JIS, 'shift_jis'),
  record(36, 'BIG5', 2, BIG5, 'big5'),
  record(37, 'GBK', 2, BIG5, 'gbk'),
  record(38, 'UHC', 2, BIG5, 'euc-kr'),
  record(39, 'GB18030', 4, GB18030, 'gb18030'),
  record(40, 'JOHAB', 3, EUC),
  record(41, 'SHIFT_JIS_2004', 2, SHIFT_JIS),
]

/** Other names of encodings, without signs. */
const ALIASES: Readonly<Record<string, string>> = {
  abc: 'WIN1258',
  alt: 'WIN866',
  koi8: 'KOI8R',
  mskanji: 'SJIS',
  shiftjis: 'SJIS',
  tcvn: 'WIN1258',
  tcvn5712: 'WIN1258',
  unicode: 'UTF8',
  vscii: 'WIN1258',
  win: 'WIN1251',
  win932: 'SJIS',
  win936: 'GBK',
  win949: 'UHC',
  win950: 'BIG5',
  windows932: 'SJIS',
  windows936: 'GBK',
  windows949: 'UHC',
  windows950: 'BIG5',
  iso88591: 'LATIN1',
  iso88592: 'LATIN2',
  iso88593: 'LATIN3',
  iso88594: 'LATIN4',
  iso88599: 'LATIN5',
  iso885910: 'LATIN6',
  iso885913: 'LATIN7',
  iso885914: 'LATIN8',
  iso885915: 'LATIN9',
  iso885916: 'LATIN10',
}

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '')

const BY_NAME: ReadonlyMap<string, Encoding> = new Map(ENCODINGS.map((encoding) => [plain(encoding.name), encoding]))

/** An encoding by one of its names, signs and capitals aside; null when there is none. */
export const encodingNamed = (name: string): Encoding | null => {
  const wanted = plain(name)
  const windows = /^windows(\d{3,4})$/.exec(wanted)
  const known = ALIASES[wanted] ?? (windows === null ? wanted : `win${windows[1]}`)
  return BY_NAME.get(plain(known)) ?? null
}

/** An encoding by PostgreSQL's number; null when there is none. */
export const encodingNumbered = (id: number): Encoding | null =>
  ENCODINGS.find((encoding) => encoding.id === id) ?? null

/** Letters without their marks: what to_ascii makes of the upper half of some encodings. */

/** ASCII characters for the bytes from 0x80 on. */
const UPPER_HALVES: Readonly<Record<string, string>> = {
  LATIN1:
    '                                  cL Y  "Ca  -R     \'u .,      ?AAAAAAACEEEEIIII NOOOOOxOUUUUYTBaaaaaaaceeeeiiii nooooo/ouuuuyty',
  LATIN2:
    '                                 A L LS "SSTZ-ZZ a,l\'ls ,sstz"zzRAAAALCCCEEEEIIDDNNOOOOxRUUUUYTBraaaalccceeeeiiddnnoooo/ruuuuyt.',
  LATIN9:
    '                                  cL YS sCa  -R     Zu .z   EeY?AAAAAAACEEEEIIII NOOOOOxOUUUUYTBaaaaaaaceeeeiiii nooooo/ouuuuyty',
  WIN1250:
    '  \' "    %S<STZZ `\'"".--  s>stzz   L A  "CS  -RZ  ,l\'u .,as L"lzRAAAALCCCEEEEIIDDNNOOOOxRUUUUYTBraaaalccceeeeiiddnnoooo/ruuuuyt ',
}

/** Bytes taken for those of an encoding, as ASCII; null where the encoding is not one of those that are known. */
export const asciiOf = (bytes: Uint8Array, encoding: string): string | null => {
  const upper = UPPER_HALVES[encoding]
  if (upper === undefined) return null
  return Array.from(bytes, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : (upper[byte - 0x80] ?? ' '))).join('')
}

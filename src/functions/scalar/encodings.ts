/** Encodings: conversion of bytes and text, names and numbers, letters without marks. */
import {
  asciiNotSupported,
  invalidEncodingCode,
  invalidEncodingName,
  notAnEncodingName,
} from '../../errors/raise/encodings.ts'
import { encodeUtf8 } from '../../types/bytes.ts'
import { scalar, sessionScalar } from '../define.ts'
import { characterCount, convertBytes, decodeText, encodeText } from '../encoding/convert.ts'
import { type Encoding, encodingNamed, encodingNumbered } from '../encoding/encodings.ts'
import { asciiOf } from '../encoding/to-ascii.ts'
import type { ScalarFunction } from '../records.ts'

const STABLE = { volatility: 'stable' } as const

const encodingOf = (name: string, side: 'source' | 'destination' | null): Encoding => {
  const encoding = encodingNamed(name)
  if (encoding === null) throw invalidEncodingName(name, side)
  return encoding
}

const toAscii = (text: string, { name }: Encoding): string => {
  const ascii = asciiOf(encodeUtf8(text), name)
  if (ascii === null) throw asciiNotSupported(name)
  return ascii
}

const UTF8 = encodingOf('UTF8', null)

export const encodingFunctions: readonly ScalarFunction[] = [
  scalar(
    1714,
    'convert_from(bytea, name) text',
    'text of bytes in an encoding',
    (bytes, encoding) => decodeText(bytes, encodingOf(encoding, 'source')),
    STABLE,
  ),
  scalar(
    1717,
    'convert_to(text, name) bytea',
    'bytes of a text in an encoding',
    (text, encoding) => encodeText(text, encodingOf(encoding, 'destination')),
    STABLE,
  ),
  scalar(
    1813,
    'convert(bytea, name, name) bytea',
    'bytes in another encoding',
    (bytes, source, target) => convertBytes(bytes, encodingOf(source, 'source'), encodingOf(target, 'destination')),
    STABLE,
  ),
  scalar(
    1713,
    'length(bytea, name) int4',
    'number of characters of bytes in an encoding',
    (bytes, encoding) => characterCount(bytes, encodingOf(encoding, null)),
    STABLE,
  ),
  scalar(1845, 'to_ascii(text) text', 'letters without their marks', (text) => toAscii(text, UTF8)),
  scalar(1846, 'to_ascii(text, int4) text', 'letters without their marks, of an encoding', (text, id) => {
    const encoding = encodingNumbered(id)
    if (encoding === null) throw invalidEncodingCode(id)
    return toAscii(text, encoding)
  }),
  scalar(1847, 'to_ascii(text, name) text', 'letters without their marks, of an encoding', (text, name) => {
    const encoding = encodingNamed(name)
    if (encoding === null) throw notAnEncodingName(name)
    return toAscii(text, encoding)
  }),
  sessionScalar(
    1597,
    'pg_encoding_to_char(int4) name',
    'name of an encoding',
    (_context, id) => encodingNumbered(id)?.name ?? '',
  ),
  sessionScalar(
    1264,
    'pg_char_to_encoding(name) int4',
    'number of an encoding',
    (_context, name) => encodingNamed(name)?.id ?? -1,
  ),
  scalar(
    2319,
    'pg_encoding_max_length(int4) int4',
    'most bytes that a character takes',
    (id) => encodingNumbered(id)?.width ?? null,
  ),
]

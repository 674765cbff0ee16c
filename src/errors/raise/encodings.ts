/** Conditions of encodings: unknown names, bytes that are no characters, characters without an equivalent. */
import { SqlError } from '../sql-error.ts'
import { SQL_STATE } from '../sql-state.ts'

const shown = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => `0x${byte.toString(16).padStart(2, '0')}`).join(' ')

/** `side`: of which conversion's end; null: of no conversion. */
export const invalidEncodingName = (name: string, side: 'source' | 'destination' | null): SqlError =>
  new SqlError(SQL_STATE.invalid_parameter_value, `invalid ${side === null ? '' : `${side} `}encoding name "${name}"`)

/** As `invalidEncodingName`, as to_ascii words it. */
export const notAnEncodingName = (name: string): SqlError =>
  new SqlError(SQL_STATE.undefined_object, `${name} is not a valid encoding name`)

export const invalidEncodingCode = (code: number): SqlError =>
  new SqlError(SQL_STATE.undefined_object, `${code} is not a valid encoding code`)

export const invalidByteSequenceIn = (bytes: Uint8Array, encoding: string): SqlError =>
  new SqlError(
    SQL_STATE.character_not_in_repertoire,
    `invalid byte sequence for encoding "${encoding}": ${shown(bytes)}`,
  )

export const untranslatableBytes = (bytes: Uint8Array, source: string, target: string): SqlError =>
  new SqlError(
    SQL_STATE.untranslatable_character,
    `character with byte sequence ${shown(bytes)} in encoding "${source}" has no equivalent in encoding "${target}"`,
  )

export const noConversion = (source: string, target: string): SqlError =>
  new SqlError(
    SQL_STATE.undefined_function,
    `default conversion function for encoding "${source}" to "${target}" does not exist`,
  )

export const asciiNotSupported = (encoding: string): SqlError =>
  new SqlError(SQL_STATE.feature_not_supported, `encoding conversion from ${encoding} to ASCII not supported`)

/** The messages that the server sends, each written into an output buffer (PostgreSQL manual, chapter 55.7). */
import { clientType } from '../types/domain-type.ts'
import type { Notice, SqlError } from '../errors/sql-error.ts'
import type { ErrorFields } from '../errors/sql-error.ts'
import type { FieldDescription } from '../session/contract.ts'
import type { OutputBuffer } from './output-buffer.ts'

const code = (letter: string): number => letter.charCodeAt(0)

const AUTHENTICATION = code('R')
const BACKEND_KEY_DATA = code('K')
const COMMAND_COMPLETE = code('C')
const COPY_DATA = code('d')
const ERROR_RESPONSE = code('E')
const NEGOTIATE_PROTOCOL_VERSION = code('v')
const NOTICE_RESPONSE = code('N')
const NOTIFICATION_RESPONSE = code('A')
const PARAMETER_DESCRIPTION = code('t')
const PARAMETER_STATUS = code('S')
const READY_FOR_QUERY = code('Z')
const ROW_DESCRIPTION = code('T')

/** Messages without a body. */
export const EMPTY_MESSAGES = {
  parseComplete: code('1'),
  bindComplete: code('2'),
  closeComplete: code('3'),
  noData: code('n'),
  portalSuspended: code('s'),
  emptyQueryResponse: code('I'),
  copyDone: code('c'),
} as const

export const writeEmpty = (out: OutputBuffer, name: keyof typeof EMPTY_MESSAGES): void => {
  out.end(out.begin(EMPTY_MESSAGES[name]))
}

export const writeAuthenticationOk = (out: OutputBuffer): void => {
  const start = out.begin(AUTHENTICATION)
  out.int32(0)
  out.end(start)
}

export const writeBackendKeyData = (out: OutputBuffer, processId: number, secretKey: number): void => {
  const start = out.begin(BACKEND_KEY_DATA)
  out.int32(processId)
  out.int32(secretKey)
  out.end(start)
}

export const writeNegotiateProtocolVersion = (
  out: OutputBuffer,
  version: number,
  unknownOptions: readonly string[],
): void => {
  const start = out.begin(NEGOTIATE_PROTOCOL_VERSION)
  out.int32(version)
  out.int32(unknownOptions.length)
  for (const name of unknownOptions) out.cstring(name)
  out.end(start)
}

export const writeParameterStatus = (out: OutputBuffer, name: string, value: string): void => {
  const start = out.begin(PARAMETER_STATUS)
  out.cstring(name)
  out.cstring(value)
  out.end(start)
}

export const writeReadyForQuery = (out: OutputBuffer, status: 'I' | 'T' | 'E'): void => {
  const start = out.begin(READY_FOR_QUERY)
  out.int8(code(status))
  out.end(start)
}

export const writeCommandComplete = (out: OutputBuffer, tag: string): void => {
  const start = out.begin(COMMAND_COMPLETE)
  out.cstring(tag)
  out.end(start)
}

/** Whether a field's values go out in binary form: as the client has asked for, else as a cursor was declared. */
export const isBinary = (field: FieldDescription, format: number | undefined): boolean =>
  format === undefined ? field.binary === true : format === 1

/** `formats`: one per field, or null where the client could not choose. */
export const writeRowDescription = (
  out: OutputBuffer,
  fields: readonly FieldDescription[],
  formats: readonly number[] | null,
): void => {
  const start = out.begin(ROW_DESCRIPTION)
  out.int16(fields.length)
  fields.forEach((field, i) => {
    out.cstring(field.name)
    out.int32(field.tableOid)
    out.int16(field.attnum)
    const { type, typmod } = clientType(field.type, field.typmod)
    out.int32(type.oid)
    out.int16(field.type.length)
    out.int32(typmod)
    out.int16(isBinary(field, formats?.[i]) ? 1 : 0)
  })
  out.end(start)
}

export const writeParameterDescription = (out: OutputBuffer, types: readonly number[]): void => {
  const start = out.begin(PARAMETER_DESCRIPTION)
  out.int16(types.length)
  for (const oid of types) out.int32(oid)
  out.end(start)
}

export const writeNotification = (out: OutputBuffer, processId: number, channel: string, payload: string): void => {
  const start = out.begin(NOTIFICATION_RESPONSE)
  out.int32(processId)
  out.cstring(channel)
  out.cstring(payload)
  out.end(start)
}

/** CopyInResponse and CopyOutResponse; all columns have the format of the whole. */
export const writeCopyResponse = (
  out: OutputBuffer,
  direction: 'in' | 'out',
  format: 'text' | 'binary',
  columnCount: number,
): void => {
  const start = out.begin(code(direction === 'in' ? 'G' : 'H'))
  const number = format === 'binary' ? 1 : 0
  out.int8(number)
  out.int16(columnCount)
  for (let i = 0; i < columnCount; i++) out.int16(number)
  out.end(start)
}

export const writeCopyData = (out: OutputBuffer, chunk: Uint8Array): void => {
  const start = out.begin(COPY_DATA)
  out.raw(chunk)
  out.end(start)
}

/** Field letters of ErrorResponse and NoticeResponse after severity, code and message, in PostgreSQL's order. */
const FIELD_LETTERS: readonly (readonly [keyof ErrorFields, string])[] = [
  ['detail', 'D'],
  ['hint', 'H'],
  ['position', 'P'],
  ['internalPosition', 'p'],
  ['internalQuery', 'q'],
  ['where', 'W'],
  ['schema', 's'],
  ['table', 't'],
  ['column', 'c'],
  ['dataType', 'd'],
  ['constraint', 'n'],
]

const writeReport = (
  out: OutputBuffer,
  type: number,
  severity: string,
  sqlState: string,
  message: string,
  fields: ErrorFields,
): void => {
  const start = out.begin(type)
  const field = (letter: string, text: string): void => {
    out.int8(code(letter))
    out.cstring(text)
  }
  field('S', severity)
  field('V', severity)
  field('C', sqlState)
  field('M', message)
  for (const [name, letter] of FIELD_LETTERS) {
    const value = fields[name]
    if (value !== undefined) field(letter, String(value))
  }
  out.int8(0)
  out.end(start)
}

export const writeError = (out: OutputBuffer, error: SqlError): void =>
  writeReport(out, ERROR_RESPONSE, error.fields.severity ?? 'ERROR', error.code, error.message, error.fields)

export const writeNotice = (out: OutputBuffer, notice: Notice): void =>
  writeReport(out, NOTICE_RESPONSE, notice.severity, notice.code, notice.message, notice.fields ?? {})

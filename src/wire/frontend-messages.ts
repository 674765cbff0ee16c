/** The messages that a client sends: their type bytes, and the bodies of those that have fields. */
import { invalidCloseKind, invalidDescribeKind } from '../errors/raise/protocol.ts'
import type { MessageBody } from './message-body.ts'

const code = (letter: string): number => letter.charCodeAt(0)

export const FRONTEND = {
  query: code('Q'),
  parse: code('P'),
  bind: code('B'),
  describe: code('D'),
  execute: code('E'),
  close: code('C'),
  flush: code('H'),
  sync: code('S'),
  terminate: code('X'),
  functionCall: code('F'),
  copyData: code('d'),
  copyDone: code('c'),
  copyFail: code('f'),
} as const

export const readQuery = (body: MessageBody): string => {
  const sql = body.string()
  body.end()
  return sql
}

export interface ParseMessage {
  readonly statement: string
  readonly sql: string
  readonly parameterTypes: readonly number[]
}

export const readParse = (body: MessageBody): ParseMessage => {
  const statement = body.string()
  const sql = body.string()
  const parameterTypes = readList(body, () => body.uint32())
  body.end()
  return { statement, sql, parameterTypes }
}

export interface BindMessage {
  readonly portal: string
  readonly statement: string
  readonly parameterFormats: readonly number[]
  readonly parameters: readonly (Uint8Array | null)[]
  readonly resultFormats: readonly number[]
}

export const readBind = (body: MessageBody): BindMessage => {
  const portal = body.string()
  const statement = body.string()
  const parameterFormats = readList(body, () => body.int16())
  const parameters = readList(body, () => {
    const length = body.int32()
    return length === -1 ? null : body.bytes(length)
  })
  const resultFormats = readList(body, () => body.int16())
  body.end()
  return { portal, statement, parameterFormats, parameters, resultFormats }
}

const NOTHING: readonly never[] = []

const readList = <T>(body: MessageBody, read: () => T): readonly T[] => {
  let count = body.int16()
  if (count === 0) return NOTHING
  const items: T[] = []
  for (; count > 0; count--) items.push(read())
  return items
}

/** What Describe and Close name. */
export interface Target {
  readonly kind: 'statement' | 'portal'
  readonly name: string
}

export const readDescribe = (body: MessageBody): Target => readTarget(body, invalidDescribeKind)

export const readClose = (body: MessageBody): Target => readTarget(body, invalidCloseKind)

const readTarget = (body: MessageBody, invalid: (kind: number) => Error): Target => {
  const kind = body.int8()
  const name = body.string()
  body.end()
  if (kind === code('S')) return { kind: 'statement', name }
  if (kind === code('P')) return { kind: 'portal', name }
  throw invalid(kind)
}

export const readExecute = (body: MessageBody): { readonly portal: string; readonly maxRows: number } => {
  const portal = body.string()
  const maxRows = body.int32()
  body.end()
  // Zero and less: no limit.
  return { portal, maxRows: Math.max(maxRows, 0) }
}

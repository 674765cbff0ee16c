/**
 * The other end of the protocol, as far as the program's own commands need it: one connection, one statement, the first
 * value that comes back.
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { authenticationUnsupported, serverSaid, unexpectedEnd } from '../errors/raise/client.ts'

const PROTOCOL_VERSION = 196608

export interface ClientOptions {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly database: string
}

/** Runs a statement and answers its first value. Throws the server's error, or the system's (ECONNREFUSED …). */
export const queryValue = async (options: ClientOptions, sql: string): Promise<string | null> => {
  const socket = connect(options.port, options.host)
  try {
    await once(socket, 'connect')
    socket.write(startup(options))
    let value: string | null = null
    let isAsked = false
    for await (const { type, body } of messages(socket)) {
      if (type === 'E') throw errorOf(body)
      if (type === 'R' && body.readInt32BE(0) !== 0) throw authenticationUnsupported()
      if (type === 'D' && body.readInt16BE(0) > 0) {
        const length = body.readInt32BE(2)
        value = length < 0 ? null : body.toString('utf8', 6, 6 + length)
      }
      if (type !== 'Z') continue
      if (isAsked) return value
      isAsked = true
      socket.write(message('Q', `${sql}\0`))
    }
    throw unexpectedEnd()
  } finally {
    socket.end(message('X', ''))
  }
}

const startup = ({ user, database }: ClientOptions): Buffer => {
  const parameters = Buffer.from(`user\0${user}\0database\0${database}\0application_name\0tesseradb\0\0`)
  const head = Buffer.alloc(8)
  head.writeInt32BE(parameters.length + 8, 0)
  head.writeInt32BE(PROTOCOL_VERSION, 4)
  return Buffer.concat([head, parameters])
}

const message = (type: string, text: string): Buffer => {
  const body = Buffer.from(text)
  const head = Buffer.alloc(5, type)
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

async function* messages(socket: Socket): AsyncGenerator<{ readonly type: string; readonly body: Buffer }> {
  let buffer = Buffer.alloc(0)
  for await (const chunk of socket) {
    buffer = Buffer.concat([buffer, chunk as Buffer])
    while (buffer.length >= 5 && buffer.length > buffer.readInt32BE(1)) {
      const end = buffer.readInt32BE(1) + 1
      yield { type: String.fromCharCode(buffer[0] as number), body: buffer.subarray(5, end) }
      buffer = buffer.subarray(end)
    }
  }
}

/** An ErrorResponse: fields of one letter and a text each. */
const errorOf = (body: Buffer): Error => {
  const fields = new Map(
    body
      .toString('utf8')
      .split('\0')
      .filter((field) => field !== '')
      .map((field) => [field.slice(0, 1), field.slice(1)]),
  )
  return serverSaid(fields.get('M') ?? '', fields.get('D'), fields.get('H'))
}

/** A client that shows the raw conversation: bytes in, messages out. */
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { WireServer } from '../../src/wire/server.ts'
import type { WireOptions } from '../../src/wire/server.ts'
import { FakeEngine } from './fake-engine.ts'

/** A started server over a fake engine. */
export const startServer = async (options: Partial<WireOptions> = {}) => {
  const engine = new FakeEngine()
  const failures: string[] = []
  const server = new WireServer({
    engine,
    host: '127.0.0.1',
    port: 0,
    maxConnections: 10,
    authenticationTimeout: 5000,
    reportFailure: (error, message) => failures.push(`${message}: ${(error as Error).message}`),
    ...options,
  })
  return { engine, server, failures, port: await server.listen() }
}

export interface Received {
  readonly type: string
  readonly body: Buffer
}

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}
const int16 = (value: number): Buffer => int32(value).subarray(2)

/** Concatenates strings (as UTF-8), numbers (as bytes) and buffers. */
export const bytes = (...parts: readonly (string | number | Buffer)[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.of(part) : Buffer.from(part as string))))

export const message = (type: string, ...parts: readonly (string | number | Buffer)[]): Buffer => {
  const body = bytes(...parts)
  return bytes(type, int32(body.length + 4), body)
}

export const packet = (code: number, ...parts: readonly (string | number | Buffer)[]): Buffer => {
  const body = bytes(...parts)
  return bytes(int32(body.length + 8), int32(code), body)
}

export const startup = (parameters: Record<string, string> = {}, version = 196608): Buffer => {
  const pairs = Object.entries({ user: 'tester', ...parameters }).flatMap(([name, value]) => [`${name}\0${value}\0`])
  return packet(version, ...pairs, 0)
}

/** Frontend messages. */
export const send = {
  query: (sql: string): Buffer => message('Q', `${sql}\0`),
  parse: (name: string, sql: string, types: readonly number[] = []): Buffer =>
    message('P', `${name}\0${sql}\0`, int16(types.length), ...types.map(int32)),
  bind: (
    portal: string,
    statement: string,
    parameters: readonly (string | null)[] = [],
    formats: number[] = [],
  ): Buffer =>
    message(
      'B',
      `${portal}\0${statement}\0`,
      int16(0),
      int16(parameters.length),
      ...parameters.flatMap((text) => (text === null ? [int32(-1)] : [int32(Buffer.byteLength(text)), text])),
      int16(formats.length),
      ...formats.map(int16),
    ),
  describe: (kind: 'S' | 'P', name: string): Buffer => message('D', `${kind}${name}\0`),
  execute: (portal: string, maxRows = 0): Buffer => message('E', `${portal}\0`, int32(maxRows)),
  close: (kind: 'S' | 'P', name: string): Buffer => message('C', `${kind}${name}\0`),
  sync: (): Buffer => message('S'),
  flush: (): Buffer => message('H'),
  terminate: (): Buffer => message('X'),
}

export class RawClient {
  readonly socket: Socket
  #buffer = Buffer.alloc(0)
  #closed = false
  #wake: (() => void) | null = null

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1')
    const wake = (): void => this.#wake?.()
    this.socket.on('data', (chunk: Buffer) => {
      this.#buffer = Buffer.concat([this.#buffer, chunk])
      wake()
    })
    this.socket.on('error', () => {})
    this.socket.on('close', () => {
      this.#closed = true
      wake()
    })
    this.socket.on('end', () => {
      this.#closed = true
      wake()
    })
  }

  write(...parts: readonly Buffer[]): this {
    this.socket.write(Buffer.concat(parts))
    return this
  }

  /** The next `count` bytes outside of any message. */
  async raw(count: number): Promise<Buffer> {
    while (this.#buffer.length < count && !this.#closed) await this.#more()
    const taken = this.#buffer.subarray(0, count)
    this.#buffer = this.#buffer.subarray(count)
    return taken
  }

  /** The next message; null at the end of the conversation. */
  async next(): Promise<Received | null> {
    const header = await this.raw(5)
    if (header.length < 5) return null
    const body = await this.raw(header.readInt32BE(1) - 4)
    return { type: String.fromCharCode(header[0] as number), body: Buffer.from(body) }
  }

  /** Messages up to and including the first of a type; all that is left when the server hangs up. */
  async until(type: string): Promise<Received[]> {
    const received: Received[] = []
    for (;;) {
      const next = await this.next()
      if (next === null) return received
      received.push(next)
      if (next.type === type) return received
    }
  }

  /** Everything until the server hangs up. */
  rest(): Promise<Received[]> {
    return this.until('(end)')
  }

  async start(parameters: Record<string, string> = {}): Promise<Received[]> {
    return this.write(startup(parameters)).until('Z')
  }

  close(): void {
    this.socket.destroy()
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
}

/** Type letters of messages in one string. */
export const types = (received: readonly Received[]): string => received.map(({ type }) => type).join('')

/** Fields of an ErrorResponse or NoticeResponse by letter. */
export const report = (received: Received | undefined): Record<string, string> => {
  const fields: Record<string, string> = {}
  for (const field of received?.body.toString().split('\0') ?? [])
    if (field !== '') fields[field[0] as string] = field.slice(1)
  return fields
}

/** Values of a DataRow as text. */
export const values = ({ body }: Received): (string | null)[] => {
  const row: (string | null)[] = []
  let at = 2
  for (let i = body.readInt16BE(0); i > 0; i--) {
    const length = body.readInt32BE(at)
    row.push(length === -1 ? null : body.toString('utf8', at + 4, at + 4 + length))
    at += 4 + Math.max(length, 0)
  }
  return row
}

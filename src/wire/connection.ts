/**
 * One client from its first packet to its last. Messages are handled strictly in order, one at a time; after an error
 * in the extended protocol everything up to Sync is skipped.
 */
import type { Socket } from 'node:net'
import {
  authenticationTimeout,
  functionCallNotSupported,
  internalError,
  invalidFrontendMessageType,
  stackDepthExceeded,
  synchronizationLost,
} from '../errors/raise/protocol.ts'
import { SqlError } from '../errors/sql-error.ts'
import type {
  Engine,
  PortalOutcome,
  Session,
  SessionEvents,
  StartupParameters,
  StatementDescription,
} from '../session/contract.ts'
import {
  writeAuthenticationOk,
  writeBackendKeyData,
  writeEmpty,
  writeError,
  writeNegotiateProtocolVersion,
  writeNotice,
  writeNotification,
  writeParameterDescription,
  writeParameterStatus,
  writeReadyForQuery,
  writeRowDescription,
} from './backend-messages.ts'
import { ClientInput } from './client-input.ts'
import { ClientOutput } from './client-output.ts'
import { FRONTEND, readBind, readClose, readDescribe, readExecute, readParse, readQuery } from './frontend-messages.ts'
import type { MessageBody } from './message-body.ts'
import type { Message } from './message-reader.ts'
import { PROTOCOL_VERSION, parseStartupPacket } from './startup.ts'
import { WireSink } from './wire-sink.ts'

/** What a connection needs of the server around it. */
export interface ConnectionHost {
  readonly engine: Engine
  /** Milliseconds until the start-up message must be complete. */
  readonly authenticationTimeout: number
  /** Throws 53300 or 57P03 when no session may begin. */
  admit(): void
  /** A failure that is not the client's: the cause belongs in the log. */
  readonly reportFailure: (error: unknown, message: string) => void
}

/** Messages handled between two turns of the event loop when more are at hand. */
const MESSAGES_PER_TURN = 100

/** Milliseconds for which a closed connection still takes what the client sends. */
const LINGER = 500

export class Connection {
  readonly #socket: Socket
  readonly #host: ConnectionHost
  readonly #input: ClientInput
  readonly #output: ClientOutput
  #session: Session | null = null
  /** After an error in the extended protocol: ignore messages until Sync. */
  #skipping = false
  /** A message is being handled; notifications wait for its end. */
  #busy = true
  #ending: SqlError | null = null
  readonly #notifications: { processId: number; channel: string; payload: string }[] = []
  /** Reported settings as the client knows them, and as they are. */
  readonly #reported = new Map<string, string>()
  readonly #changed = new Map<string, string>()

  constructor(socket: Socket, host: ConnectionHost) {
    this.#socket = socket
    this.#host = host
    this.#input = new ClientInput(socket)
    this.#output = new ClientOutput(socket)
    socket.setNoDelay(true)
    // What matters of a socket's failure is that it closes.
    socket.on('error', () => socket.destroy())
  }

  /** Serves the client until it or the server ends the connection. Never rejects. */
  async run(): Promise<void> {
    try {
      if (await this.#start()) await this.#serve()
      if (this.#ending !== null) this.#sendFatal(this.#ending)
    } catch (error) {
      this.#sendFatal(this.#asSqlError(error))
    }
    this.#output.flush()
    try {
      await this.#session?.close()
    } catch (error) {
      this.#host.reportFailure(error, 'closing a session failed')
    }
    this.#hangUp()
  }

  /** Closes the socket so that the client can still read what was sent, even if it goes on sending. */
  #hangUp(): void {
    this.#input.end()
    this.#socket.end()
    this.#socket.resume()
    const timer = setTimeout(() => this.#socket.destroy(), LINGER)
    this.#socket.once('end', () => this.#socket.destroySoon())
    this.#socket.once('close', () => clearTimeout(timer))
    if (this.#socket.readableEnded) this.#socket.destroySoon()
  }

  /** Ends the connection with a FATAL error, once the running message is done; a running statement is cancelled. */
  terminate(error: Error): void {
    if (this.#ending !== null) return
    this.#ending = this.#asSqlError(error)
    this.#session?.cancel()
    this.#input.end()
  }

  async #start(): Promise<boolean> {
    const timer = setTimeout(() => this.terminate(authenticationTimeout()), this.#host.authenticationTimeout)
    try {
      const packet = await this.#startupMessage()
      if (packet === null) return false
      this.#host.admit()
      if (packet.negotiate) {
        writeNegotiateProtocolVersion(this.#output.buffer, PROTOCOL_VERSION, packet.unknownOptions)
      }
      await this.#openSession(packet.parameters)
      return true
    } finally {
      clearTimeout(timer)
    }
  }

  /** The start-up message; null when the client asked only for a cancellation, or left. */
  async #startupMessage() {
    for (;;) {
      const bytes = this.#input.nextStartup()
      if (bytes === null) {
        this.#output.flush()
        if (!(await this.#input.more())) return null
        continue
      }
      const packet = parseStartupPacket(bytes)
      switch (packet.kind) {
        case 'encryption':
          this.#output.buffer.int8('N'.charCodeAt(0))
          break
        case 'cancel':
          this.#host.engine.cancel(packet.processId, packet.secretKey)
          return null
        case 'start':
          return packet
      }
    }
  }

  async #openSession(parameters: StartupParameters): Promise<void> {
    const { remoteAddress = '', remotePort = 0, localAddress } = this.#socket
    const client = {
      address: remoteAddress,
      port: remotePort,
      ...(localAddress === undefined ? {} : { serverAddress: localAddress }),
    }
    const session = await this.#host.engine.connect(parameters, this.#events(), client)
    this.#session = session
    const out = this.#output.buffer
    writeAuthenticationOk(out)
    for (const [name, value] of session.reportedSettings()) {
      this.#reported.set(name, value)
      writeParameterStatus(out, name, value)
    }
    writeBackendKeyData(out, session.processId, session.secretKey)
    this.#ready()
  }

  #events(): SessionEvents {
    return {
      notice: (notice) => {
        writeNotice(this.#output.buffer, notice)
        this.#output.flushSoon()
      },
      parameterStatus: (name, value) => {
        this.#changed.set(name, value)
      },
      notification: (processId, channel, payload) => {
        this.#notifications.push({ processId, channel, payload })
        if (!this.#busy && this.#session?.transactionStatus === 'I') {
          this.#deliverNotifications()
          this.#output.flushSoon()
        }
      },
      terminate: (error) => this.terminate(error),
    }
  }

  async #serve(): Promise<void> {
    this.#output.flush()
    await this.#host.engine.recovered
    let handled = 0
    while (this.#ending === null) {
      const message = this.#input.next()
      if (message === null) {
        this.#output.flushSoon()
        this.#busy = false
        if (!(await this.#input.more())) return
        this.#busy = true
        handled = 0
        continue
      }
      if (message.type === FRONTEND.terminate) return
      if (++handled % MESSAGES_PER_TURN === 0) {
        this.#output.flush()
        await new Promise(setImmediate)
      }
      try {
        const done = this.#handle(message, this.#session as Session)
        if (done !== undefined) {
          if (this.#output.due) this.#output.flush()
          await done
        }
      } catch (error) {
        await this.#failed(error, message)
      }
    }
  }

  /** Handles one message; a promise only where work waits. */
  #handle({ type, body }: Message, session: Session): void | Promise<void> {
    if (this.#skipping && type !== FRONTEND.sync) {
      if (!KNOWN_TYPES.has(type)) throw invalidFrontendMessageType(type)
      return
    }
    switch (type) {
      case FRONTEND.query:
        return this.#query(body, session)
      case FRONTEND.parse: {
        const { statement, sql, parameterTypes } = readParse(body)
        return this.#answer(session.parse(statement, sql, parameterTypes), 'parseComplete')
      }
      case FRONTEND.bind: {
        const { portal, statement, parameterFormats, parameters, resultFormats } = readBind(body)
        const done = session.bind(portal, statement, parameterFormats, parameters, resultFormats)
        return this.#answer(done, 'bindComplete')
      }
      case FRONTEND.describe:
        return this.#describe(body, session)
      case FRONTEND.execute:
        return this.#execute(body, session)
      case FRONTEND.close: {
        const { kind, name } = readClose(body)
        if (kind === 'statement') session.closeStatement(name)
        else session.closePortal(name)
        return this.#answer(undefined, 'closeComplete')
      }
      case FRONTEND.sync:
        return this.#sync(session)
      case FRONTEND.flush:
        this.#output.flush()
        return
      case FRONTEND.functionCall:
        throw functionCallNotSupported()
      case FRONTEND.copyData:
      case FRONTEND.copyDone:
      case FRONTEND.copyFail:
        // What a client still sends after the server ended a COPY.
        return
      default:
        throw invalidFrontendMessageType(type)
    }
  }

  async #query(body: MessageBody, session: Session): Promise<void> {
    const sink = new WireSink(this.#input, this.#output, session, null)
    try {
      await session.query(readQuery(body), sink)
    } catch (error) {
      throw this.#afterCopy(error, sink)
    }
    this.#ready()
  }

  #answer(done: void | Promise<void>, name: 'parseComplete' | 'bindComplete' | 'closeComplete'): void | Promise<void> {
    if (done !== undefined) return done.then(() => writeEmpty(this.#output.buffer, name))
    writeEmpty(this.#output.buffer, name)
  }

  #describe(body: MessageBody, session: Session): void | Promise<void> {
    const { kind, name } = readDescribe(body)
    const out = this.#output.buffer
    if (kind === 'portal') {
      const description = session.describePortal(name)
      if (description === null) writeEmpty(out, 'noData')
      else writeRowDescription(out, description.fields, description.formats)
      return
    }
    const description = session.describeStatement(name)
    if (description instanceof Promise) return description.then((described) => this.#described(described))
    this.#described(description)
  }

  #described({ parameterTypes, fields }: StatementDescription): void {
    const out = this.#output.buffer
    writeParameterDescription(out, parameterTypes)
    if (fields === null) writeEmpty(out, 'noData')
    else writeRowDescription(out, fields, null)
  }

  #execute(body: MessageBody, session: Session): void | Promise<void> {
    const { portal, maxRows } = readExecute(body)
    const sink = new WireSink(this.#input, this.#output, session, session.resultFormats(portal))
    const outcome = session.execute(portal, maxRows, sink)
    if (outcome instanceof Promise) return this.#executed(outcome, sink)
    if (outcome === 'suspended') writeEmpty(this.#output.buffer, 'portalSuspended')
  }

  async #executed(outcome: Promise<PortalOutcome>, sink: WireSink): Promise<void> {
    try {
      if ((await outcome) === 'suspended') writeEmpty(this.#output.buffer, 'portalSuspended')
    } catch (error) {
      throw this.#afterCopy(error, sink)
    }
  }

  #sync(session: Session): void | Promise<void> {
    this.#skipping = false
    try {
      const ending = session.sync()
      if (ending !== undefined) return this.#synced(ending)
    } catch (error) {
      this.#reportError(error)
    }
    this.#ready()
  }

  async #synced(ending: Promise<void>): Promise<void> {
    try {
      await ending
    } catch (error) {
      this.#reportError(error)
    }
    this.#ready()
  }

  /** An error in the middle of COPY data that was no COPY data ends the connection too. */
  #afterCopy(error: unknown, sink: WireSink): unknown {
    if (!sink.desynchronized) return error
    this.#reportError(error)
    return synchronizationLost()
  }

  async #failed(error: unknown, message: Message): Promise<void> {
    // A cancellation on behalf of `terminate` is reported as what it is for.
    if (this.#ending !== null) return
    const reported = this.#asSqlError(error)
    if (reported.fields.severity === 'FATAL') throw reported
    this.#reportError(reported)
    await this.#session?.fail()
    if (message.type === FRONTEND.query || message.type === FRONTEND.functionCall) this.#ready()
    else this.#skipping = true
  }

  /** Ends a command: what was held back goes out, then ReadyForQuery. */
  #ready(): void {
    const out = this.#output.buffer
    const status = this.#session?.transactionStatus ?? 'I'
    for (const [name, value] of this.#changed) {
      if (this.#reported.get(name) !== value) writeParameterStatus(out, name, value)
      this.#reported.set(name, value)
    }
    this.#changed.clear()
    if (status === 'I') this.#deliverNotifications()
    writeReadyForQuery(out, status)
    this.#output.due = true
  }

  #deliverNotifications(): void {
    for (const { processId, channel, payload } of this.#notifications.splice(0)) {
      writeNotification(this.#output.buffer, processId, channel, payload)
    }
  }

  #reportError(error: unknown): void {
    writeError(this.#output.buffer, this.#asSqlError(error))
  }

  #sendFatal(error: SqlError): void {
    const fatal = new SqlError(error.code, error.message, { ...error.fields, severity: 'FATAL' })
    writeError(this.#output.buffer, fatal)
  }

  /** Anything but a SqlError is a mistake of ours: the client gets XX000, the log the cause. */
  #asSqlError(error: unknown): SqlError {
    if (error instanceof SqlError) return error
    if (error instanceof RangeError && error.message.includes('call stack')) return stackDepthExceeded()
    this.#host.reportFailure(error, 'internal error')
    return internalError(error instanceof Error ? error.message : String(error))
  }
}

const KNOWN_TYPES: ReadonlySet<number> = new Set(Object.values(FRONTEND))

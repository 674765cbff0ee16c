/** Listens for clients and keeps track of their connections. */
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { adminShutdown, shuttingDown, tooManyConnections } from '../errors/raise/protocol.ts'
import type { Engine } from '../session/contract.ts'
import { Connection } from './connection.ts'
import type { ConnectionHost } from './connection.ts'

export interface WireOptions {
  readonly engine: Engine
  readonly host: string
  /** 0: the operating system chooses. */
  readonly port: number
  readonly maxConnections: number
  /** Milliseconds. */
  readonly authenticationTimeout: number
  readonly reportFailure: (error: unknown, message: string) => void
}

export class WireServer {
  readonly #options: WireOptions
  readonly #connections = new Map<Connection, Promise<void>>()
  readonly #server: Server
  /** Connections that passed `admit` and have not ended. */
  #sessions = 0
  #stopping = false

  constructor(options: WireOptions) {
    this.#options = options
    // A client may close its sending side and still wait for answers.
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#accept(socket))
  }

  #accept(socket: Socket): void {
    const { engine, authenticationTimeout, maxConnections, reportFailure } = this.#options
    let admitted = false
    const host: ConnectionHost = {
      engine,
      authenticationTimeout,
      reportFailure,
      admit: () => {
        if (this.#stopping) throw shuttingDown()
        if (this.#sessions >= maxConnections) throw tooManyConnections()
        this.#sessions++
        admitted = true
      },
    }
    const connection = new Connection(socket, host)
    const ended = connection.run().finally(() => {
      this.#connections.delete(connection)
      if (admitted) this.#sessions--
    })
    this.#connections.set(connection, ended)
  }

  /** Starts listening; answers the port. Rejects with the system's error (EADDRINUSE, EACCES …). */
  listen(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(this.#options.port, this.#options.host, () => {
        this.#server.off('error', reject)
        this.#server.on('error', (error) => this.#options.reportFailure(error, 'listening failed'))
        resolve((this.#server.address() as AddressInfo).port)
      })
    })
  }

  /** Refuses new connections, ends all others with 57P01, and waits until their sessions are closed. */
  async close(): Promise<void> {
    this.#stopping = true
    this.#server.close()
    for (const connection of this.#connections.keys()) connection.terminate(adminShutdown())
    await Promise.all(this.#connections.values())
  }
}

/**
 * The writing side of a client's socket. Messages gather in one buffer, which goes out when the client waits for it, or
 * when it is full: an answer is one write, however many messages it has.
 */
import type { Socket } from 'node:net'
import { connectionLost } from '../errors/raise/protocol.ts'
import { OutputBuffer } from './output-buffer.ts'
import { flushAtTurnEnd } from './turn-end.ts'

/** Bytes above which the buffer goes out before more is written. */
export const FLUSH_SIZE = 64 * 1024

export class ClientOutput {
  readonly buffer = new OutputBuffer()
  readonly #socket: Socket
  #scheduled = false
  /** The buffer ends with a complete answer, which must not wait for whatever comes next. */
  due = false

  constructor(socket: Socket) {
    this.#socket = socket
  }

  /** Sends what is in the buffer. */
  flush(): void {
    this.due = false
    this.#scheduled = false
    if (this.buffer.length === 0) return
    const bytes = this.buffer.take()
    if (this.#socket.writable) this.#socket.write(bytes)
  }

  /** Sends what is in the buffer at the end of this turn of the event loop: what the client did not ask for. */
  flushSoon(): void {
    if (this.#scheduled || this.buffer.length === 0) return
    this.#scheduled = true
    flushAtTurnEnd(this)
  }

  /** Sends a full buffer; a promise when the client does not keep up. Throws 08006 when it is gone. */
  relieve(): void | Promise<void> {
    if (this.buffer.length < FLUSH_SIZE) return
    this.flush()
    if (this.#socket.destroyed) throw connectionLost()
    if (this.#socket.writableNeedDrain) return this.#drained()
  }

  #drained(): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (): void => {
        this.#socket.off('drain', done)
        this.#socket.off('close', done)
        if (this.#socket.destroyed) reject(connectionLost())
        else resolve()
      }
      this.#socket.on('drain', done)
      this.#socket.on('close', done)
    })
  }
}

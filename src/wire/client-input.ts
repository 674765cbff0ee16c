/** The reading side of a client's socket: messages in order, waiting for more, and holding the client back. */
import type { Socket } from 'node:net'
import { MessageReader } from './message-reader.ts'
import type { Message } from './message-reader.ts'

/** Unread bytes above which the socket is paused, and below which it goes on. */
const HIGH_WATER = 512 * 1024
const LOW_WATER = 64 * 1024

export class ClientInput {
  readonly #socket: Socket
  readonly #reader = new MessageReader()
  #ended = false
  /** The client is held back. */
  #paused = false
  #wake: (() => void) | null = null

  constructor(socket: Socket) {
    this.#socket = socket
    const end = (): void => {
      this.#ended = true
      this.#notify()
    }
    socket.on('data', (chunk: Buffer) => {
      // After the server's end of the conversation nothing is read any more.
      if (this.#ended) return
      this.#reader.push(chunk)
      if (this.#reader.pending > HIGH_WATER) {
        this.#paused = true
        socket.pause()
      }
      this.#notify()
    })
    socket.on('end', end)
    socket.on('close', end)
  }

  /** The next message, or null when it has not arrived in full. */
  next(): Message | null {
    return this.#read(this.#reader.next())
  }

  /** As `next`, but the body is only good until control goes back to the event loop. */
  nextPassing(): Message | null {
    return this.#read(this.#reader.nextPassing())
  }

  #read(message: Message | null): Message | null {
    if (this.#paused && this.#reader.pending < LOW_WATER) this.#resume()
    return message
  }

  /** The next start-up packet, or null when it has not arrived in full. */
  nextStartup(): Buffer | null {
    return this.#reader.nextStartup()
  }

  /** Waits until more bytes came; false: none will. One caller at a time. */
  more(): Promise<boolean> {
    if (this.#ended) return Promise.resolve(false)
    // The message that is waited for may be longer than what pauses the socket.
    if (this.#paused) this.#resume()
    return new Promise((resolve) => {
      this.#wake = () => resolve(!this.#ended)
    })
  }

  #resume(): void {
    this.#paused = false
    this.#socket.resume()
  }

  /** Ends a wait as if the client had gone. */
  end(): void {
    this.#ended = true
    this.#notify()
  }

  #notify(): void {
    const wake = this.#wake
    this.#wake = null
    wake?.()
  }
}

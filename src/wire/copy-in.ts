/** The client's side of COPY FROM STDIN as a stream of chunks. */
import { connectionLostDuringCopy, copyFromStdinFailed, unexpectedMessageDuringCopy } from '../errors/raise/protocol.ts'
import type { ClientInput } from './client-input.ts'
import { FRONTEND } from './frontend-messages.ts'
import type { Message } from './message-reader.ts'

/**
 * Yields what CopyData messages contain until CopyDone; a chunk is overwritten when the next one is asked for. Throws
 * 57014 on CopyFail, and 08P01 on any message that has no place here, after `onDesynchronized` was told.
 */
export async function* copyInStream(input: ClientInput, onDesynchronized: () => void): AsyncGenerator<Uint8Array> {
  const gathered = new GatheredChunk()
  for (;;) {
    const next = gathered.gather(input)
    if (gathered.bytes.length > 0) yield gathered.bytes
    else if (next === null && !(await input.more())) throw connectionLostDuringCopy()
    if (next === null) continue
    const { type, body } = next
    switch (type) {
      case FRONTEND.copyDone:
        return
      case FRONTEND.copyFail:
        throw copyFromStdinFailed(body.string())
      case FRONTEND.flush:
      case FRONTEND.sync:
        // Drivers that pipeline send these without waiting for the answer that COPY has begun.
        break
      default:
        onDesynchronized()
        throw unexpectedMessageDuringCopy(type)
    }
  }
}

/** Bytes up to which messages that are there already are handed on together. */
const CHUNK = 64 * 1024

/** The contents of CopyData messages that are there already, in memory that is used again and again. */
class GatheredChunk {
  #memory: Buffer = Buffer.alloc(0)
  bytes: Buffer = this.#memory

  /** Gathers anew; answers the message of another kind behind it, null when none has arrived yet or the chunk is full. */
  gather(input: ClientInput): Message | null {
    let length = 0
    let other: Message | null = null
    while (length < CHUNK) {
      const message = input.nextPassing()
      if (message === null) break
      const { type, body } = message
      if (type !== FRONTEND.copyData) {
        other = { type, body: body.copy() }
        break
      }
      const end = length + body.length
      this.#makeRoom(length, end)
      body.copyTo(this.#memory, length)
      length = end
    }
    this.bytes = this.#memory.subarray(0, length)
    return other
  }

  #makeRoom(kept: number, needed: number): void {
    if (needed <= this.#memory.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * CHUNK, needed))
    this.#memory.copy(larger, 0, 0, kept)
    this.#memory = larger
  }
}

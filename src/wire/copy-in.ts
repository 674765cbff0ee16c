/** The client's side of COPY FROM STDIN as a stream of chunks. */
import { connectionLostDuringCopy, copyFromStdinFailed, unexpectedMessageDuringCopy } from '../errors/raise/protocol.ts'
import type { ClientInput } from './client-input.ts'
import { FRONTEND } from './frontend-messages.ts'
import { MessageBody } from './message-body.ts'
import type { Message } from './message-reader.ts'

/**
 * Yields each CopyData's content until CopyDone. Throws 57014 on CopyFail, and 08P01 on any message that has no place
 * here, after `onDesynchronized` was told.
 */
export async function* copyInStream(input: ClientInput, onDesynchronized: () => void): AsyncGenerator<Uint8Array> {
  let pending: Message | null = null
  for (;;) {
    const { type, body }: Message = pending ?? (await nextMessage(input))
    pending = null
    switch (type) {
      case FRONTEND.copyData: {
        const { chunk, next } = gather(input, body)
        yield chunk
        pending = next
        break
      }
      case FRONTEND.copyDone:
        return
      case FRONTEND.copyFail:
        throw copyFromStdinFailed(new MessageBody(body).string())
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

/** Small messages that are there already are handed on together, up to so many bytes. */
const CHUNK = 8192

/** The contents of a CopyData and of those that have arrived behind it, and the first message that is none or not taken. */
const gather = (input: ClientInput, first: Buffer): { chunk: Buffer; next: Message | null } => {
  const bodies = [first]
  let bytes = first.length
  let next: Message | null = null
  while (bytes < CHUNK) {
    next = input.next()
    if (next === null || next.type !== FRONTEND.copyData) break
    bodies.push(next.body)
    bytes += next.body.length
    next = null
  }
  return { chunk: bodies.length === 1 ? first : Buffer.concat(bodies, bytes), next }
}

const nextMessage = async (input: ClientInput): Promise<Message> => {
  for (;;) {
    const message = input.next()
    if (message !== null) return message
    if (!(await input.more())) throw connectionLostDuringCopy()
  }
}

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
  for (;;) {
    const { type, body } = await nextMessage(input)
    switch (type) {
      case FRONTEND.copyData:
        yield body
        break
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

const nextMessage = async (input: ClientInput): Promise<Message> => {
  for (;;) {
    const message = input.next()
    if (message !== null) return message
    if (!(await input.more())) throw connectionLostDuringCopy()
  }
}

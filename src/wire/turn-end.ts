/**
 * Answers of one turn of the event loop go out together at its end: a client program that serves many connections
 * wakes up once for all of them, and the server is interrupted less.
 */

/** What has an answer to send. */
interface Sender {
  flush(): void
}

let waiting: Sender[] = []

const flushAll = (): void => {
  const senders = waiting
  waiting = []
  for (const sender of senders) sender.flush()
}

/** Sends at the end of this turn. */
export const flushAtTurnEnd = (sender: Sender): void => {
  if (waiting.push(sender) === 1) setImmediate(flushAll)
}

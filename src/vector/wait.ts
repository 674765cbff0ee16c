/**
 * What a pull answers when it cannot go on without waiting: a lock held by someone else, a column to be read, a turn
 * to be given to other sessions. The puller returns it upward; the driver awaits the promise and pulls again.
 */
export class Wait {
  readonly promise: Promise<void>

  constructor(promise: Promise<void>) {
    this.promise = promise
  }
}

/** The few calls to the operating system that temporary files need; tests put a failing disk in their place. */
import { close, openSync, read, readSync, unlinkSync, writev } from 'node:fs'

export interface TemporaryHandle {
  /** Writes all the bytes, end to end, from the position on. */
  write(chunks: readonly Uint8Array[], position: number): Promise<void>
  /** Reads into the whole target; answers how many bytes there were. */
  read(target: Uint8Array, position: number): Promise<number>
  /** The same without a promise, for a block that a computation needs at once. */
  readNow(target: Uint8Array, position: number): number
  close(): void
}

export interface TemporaryDisk {
  /** Makes a file that nothing is left of when the process ends, however it ends. */
  create(path: string): TemporaryHandle
}

/** Vectors that one call of the system takes. */
const MAX_VECTORS = 512

const writeSome = (fd: number, chunks: Uint8Array[], position: number): Promise<number> =>
  new Promise((resolve, reject) => {
    writev(fd, chunks.slice(0, MAX_VECTORS), position, (error, written) => (error ? reject(error) : resolve(written)))
  })

/** What is left to write after `written` bytes. */
const rest = (chunks: Uint8Array[], written: number): Uint8Array[] => {
  let skip = written
  let first = 0
  while (first < chunks.length && skip >= (chunks[first] as Uint8Array).length) {
    skip -= (chunks[first] as Uint8Array).length
    first++
  }
  const left = chunks.slice(first)
  if (skip > 0 && left[0] !== undefined) left[0] = left[0].subarray(skip)
  return left
}

const readSome = (fd: number, target: Uint8Array, from: number, position: number): Promise<number> =>
  new Promise((resolve, reject) => {
    read(fd, target, from, target.length - from, position, (error, count) => (error ? reject(error) : resolve(count)))
  })

class SystemHandle implements TemporaryHandle {
  readonly #fd: number
  /** Where the system cannot remove the name of an open file: what to remove later. */
  readonly #leftName: string | null

  constructor(fd: number, leftName: string | null) {
    this.#fd = fd
    this.#leftName = leftName
  }

  async write(chunks: readonly Uint8Array[], position: number): Promise<void> {
    let left = chunks.filter((chunk) => chunk.length > 0)
    let at = position
    while (left.length > 0) {
      const written = await writeSome(this.#fd, left, at)
      at += written
      left = rest(left, written)
    }
  }

  async read(target: Uint8Array, position: number): Promise<number> {
    let done = 0
    while (done < target.length) {
      const count = await readSome(this.#fd, target, done, position + done)
      if (count === 0) break
      done += count
    }
    return done
  }

  readNow(target: Uint8Array, position: number): number {
    let done = 0
    while (done < target.length) {
      const count = readSync(this.#fd, target, done, target.length - done, position + done)
      if (count === 0) break
      done += count
    }
    return done
  }

  close(): void {
    close(this.#fd, () => {
      if (this.#leftName !== null) tryUnlink(this.#leftName)
    })
  }
}

const tryUnlink = (path: string): boolean => {
  try {
    unlinkSync(path)
    return true
  } catch {
    return false
  }
}

export const systemDisk: TemporaryDisk = {
  create: (path) => {
    const fd = openSync(path, 'wx+', 0o600)
    // Without a name it goes with the last handle to it.
    return new SystemHandle(fd, tryUnlink(path) ? null : path)
  },
}

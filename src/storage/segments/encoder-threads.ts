/**
 * Threads that encode segments of bulk loads. They are started by the first load that asks and end when none has asked
 * for a while; where a thread cannot be had the caller encodes for itself.
 */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { PlainSegment } from './segment-content.ts'
import type { SegmentManifest } from './segment-file.ts'

/** Milliseconds without work after which threads end. */
const IDLE = 10_000
const MAX_THREADS = 4

export interface EncodedSegment {
  readonly bytes: Uint8Array
  readonly manifest: SegmentManifest
}

interface Job {
  resolve(encoded: EncodedSegment | null): void
}

type Answer = { readonly id: number } & (EncodedSegment | { readonly error: string })

export class EncoderThreads {
  #threads: { readonly worker: Worker; readonly jobs: Map<number, Job> }[] = []
  #nextId = 0
  #idle: NodeJS.Timeout | null = null

  /** A segment's file and manifest; null when no thread could make it. */
  encode(segment: PlainSegment): Promise<EncodedSegment | null> {
    const thread = this.#leastBusy()
    if (thread === null) return Promise.resolve(null)
    if (this.#idle !== null) clearTimeout(this.#idle)
    this.#idle = null
    const id = this.#nextId++
    return new Promise((resolve) => {
      thread.jobs.set(id, { resolve })
      thread.worker.postMessage({ id, segment })
    })
  }

  /** Half of the cores may encode, one of them at least. */
  #leastBusy() {
    const limit = Math.min(Math.max(Math.floor(availableParallelism() / 2), 1), MAX_THREADS)
    const free = this.#threads.find(({ jobs }) => jobs.size === 0)
    if (free !== undefined) return free
    if (this.#threads.length < limit) return this.#start()
    return this.#threads.toSorted((a, b) => a.jobs.size - b.jobs.size)[0] ?? null
  }

  #start() {
    if (availableParallelism() === 1) return null
    const worker = new Worker(new URL('./encode-worker.ts', import.meta.url))
    const thread = { worker, jobs: new Map<number, Job>() }
    worker.unref()
    worker.on('message', (answer: Answer) => {
      const job = thread.jobs.get(answer.id)
      thread.jobs.delete(answer.id)
      job?.resolve('error' in answer ? null : { bytes: answer.bytes, manifest: answer.manifest })
      if (this.#threads.every(({ jobs }) => jobs.size === 0)) this.#endLater()
    })
    const give = (): void => {
      this.#threads = this.#threads.filter((other) => other !== thread)
      for (const job of thread.jobs.values()) job.resolve(null)
      thread.jobs.clear()
    }
    worker.on('error', give)
    worker.on('exit', give)
    this.#threads.push(thread)
    return thread
  }

  #endLater(): void {
    if (this.#idle !== null) clearTimeout(this.#idle)
    this.#idle = setTimeout(() => void this.close(), IDLE).unref()
  }

  /** Ends the threads; what they were asked for is answered with null. */
  async close(): Promise<void> {
    if (this.#idle !== null) clearTimeout(this.#idle)
    const threads = this.#threads
    this.#threads = []
    await Promise.all(threads.map(({ worker }) => worker.terminate()))
  }
}

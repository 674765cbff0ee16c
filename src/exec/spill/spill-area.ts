/**
 * Where temporary files live: one directory per server, emptied when the server starts. Files are counted for the
 * statistics, and a session's are held under its temp_file_limit.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { temporaryFileLimit } from '../../errors/raise/execution.ts'
import { writeFailed } from '../../errors/raise/storage.ts'
import { SpillFile } from './spill-file.ts'
import { systemDisk, type TemporaryDisk, type TemporaryHandle } from './temporary-disk.ts'

/** What a session's settings say about its temporary files, in kilobytes; -1: nothing. */
export interface SpillSettings {
  /** temp_file_limit. */
  readonly limit: number
  /** log_temp_files. */
  readonly logFrom: number
  /** Told of each file's size when it is closed. */
  closed?(bytes: number): void
}

interface AreaOptions {
  /** Null: a directory of the operating system's own for such files. */
  readonly directory: string | null
  readonly log: (message: string) => void
  readonly disk?: TemporaryDisk
}

export class SpillArea {
  readonly #disk: TemporaryDisk
  readonly #log: (message: string) => void
  #directory: string | null
  #made = false
  #numbers = 0
  /** Files that were closed, and what they held at most. */
  files = 0
  bytes = 0
  /** Files open now. */
  open = 0

  constructor({ directory, log, disk }: AreaOptions) {
    this.#directory = directory
    this.#log = log
    this.#disk = disk ?? systemDisk
    if (directory !== null) empty(directory)
  }

  /** The temporary files of one session. */
  session(settings: () => SpillSettings): SessionSpill {
    return new SessionSpill(this, settings)
  }

  create(): { readonly handle: TemporaryHandle; readonly path: string } {
    const path = join(this.#place(), `temporary.${process.pid}.${this.#numbers++}`)
    try {
      const handle = this.#disk.create(path)
      this.open++
      return { handle, path }
    } catch (error) {
      throw writeFailed(path, error)
    }
  }

  #place(): string {
    this.#directory ??= mkdtempSync(join(tmpdir(), 'tesseradb-temporary-'))
    if (!this.#made) mkdirSync(this.#directory, { recursive: true, mode: 0o700 })
    this.#made = true
    return this.#directory
  }

  closed(path: string, size: number, logFrom: number): void {
    this.open--
    this.files++
    this.bytes += size
    if (logFrom >= 0 && size >= logFrom * 1024) this.#log(`temporary file: path "${path}", size ${size}`)
  }

  /** Removes the directory; for the end of the server. */
  close(): void {
    if (this.#made && this.#directory !== null) rmSync(this.#directory, { recursive: true, force: true })
    this.#made = false
  }
}

/** Removes what an earlier server left in its directory. */
const empty = (directory: string): void => {
  let names: string[]
  try {
    names = readdirSync(directory)
  } catch {
    return
  }
  for (const name of names) rmSync(join(directory, name), { recursive: true, force: true })
}

export class SessionSpill {
  readonly #area: SpillArea
  readonly #settings: () => SpillSettings
  #bytes = 0

  constructor(area: SpillArea, settings: () => SpillSettings) {
    this.#area = area
    this.#settings = settings
  }

  /** A new file; whoever opens it closes it. */
  open(): SpillFile {
    const { handle, path } = this.#area.create()
    return new SpillFile(handle, path, {
      grow: (bytes) => {
        const { limit } = this.#settings()
        this.#bytes += bytes
        if (limit >= 0 && this.#bytes > limit * 1024) throw temporaryFileLimit(limit)
      },
      closed: (size) => {
        this.#bytes -= size
        const { logFrom, closed } = this.#settings()
        closed?.(size)
        this.#area.closed(path, size, logFrom)
      },
    })
  }
}

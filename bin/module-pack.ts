/**
 * The server's modules in one file. Node's loader takes half a millisecond for each of more than 500 of them; a pack is
 * read at once, and has each module as a function together with what V8 has compiled of it. It is a cache and no build:
 * it is used only when every source has the age and the length that it had when it was packed; the sources themselves
 * run in every other case. Files and lines in stack traces are those of the sources.
 */
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { Script } from 'node:vm'
import { crc32 } from 'node:zlib'

/** A module to be packed. */
export interface Module {
  /** Relative to the project. */
  readonly path: string
  /** Of the source: milliseconds, bytes. */
  readonly modified: number
  readonly size: number
  /** Modules of the project that have to be loaded before it. */
  readonly imports: readonly string[]
  /** A function of `Import`, `Load` and `{ url }` that answers what the module exports. */
  readonly text: string
  /** Whether it awaits something, and so answers a promise. */
  readonly isAsync: boolean
  /** What V8 has compiled of it, once it has run. */
  readonly compiled?: Buffer
}

type Span = readonly [from: number, to: number]

interface PackedModule extends Omit<Module, 'text' | 'compiled'> {
  readonly isAscii: boolean
  readonly text: Span
  readonly compiled: Span
}

/** A pack in memory. */
export interface Pack {
  readonly root: string
  readonly modules: readonly PackedModule[]
  readonly contents: Buffer
}

type Exports = Readonly<Record<string, unknown>>
/** Exports of a module of the project (by its path), of Node, or of a package. */
type Import = (name: string) => Exports
/** `import()`. */
type Load = (path: string) => Promise<Exports>
type ModuleFunction = ($import: Import, $load: Load, $meta: { readonly url: string }) => Exports | Promise<Exports>

/** Changes with the format. */
const FORMAT = 'tesseradb-pack-1'
const HEADER_BYTES = 64
/** Modules whose compiled code is taken at a stretch. */
const SLICE = 16

const header = (checksum: number, indexBytes: number): string =>
  `${FORMAT} ${process.version} ${process.arch} ${checksum} ${indexBytes}`.padEnd(HEADER_BYTES)

/** Where the pack of a program of a project is. Projects may share their packages, by a link, but not their packs. */
export const packFile = (root: string, program: string): string =>
  join(root, 'node_modules', '.cache', 'tesseradb', `${program.replaceAll(/\W/g, '-')}-${crc32(root)}.pack`)

/** Bytes with as many blanks behind them as it takes for the next to be aligned, which V8 asks of compiled code. */
const aligned = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc(-bytes.length & 7, ' ')])

/** Writes a pack, in place of another. */
export const writePack = (file: string, modules: readonly Module[]): void => {
  const parts: Buffer[] = []
  let end = 0
  const add = (bytes: Buffer): Span => {
    const from = end
    const padded = aligned(bytes)
    parts.push(padded)
    end += padded.length
    return [from, from + bytes.length]
  }
  const index = modules.map(({ text, compiled, ...module }): PackedModule => {
    const bytes = Buffer.from(text)
    const isAscii = bytes.length === text.length
    return { ...module, isAscii, text: add(bytes), compiled: add(compiled ?? Buffer.alloc(0)) }
  })
  const indexBytes = aligned(Buffer.from(JSON.stringify(index)))
  const content = Buffer.concat([indexBytes, ...parts])
  const temporary = `${file}.${process.pid}`
  writeFileSync(temporary, Buffer.concat([Buffer.from(header(crc32(content), indexBytes.length)), content]))
  renameSync(temporary, file)
}

/** Reads a pack of a project; null when there is none, or none of these sources for this Node. */
export const readPack = (file: string, root: string): Pack | null => {
  try {
    const bytes = readFileSync(file)
    const content = bytes.subarray(HEADER_BYTES)
    const found = bytes.toString('latin1', 0, HEADER_BYTES)
    const indexBytes = Number(found.trim().split(' ').at(-1))
    if (found !== header(crc32(content), indexBytes)) return null
    const modules = JSON.parse(content.toString('utf8', 0, indexBytes)) as readonly PackedModule[]
    return modules.every((module) => isFresh(root, module))
      ? { root, modules, contents: content.subarray(indexBytes) }
      : null
  } catch {
    return null
  }
}

const isFresh = (root: string, { path, modified, size }: PackedModule): boolean => {
  const source = statSync(join(root, path), { throwIfNoEntry: false })
  return source !== undefined && source.size === size && source.mtimeMs === modified
}

/** The modules of a running program. */
export class LoadedModules {
  readonly #pack: Pack
  readonly #packed: ReadonlyMap<string, PackedModule>
  readonly #require: NodeJS.Require
  readonly #scripts = new Map<string, Script>()
  readonly #exports = new Map<string, Exports>()
  readonly #loading = new Map<string, Promise<Exports>>()

  constructor(pack: Pack) {
    this.#pack = pack
    this.#packed = new Map(pack.modules.map((module) => [module.path, module]))
    this.#require = createRequire(join(pack.root, 'package.json'))
  }

  /** Loads a module, and before that those that it imports. */
  readonly load: Load = (path) => {
    let loading = this.#loading.get(path)
    if (loading === undefined) {
      loading = this.#load(this.#packed.get(path) as PackedModule)
      this.#loading.set(path, loading)
    }
    return loading
  }

  async #load(module: PackedModule): Promise<Exports> {
    for (const path of module.imports) if (!this.#exports.has(path)) await this.load(path)
    const filename = join(this.#pack.root, module.path)
    const cachedData = this.#pack.contents.subarray(...module.compiled)
    const script = new Script(this.#textOf(module), { filename, ...(cachedData.length > 0 ? { cachedData } : {}) })
    this.#scripts.set(module.path, script)
    const run = script.runInThisContext() as ModuleFunction
    const result = run(this.#import, this.load, { url: pathToFileURL(filename).href })
    const exports = result instanceof Promise ? await result : result
    this.#exports.set(module.path, exports)
    return exports
  }

  readonly #import: Import = (name) => this.#exports.get(name) ?? (this.#require(name) as Exports)

  #textOf({ text, isAscii }: PackedModule): string {
    return this.#pack.contents.toString(isAscii ? 'latin1' : 'utf8', ...text)
  }

  /** Whether V8 could not use what the pack has of compiled code, or there was none. */
  get lackCompiledCode(): boolean {
    return this.#scripts.values().some(({ cachedDataRejected }) => cachedDataRejected !== false)
  }

  /** Writes the pack again with what V8 has compiled since. Gives way to others between modules. */
  async writeCompiledCode(file: string): Promise<void> {
    const modules: Module[] = []
    for (const module of this.#pack.modules) {
      const compiled =
        this.#scripts.get(module.path)?.createCachedData() ?? this.#pack.contents.subarray(...module.compiled)
      modules.push({ ...module, text: this.#textOf(module), compiled })
      if (modules.length % SLICE === 0) await setImmediate()
    }
    writePack(file, modules)
  }
}

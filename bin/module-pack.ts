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
  /** A function of `Import` and `{ url }` that answers what the module exports. */
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

/** A pack in memory; its modules are in the order in which they are to be loaded. */
export interface Pack {
  readonly root: string
  readonly modules: readonly PackedModule[]
  readonly contents: Buffer
}

type Exports = Readonly<Record<string, unknown>>
/** Exports of a module of the project (by its path), of Node, or of a package. */
type Import = (name: string) => Exports
type ModuleFunction = ($import: Import, $meta: { readonly url: string }) => Exports | Promise<Exports>

/** Changes with the format. */
const FORMAT = 'tesseradb-pack-1'
const HEADER_BYTES = 64
/** Modules whose compiled code is taken at a stretch. */
const SLICE = 16

const header = (checksum: number, indexBytes: number): string =>
  `${FORMAT} ${process.version} ${process.arch} ${checksum} ${indexBytes}`.padEnd(HEADER_BYTES)

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

/** A module that was loaded. */
interface LoadedModule {
  readonly module: PackedModule
  readonly text: string
  readonly script: Script
}

/** Loads all modules, the last of which is the program. */
export const runPack = async ({ root, modules, contents }: Pack): Promise<readonly LoadedModule[]> => {
  const require = createRequire(join(root, 'package.json'))
  const exports = new Map<string, Exports>()
  const $import: Import = (name) => exports.get(name) ?? (require(name) as Exports)
  const loaded: LoadedModule[] = []
  for (const module of modules) {
    const text = contents.toString(module.isAscii ? 'latin1' : 'utf8', ...module.text)
    const filename = join(root, module.path)
    const cachedData = contents.subarray(...module.compiled)
    const script = new Script(text, { filename, ...(cachedData.length > 0 ? { cachedData } : {}) })
    loaded.push({ module, text, script })
    const run = script.runInThisContext() as ModuleFunction
    const result = run($import, { url: pathToFileURL(filename).href })
    exports.set(module.path, result instanceof Promise ? await result : result)
  }
  return loaded
}

/** Whether V8 could not use what a pack has of compiled code, or there was none. */
export const lacksCompiledCode = (loaded: readonly LoadedModule[]): boolean =>
  loaded.some(({ script }) => script.cachedDataRejected !== false)

/** Writes a pack again with what V8 has compiled since. Gives way to others between modules. */
export const writeCompiledCode = async (file: string, loaded: readonly LoadedModule[]): Promise<void> => {
  const modules: Module[] = []
  for (const { module, text, script } of loaded) {
    modules.push({ ...module, text, compiled: script.createCachedData() })
    if (modules.length % SLICE === 0) await setImmediate()
  }
  writePack(file, modules)
}

/**
 * Runs a program of the project, which is its first argument, from its pack if there is one; makes the pack otherwise,
 * some time after the program has started.
 */
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { LoadedModules, packFile, readPack } from './module-pack.ts'

/** Milliseconds from a start until its pack is made, so that sessions that wait for the start come first. */
const PACK_DELAY = 3000
/** Milliseconds until compiled code is taken: V8 forgets some seconds later what has run only once. */
const CODE_DELAY = 500

const ROOT = dirname(import.meta.dirname)
const program = process.argv[2] as string
process.argv.splice(1, 2, join(ROOT, program))

const file = packFile(ROOT, program)

const makePack = (): void => {
  mkdirSync(dirname(file), { recursive: true })
  const options = { workerData: { file, root: ROOT, program }, env: { NODE_NO_WARNINGS: '1' }, execArgv: [] }
  const worker = new Worker(new URL('./pack-modules.ts', import.meta.url), options)
  worker.on('error', nobodyMinds)
  worker.unref()
}

/** A pack is of use, but not needed: the directory may belong to somebody else. */
const nobodyMinds = (): void => {}

const later = async (delay: number, action: () => void | Promise<void>): Promise<void> => {
  await setTimeout(delay, undefined, { ref: false })
  await action()
}

const pack = readPack(file, ROOT)
if (pack === null) {
  await import(pathToFileURL(join(ROOT, program)).href)
  later(PACK_DELAY, makePack).catch(nobodyMinds)
} else {
  const modules = new LoadedModules(pack)
  await modules.load(program)
  if (modules.lackCompiledCode) later(CODE_DELAY, () => modules.writeCompiledCode(file)).catch(nobodyMinds)
}

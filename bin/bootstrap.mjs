/**
 * Plain JavaScript for any Node from 20 on: installs what is missing and finds a Node that runs the server (24 or
 * newer). The project brings its own as the `node` package, so that nothing but Node and npm has to be there.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { constants, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))

const REQUIRED_MAJOR = 24
const MODULES = join(ROOT, 'node_modules')
const EXECUTABLE = process.platform === 'win32' ? 'node.exe' : 'node'
const ARCHITECTURE_PACKAGE = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`

const run = (command, args, cwd) =>
  spawnSync(command, args, { cwd, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' }).status === 0

/** The `node` package, and the one that it takes its executable from. */
const INSTALLED = ['node', ARCHITECTURE_PACKAGE].map((name) => join(MODULES, name))

/** Major version of the Node in a package, by the package's own: to ask Node itself would double the launcher's time. */
const majorOf = (directory) =>
  Number.parseInt(JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')).version, 10)

const installedNode = () => {
  for (const directory of INSTALLED) {
    const executable = join(directory, 'bin', EXECUTABLE)
    if (existsSync(executable) && majorOf(directory) >= REQUIRED_MAJOR) return executable
  }
  return undefined
}

const give = (message) => {
  process.stderr.write(`tesseradb: ${message}\n`)
  process.exit(1)
}

/** Installs the dependencies when they are not there: as locked, or, where that fails (a mirror that lacks some), at all. */
const install = () => {
  if (existsSync(join(MODULES, 'libpg-query')) && existsSync(join(MODULES, 'classic-level'))) return
  process.stderr.write('tesseradb: installing dependencies\n')
  const quiet = ['--no-audit', '--no-fund']
  if (run('npm', ['ci', ...quiet], ROOT) || run('npm', ['install', '--no-save', ...quiet], ROOT)) return
  give('npm could not install the dependencies; its messages are above')
}

/** Path of a Node that is new enough: the one that runs this, the project's own, or one fetched now. */
const findNode = () => {
  if (Number(process.versions.node.split('.')[0]) >= REQUIRED_MAJOR) return process.execPath
  const own = installedNode()
  if (own !== undefined) return own
  // npm may be told not to run install scripts, which is how the `node` package puts its executable in place.
  const script = join(MODULES, 'node', 'installArchSpecificPackage.js')
  if (existsSync(script)) run(process.execPath, [script], dirname(script))
  return (
    installedNode() ?? give(`Node ${REQUIRED_MAJOR} or newer is needed; this is ${process.version}, and none was found`)
  )
}

/**
 * How glibc gives memory back to the system: large arrays, which most of a server's memory is, are mappings of their own,
 * also after some were freed, and few arenas are kept.
 */
const ALLOCATION = {
  // Above 64 kB, which is what a socket reads into.
  MALLOC_MMAP_THRESHOLD_: '67584',
  // A process may have 65,530 mappings.
  MALLOC_MMAP_MAX_: '30000',
  MALLOC_TRIM_THRESHOLD_: '131072',
  MALLOC_ARENA_MAX: '2',
}

/** Megabytes of the space for new objects, which a start and many short statements fill faster than its default is made for. */
const YOUNG_SPACE = ['--min-semi-space-size=16', '--max-semi-space-size=32']

/**
 * What the server sets for itself when it runs (`storage/memory-watch.ts`): V8 takes back compiled code only under the
 * very flags with which it gave it away.
 */
const OWN_FLAGS = ['--expose-gc', '--external-memory-accounted-in-global-limit']

/** Megabytes that JavaScript may take: most of what there is, for all that a transaction has changed is in memory. */
const heapLimit = () => {
  const limit = process.constrainedMemory()
  const memory = limit > 0 ? Math.min(limit, totalmem()) : totalmem()
  return Math.floor((0.75 * memory) / 1024 ** 2)
}

/**
 * Runs a program of the project on a suitable Node, passes signals on to it, and ends with its exit code.
 * `script` is relative to the project. `isServer`: it is run from its pack (see `packed.ts`), and a channel lets it notice
 * when this process is killed, so that it does not stay behind alone.
 */
export const launch = (script, args, { isServer = false } = {}) => {
  install()
  const stdio = ['inherit', 'inherit', 'inherit', ...(isServer ? ['ipc'] : [])]
  // Compiled code is kept from one start to the next, which halves the time until the server is ready.
  const env = { NODE_COMPILE_CACHE: join(MODULES, '.cache', 'tesseradb'), ...ALLOCATION, ...process.env }
  const options = [`--max-old-space-size=${heapLimit()}`, ...YOUNG_SPACE, ...OWN_FLAGS]
  const program = isServer ? [join(ROOT, 'bin', 'packed.ts'), script] : [join(ROOT, script)]
  const child = spawn(findNode(), [...options, ...program, ...args], { stdio, env })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => give(error.message))
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)))
}

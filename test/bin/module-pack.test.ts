/** The pack of the server's modules: that it does what the sources do, and when it is not used. */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import { afterEach, expect, test } from 'vitest'
import { LoadedModules, type Pack, packFile, readPack, writePack } from '../../bin/module-pack.ts'
import { asFunction, packModules } from '../../bin/pack-modules.ts'
import * as kernel from '../../src/exec/expression/kernel.ts'
import * as functions from '../../src/functions/index.ts'
import * as engine from '../../src/session/engine.ts'
import * as wire from '../../src/wire/server.ts'

const ROOT = join(import.meta.dirname, '..', '..')

const directories: string[] = []
afterEach(async () => {
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true })
})

/** A project of some sources, and the file of its pack. */
const project = async (sources: Readonly<Record<string, string>>) => {
  const root = await mkdtemp(join(tmpdir(), 'tesseradb-pack-'))
  directories.push(root)
  for (const [path, source] of Object.entries(sources)) await writeFile(join(root, path), source)
  return { root, file: join(root, 'pack') }
}

const SOURCES = {
  'program.ts': `import { readFileSync } from 'node:fs'
import * as names from './names.ts'
import { type Kind, double as twice, later } from './values.ts'
export { double } from './values.ts'

export const exported: Kind = { four: twice(2), names: Object.keys(names), read: typeof readFileSync }
export const url = import.meta.url
export async function* steps() {
  yield (await import('./lazy.ts')).lazy
}
export class Failing {
  fail(): never {
    throw new Error(\`\${later}\`)
  }
}
`,
  'names.ts': `export const a = 1
export function b(): void {}
`,
  'values.ts': `/** – */
export interface Kind { readonly four: number; readonly names: readonly string[]; readonly read: string }
export const double = (n: number): number => 2 * n
export const later: string = await Promise.resolve('later')
`,
  'lazy.ts': "import { double } from './values.ts'\nexport const lazy = double(21)\n",
} as const

interface Program {
  readonly exported: unknown
  readonly url: string
  readonly double: (n: number) => number
  steps(): AsyncIterable<number>
  readonly Failing: new () => { fail(): never }
}

const packOf = (file: string, root: string): Pack => readPack(file, root) as Pack

test('modules of every form do what their sources do, at the lines where they stand', async () => {
  const { root, file } = await project(SOURCES)
  writePack(file, packModules(root, 'program.ts'))
  const program = (await new LoadedModules(packOf(file, root)).load('program.ts')) as unknown as Program
  expect(program.exported).toEqual({ four: 4, names: ['a', 'b'], read: 'function' })
  expect(program.url).toBe(`file://${root}/program.ts`)
  expect(program.double(4)).toBe(8)
  expect(await Array.fromAsync(program.steps())).toEqual([42])
  let stack = ''
  try {
    new program.Failing().fail()
  } catch (error) {
    stack = (error as Error).stack ?? ''
  }
  expect(stack).toContain('Error: later')
  expect(stack).toContain(`${root}/program.ts:13:11`)
})

test('what V8 has compiled is taken back', async () => {
  const { root, file } = await project(SOURCES)
  writePack(file, packModules(root, 'program.ts'))
  const first = new LoadedModules(packOf(file, root))
  await first.load('program.ts')
  expect(first.lackCompiledCode).toBe(true)
  await first.writeCompiledCode(file)
  const second = new LoadedModules(packOf(file, root))
  const program = (await second.load('program.ts')) as unknown as Program
  expect(second.lackCompiledCode).toBe(false)
  expect(await Array.fromAsync(program.steps())).toEqual([42])
})

test('a pack of other sources, or a damaged one, is none', async () => {
  const { root, file } = await project(SOURCES)
  expect(readPack(file, root)).toBe(null)
  writePack(file, packModules(root, 'program.ts'))
  expect(readPack(file, root)).not.toBe(null)
  const bytes = await readFile(file)
  for (const at of [0, 20, 70, bytes.length - 1]) {
    const damaged = Buffer.from(bytes)
    damaged[at] = (damaged[at] as number) ^ 1
    await writeFile(file, damaged)
    expect(readPack(file, root)).toBe(null)
  }
  for (const length of [0, 10, 64, bytes.length - 8]) {
    await writeFile(file, bytes.subarray(0, length))
    expect(readPack(file, root)).toBe(null)
  }
  await writeFile(file, bytes)
  expect(readPack(file, root)).not.toBe(null)
  await appendFile(join(root, 'lazy.ts'), ' ')
  expect(readPack(file, root)).toBe(null)
  await rm(join(root, 'lazy.ts'))
  expect(readPack(file, root)).toBe(null)
})

test.each([
  'export default 1',
  "import fs from 'node:fs'",
  "import 'node:fs'",
  'export let a = 1',
  'export { a }',
  "export * from './a.ts'",
  'import.meta.dirname',
  'const f = () => import(name)',
])('a form that is not known is refused: %s', (code) => {
  expect(() => asFunction('module.ts', code)).toThrow('unknown form')
})

test('the server has modules of known forms only, and they export what their sources do', async () => {
  const modules = packModules(ROOT, 'src/main.ts')
  expect(modules.length).toBeGreaterThan(500)
  const { file } = await project({})
  writePack(file, modules)
  const loaded = new LoadedModules(packOf(file, ROOT))
  for (const [path, source] of [
    ['src/session/engine.ts', engine],
    ['src/functions/index.ts', functions],
    ['src/exec/expression/kernel.ts', kernel],
    ['src/wire/server.ts', wire],
  ] as const) {
    expect(Object.keys(await loaded.load(path)).sort()).toEqual(Object.keys(source).sort())
  }
})

test('a program runs from its pack when there is one', async () => {
  const { root } = await project({ 'package.json': '{ "type": "module" }' })
  await cp(join(ROOT, 'bin'), join(root, 'bin'), { recursive: true })
  await mkdir(join(root, 'src'))
  await writeFile(join(root, 'src', 'text.ts'), "export const text: string = 'text'\n")
  await writeFile(
    join(root, 'src', 'program.ts'),
    `import { text } from './text.ts'
console.log(text, process.argv.slice(1).join(' '), new Error('here').stack?.includes('module-pack'))
`,
  )
  const program = 'src/program.ts'
  const run = async (): Promise<string> => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      join(root, 'bin', 'packed.ts'),
      program,
      'argument',
    ])
    return stdout.trim()
  }
  expect(await run()).toBe(`text ${join(root, program)} argument false`)
  const file = packFile(root, program)
  await mkdir(dirname(file), { recursive: true })
  const options = { workerData: { file, root, program }, execArgv: ['--no-warnings'] }
  const [code] = await once(new Worker(new URL('../../bin/pack-modules.ts', import.meta.url), options), 'exit')
  expect(code).toBe(0)
  expect(await run()).toBe(`text ${join(root, program)} argument true`)
})

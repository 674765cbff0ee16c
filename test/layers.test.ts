/**
 * The order of layers: which folder under src/ may import which, and that no file imports itself in a circle (imports of
 * types alone are layered too, but may be mutual: they are gone when the program runs). The table
 * is the one in docs/architecture.md.
 */
import { readFileSync, readdirSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { expect, test } from 'vitest'

const SOURCE = join(import.meta.dirname, '..', 'src')

const below = (...layers: readonly string[]): ReadonlySet<string> => new Set(layers)

const EXECUTION = ['errors', 'types', 'vector', 'functions', 'sql', 'analyze', 'plan', 'catalog', 'txn', 'storage']
const ABOVE_NOTHING = [...EXECUTION, 'config', 'optimize', 'exec', 'observe']

const MAY_IMPORT: Readonly<Record<string, ReadonlySet<string>>> = {
  errors: below(),
  config: below('errors', 'types'),
  types: below('errors'),
  vector: below('errors', 'types'),
  functions: below('errors', 'types', 'vector'),
  storage: below('errors', 'types', 'vector'),
  txn: below('errors', 'types', 'vector', 'storage'),
  catalog: below('errors', 'types', 'functions', 'storage', 'txn'),
  sql: below('errors'),
  analyze: below('errors', 'types', 'functions', 'catalog', 'sql'),
  plan: below('errors', 'types', 'functions', 'catalog', 'analyze'),
  optimize: below('errors', 'types', 'functions', 'catalog', 'analyze', 'plan'),
  exec: below(...EXECUTION, 'optimize'),
  session: below(...ABOVE_NOTHING),
  wire: below('errors', 'config', 'types', 'vector', 'session'),
  observe: below('errors', 'config'),
}

/** The only places that know Apache Arrow. */
const ARROW_USERS = [join('vector', ''), join('storage', 'segments', '')]

/** Imports that leave nothing behind when types are erased. */
const TYPE_IMPORT = /^\s*(?:import|export)\s+type\b[^'"`;]*?\bfrom\s*['"][^'"]+['"]/gm

/** `import … from '…'`, `export … from '…'`, `import '…'`, `import('…')`; comments and strings apart. */
const IMPORT =
  /^\s*(?:import|export)\b(?:[^'"`;]*?\bfrom\s*)?\s*['"]([^'"]+)['"]|\bimport\s*\(\s*['"]([^'"]+)['"]\s*\)/gm

const withoutComments = (text: string): string => text.replace(/\/\*[^]*?\*\//g, '')

const importsOf = (text: string): string[] =>
  [...withoutComments(text).matchAll(IMPORT)].map((match) => (match[1] ?? match[2]) as string)

const valueImportsOf = (text: string): string[] => importsOf(withoutComments(text).replace(TYPE_IMPORT, ''))

const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))

/** Each file's imports inside src/, as paths relative to src/, and its packages. */
const graph = new Map(
  files.map((file) => {
    const text = readFileSync(join(SOURCE, file), 'utf8')
    const specifiers = importsOf(text)
    const localFiles = (names: readonly string[]): string[] =>
      names.filter((name) => name.startsWith('.')).map((name) => relative(SOURCE, join(SOURCE, dirname(file), name)))
    return [
      file,
      {
        local: localFiles(specifiers),
        /** Those of `local` that are there when the program runs. */
        values: localFiles(valueImportsOf(text)),
        packages: specifiers.filter((name) => !name.startsWith('.')),
      },
    ] as const
  }),
)

/** The folder under src/, or null for what stands beside the folders (the program itself, which may import all). */
const layerOf = (file: string): string | null => (file.includes(sep) ? (file.split(sep)[0] as string) : null)

test('looks at the whole of src', () => {
  expect(files.length).toBeGreaterThan(100)
  expect([...graph.values()].reduce((sum, { local }) => sum + local.length, 0)).toBeGreaterThan(300)
})

test('finds every form of import', () => {
  const text = `
import { a } from './a.ts'
import type {
  B,
} from "./b.ts"
export * from './c.ts'
import './d.ts'
/* import x from './comment.ts' */
const e = import('./e.ts')
type F = import('./f.ts').F`
  expect(importsOf(text)).toEqual(['./a.ts', './b.ts', './c.ts', './d.ts', './e.ts', './f.ts'])
  expect(valueImportsOf(text)).toEqual(['./a.ts', './c.ts', './d.ts', './e.ts', './f.ts'])
})

test('every folder has its place in the table', () => {
  const layers = new Set(files.map(layerOf).filter((layer) => layer !== null))
  expect([...layers].filter((layer) => !(layer in MAY_IMPORT))).toEqual([])
})

test('layers import only what is below them', () => {
  const violations: string[] = []
  for (const [file, { local }] of graph) {
    const layer = layerOf(file)
    if (layer === null) continue
    for (const target of local) {
      const other = layerOf(target)
      if (other !== layer && (other === null || MAY_IMPORT[layer]?.has(other) !== true)) {
        violations.push(`${file} imports ${target}`)
      }
    }
  }
  expect(violations).toEqual([])
})

test('imports lead to files', () => {
  const missing = [...graph].flatMap(([file, { local }]) =>
    local.filter((target) => !graph.has(target)).map((target) => `${file} imports ${target}`),
  )
  expect(missing).toEqual([])
})

test('no import cycles at run time', () => {
  const done = new Set<string>()
  const cycles: string[] = []
  const visit = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file)
    if (at >= 0) cycles.push([...path.slice(at), file].join(' -> '))
    if (at >= 0 || done.has(file)) return
    for (const target of graph.get(file)?.values ?? []) visit(target, [...path, file])
    done.add(file)
  }
  for (const file of files) visit(file, [])
  expect(cycles).toEqual([])
})

test('Apache Arrow stays where columns are stored', () => {
  const users = [...graph].filter(([, { packages }]) => packages.some((name) => name.startsWith('apache-arrow')))
  expect(users.map(([file]) => file).filter((file) => !ARROW_USERS.some((place) => file.startsWith(place)))).toEqual([])
})

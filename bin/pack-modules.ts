/**
 * Packs the modules that a program imports (see `module-pack.ts`). Types are erased as Node erases them; imports and
 * exports become reads and writes of objects. That takes no parser, because each import and export of the sources has
 * one of a few forms, and no imports form a cycle. A source with any other form is refused: then there is no pack.
 *
 * As a worker thread this packs what its data names, so that a server need not stand still meanwhile.
 */
import { readFileSync, statSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { join, posix } from 'node:path'
import { compileFunction } from 'node:vm'
import { isMainThread, workerData } from 'node:worker_threads'
import { type Module, writePack } from './module-pack.ts'

const IMPORT = /^import +(?:\{([^}]*)\}|\* as ([\w$]+)) +from '([^']+)'/gm
const REEXPORT = /^export +\{([^}]*)\} +from '([^']+)'/gm
const EXPORT = /^export +((?:const|class|(?:async )?function\*?) +([\w$]+))/gm
const DYNAMIC_IMPORT = /(?<![\w$.])import\('(\.[^']+)'\)/g
/** What is left of imports and exports in any other form. */
const UNKNOWN = /^(?:import|export)\b|\bimport\.|(?<![\w$.])import\(/m
const AWAIT = /^(?:await|(?:const|let) .*= await)\b/m

/** The names of `a, b as c`, each as [a, a], [b, c]. */
const namesIn = (list: string): (readonly [name: string, as: string])[] =>
  list.split(',').flatMap((item) => {
    const [name = '', as = name] = item.trim().split(/\s+as\s+/)
    return name === '' ? [] : [[name, as] as const]
  })

/** The line breaks of a text: lines keep their numbers. */
const breaksOf = (text: string): string => text.replace(/[^\n]/g, '')

interface FunctionText extends Pick<Module, 'text' | 'isAsync' | 'imports'> {
  /** Modules of the project that are loaded when the module asks for them. */
  readonly loads: readonly string[]
}

/** A module's code as that of a function. */
export const asFunction = (path: string, code: string): FunctionText => {
  const imports: string[] = []
  const loads: string[] = []
  const exported: string[] = []
  const resolved = (specifier: string): string => posix.join(posix.dirname(path), specifier)
  const importOf = (specifier: string): string => {
    if (!specifier.startsWith('.')) return `$import('${specifier}')`
    const name = resolved(specifier)
    imports.push(name)
    return `$import('${name}')`
  }
  const body = code
    .replace(IMPORT, (statement: string, list: string | undefined, namespace: string | undefined, from: string) => {
      if (list === undefined) return `const ${namespace} = ${importOf(from)}`
      const names = namesIn(list).map(([name, as]) => (name === as ? name : `${name}: ${as}`))
      return `const { ${names.join(', ')} } = ${importOf(from)}${breaksOf(statement)}`
    })
    .replace(REEXPORT, (statement: string, list: string, from: string) => {
      const source = importOf(from)
      for (const [name, as] of namesIn(list)) exported.push(`${as}: ${source}.${name}`)
      return breaksOf(statement)
    })
    .replace(EXPORT, (_, declaration: string, name: string) => {
      exported.push(name)
      return declaration
    })
    .replace(DYNAMIC_IMPORT, (_, specifier: string) => {
      loads.push(resolved(specifier))
      return `$load('${resolved(specifier)}')`
    })
    .replaceAll('import.meta.url', '$meta.url')
  if (UNKNOWN.test(body)) throw new Error(`${path} has an import or export of an unknown form`)
  const isAsync = AWAIT.test(body)
  const head = `(${isAsync ? 'async ' : ''}function ($import, $load, $meta) { 'use strict'; `
  return { text: `${head}${body}\nreturn { ${exported.join(', ')} } })`, isAsync, imports, loads }
}

/** The modules of a program. Throws where a source has an unknown form, or what became of it is no function. */
export const packModules = (root: string, program: string): Module[] => {
  const modules = new Map<string, Module>()
  const visit = (path: string): void => {
    if (modules.has(path)) return
    const file = join(root, path)
    const { mtimeMs: modified, size } = statSync(file)
    const { loads, ...module } = asFunction(path, stripTypeScriptTypes(readFileSync(file, 'utf8')))
    compileFunction(`return ${module.text}`, [], { filename: file })
    modules.set(path, { path, modified, size, ...module })
    for (const name of [...module.imports, ...loads]) visit(name)
  }
  visit(program)
  return [...modules.values()]
}

if (!isMainThread) {
  const { file, root, program } = workerData as { file: string; root: string; program: string }
  writePack(file, packModules(root, program))
}

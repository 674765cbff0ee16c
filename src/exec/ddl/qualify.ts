/** Makes stored parse trees independent of the search path: every table gets its schema's name. */
import type { ParseTree } from '../../catalog/objects.ts'
import type { DefinitionContext } from './context.ts'

type Json = Record<string, unknown>

export const qualifyTables = (context: DefinitionContext, tree: ParseTree): ParseTree => {
  const ctes = new Set<string>()
  walk(tree, (tag, body) => {
    if (tag === 'CommonTableExpr') ctes.add(body['ctename'] as string)
  })
  const { snapshot } = context.catalog
  const copy = structuredClone(tree) as Json
  walk(copy, (tag, body) => {
    if (tag !== 'RangeVar' || body['schemaname'] !== undefined) return
    const name = body['relname'] as string
    if (ctes.has(name)) return
    const found = snapshot.findRelation(name, context.searchPath)
    if (found !== null) body['schemaname'] = snapshot.schema(found.schema)?.name
  })
  return copy
}

const walk = (value: unknown, visit: (tag: string, body: Json) => void): void => {
  if (Array.isArray(value)) {
    for (const item of value) walk(item, visit)
    return
  }
  if (typeof value !== 'object' || value === null) return
  for (const [key, child] of Object.entries(value)) {
    if (typeof child === 'object' && child !== null && !Array.isArray(child)) visit(key, child as Json)
    walk(child, visit)
  }
}

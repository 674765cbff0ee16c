/** DROP of kinds of objects that cannot be made here: there are none, and IF EXISTS skips them. */
import { namedRelation } from '../../analyze/from.ts'
import { resolveTypeName } from '../../analyze/type-name.ts'
import { missingObject } from '../../errors/raise/definitions.ts'
import { SqlError } from '../../errors/sql-error.ts'
import { SQL_STATE } from '../../errors/sql-state.ts'
import { bodyOf, type DropStmt, listItems, type Node, namesOf, type TypeName } from '../../sql/ast.ts'
import { formatType } from '../../types/index.ts'
import { type DefinitionContext, noticeOf } from './context.ts'
import { methodOf } from './index-methods.ts'

/** What messages call a kind, and command tags where that is different. */
const WORDS: Readonly<Record<string, readonly [word: string, tag?: string]>> = {
  OBJECT_TSPARSER: ['text search parser'],
  OBJECT_TSDICTIONARY: ['text search dictionary'],
  OBJECT_TSTEMPLATE: ['text search template'],
  OBJECT_TSCONFIGURATION: ['text search configuration'],
  OBJECT_FDW: ['foreign-data wrapper', 'FOREIGN DATA WRAPPER'],
  OBJECT_FOREIGN_SERVER: ['server'],
  OBJECT_STATISTIC_EXT: ['statistics object', 'STATISTICS'],
  OBJECT_OPCLASS: ['operator class'],
  OBJECT_OPFAMILY: ['operator family'],
}

const wordOf = (type: string): string =>
  WORDS[type]?.[0] ?? type.replace('OBJECT_', '').replaceAll('_', ' ').toLowerCase()

const partsOf = (item: Node): string[] => {
  const name = bodyOf(item, 'String')?.sval
  if (name !== undefined) return [name]
  const named = bodyOf(item, 'TypeName')?.names ?? bodyOf(item, 'ObjectWithArgs')?.objname
  return namesOf(named ?? listItems(item))
}

const typeText = (context: DefinitionContext, node: Node | undefined): string => {
  const scope = { catalog: context.catalog.snapshot, searchPath: context.searchPath }
  return formatType(resolveTypeName(scope, bodyOf(node as Node, 'TypeName') as TypeName).type, -1)
}

/** What is said of an object that is not there. Throws where not even that can be said. */
const missing = (context: DefinitionContext, type: string, item: Node, skips: boolean): SqlError => {
  const parts = partsOf(item)
  const { snapshot } = context.catalog
  switch (type) {
    case 'OBJECT_CAST': {
      const [from, to] = listItems(item)
      return missingObject(`cast from type ${typeText(context, from)} to type ${typeText(context, to)} does not exist`)
    }
    case 'OBJECT_TRANSFORM': {
      const [of, language] = listItems(item)
      const name = bodyOf(language as Node, 'String')?.sval ?? ''
      return missingObject(`transform for type ${typeText(context, of)} language "${name}" does not exist`)
    }
    case 'OBJECT_OPCLASS':
    case 'OBJECT_OPFAMILY': {
      const [method = '', ...name] = parts
      methodOf(method)
      if (skips && name.length > 1 && snapshot.schemaByName(name[0] as string) === null) return noSchema(name[0] ?? '')
      return missingObject(`${wordOf(type)} "${name.join('.')}" does not exist for access method "${method}"`)
    }
    case 'OBJECT_OPERATOR': {
      const name = parts.join('.')
      if (skips) return missingObject(`operator ${name} does not exist`)
      const [left, right] = bodyOf(item, 'ObjectWithArgs')?.objargs ?? []
      const shown = [left, right].map((node) =>
        node === undefined || !('TypeName' in node) ? '' : typeText(context, node),
      )
      return missingObject(
        `operator does not exist: ${shown[0]} ${name} ${shown[1]}`.replaceAll('  ', ' '),
        SQL_STATE.undefined_function,
      )
    }
    case 'OBJECT_RULE':
    case 'OBJECT_TRIGGER': {
      const [name, table = '', schema] = parts.toReversed()
      const range = { relname: table, ...(schema === undefined ? {} : { schemaname: schema }) }
      const scope = { catalog: snapshot, searchPath: context.searchPath }
      const relation = skipped(() => namedRelation(scope, range), skips)
      if (relation instanceof SqlError) return relation
      const of = type === 'OBJECT_RULE' ? 'relation' : 'table'
      return missingObject(`${wordOf(type)} "${name}" for ${of} "${relation.name}" does not exist`)
    }
    default:
      if (skips && parts.length > 1 && snapshot.schemaByName(parts[0] as string) === null)
        return noSchema(parts[0] ?? '')
      return missingObject(`${wordOf(type)} "${parts.join('.')}" does not exist`)
  }
}

const noSchema = (name: string): SqlError => missingObject(`schema "${name}" does not exist`)

/** The error of what fails, where that is skipped. */
const skipped = <T>(find: () => T, skips: boolean): T | SqlError => {
  try {
    return find()
  } catch (error) {
    if (!skips || !(error instanceof SqlError)) throw error
    return error
  }
}

export const dropMissing = (context: DefinitionContext, node: DropStmt): string => {
  const type = node.removeType ?? ''
  const skips = node.missing_ok ?? false
  for (const item of node.objects ?? []) {
    const error = missing(context, type, item, skips)
    if (!skips) throw error
    noticeOf(context, `${error.message}, skipping`)
  }
  return `DROP ${WORDS[type]?.[1] ?? wordOf(type).toUpperCase()}`
}

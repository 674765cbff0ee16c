/** DROP: what depends on an object goes with it (CASCADE) or stops it (RESTRICT). */
import { dropPolicies } from './policies.ts'
import { findCollation } from '../../catalog/collations.ts'
import type { CatalogObject, RelationObject } from '../../catalog/objects.ts'
import { type CatalogSnapshot, FIRST_NORMAL_OID } from '../../catalog/snapshot.ts'
import {
  dependentObjects,
  dependentObjectsOfSeveral,
  notConcurrently,
  notOfKind,
  notSupported,
  requiredBy,
  requiredBySystem,
  systemCatalogProtected,
  undefinedNamed,
} from '../../errors/raise/definitions.ts'
import { undefinedCollation } from '../../errors/raise/collations.ts'
import { quoteIdentifier } from '../../functions/keywords.ts'
import { SqlError } from '../../errors/sql-error.ts'
import { bodyOf, type DropStmt, listItems, type Node, namesOf, tagOf } from '../../sql/ast.ts'
import { type DefinitionContext, noticeOf, PG_NAMESPACE } from './context.ts'
import {
  describeRoutine,
  findRoutine,
  missingRoutine,
  ROUTINE_WORDS,
  type RoutineWord,
  requireRoutine,
} from './find-function.ts'
import { requireDropper } from './permissions.ts'
import { KIND_NAMES } from '../../catalog/describe-object.ts'
import { dropMissing } from './drop-missing.ts'
import { arrayMark, closure, describeDoomed, describeObject } from './dependents.ts'
import { forgetColumn, forgetDefault } from './forget-column.ts'

/** Removes objects and what hangs on them. `attnum` limits the dependents to those of one column. */
export const dropObjects = async (
  context: DefinitionContext,
  roots: readonly CatalogObject[],
  cascade: boolean,
  attnum = 0,
): Promise<void> => {
  const { snapshot } = context.catalog
  const doomed = closure(snapshot, roots, attnum)
  const hard = doomed.filter((d) => d.hard)
  if (hard.length > 0 && !cascade) {
    const detail = hard
      .map((d) => {
        const because = d.because as CatalogObject
        const column = roots.includes(because) ? attnum : 0
        return `${describeDoomed(context, d)} depends on ${describeObject(context, because, column)}${arrayMark(d)}`
      })
      .join('\n')
    throw roots.length === 1
      ? dependentObjects(describeObject(context, roots[0] as CatalogObject, attnum), detail)
      : dependentObjectsOfSeveral(detail)
  }
  if (hard.length > 0)
    cascadeNotice(
      context,
      hard.map((d) => describeDoomed(context, d)),
    )
  for (const { object, attnum: column, isDefault } of doomed) {
    if (column !== 0) {
      if (context.catalog.snapshot.relation(object.oid) === null) continue
      await context.lock(object.oid, 'accessExclusive')
      ;(isDefault ? forgetDefault : forgetColumn)(context, object.oid, column)
    } else if (attnum === 0 || !roots.includes(object)) await removeObject(context, object)
  }
}

const cascadeNotice = (context: DefinitionContext, names: readonly string[]): void => {
  if (names.length === 1) noticeOf(context, `drop cascades to ${names[0]}`)
  else
    noticeOf(
      context,
      `drop cascades to ${names.length} other objects`,
      names.map((n) => `drop cascades to ${n}`).join('\n'),
    )
}

const removeObject = async (context: DefinitionContext, object: CatalogObject): Promise<void> => {
  const { catalog, storage, transaction, indexes } = context
  if (object.class === 'relation') {
    if (object.index === null) await context.lock(object.oid, 'accessExclusive')
    if (object.kind === 'S') storage.sequences.drop(transaction, object.storageId)
    else if (object.storageId !== 0) storage.dropStore(transaction, object.storageId)
    const table = object.index === null ? null : catalog.snapshot.relation(object.index.table)
    if (object.index !== null && table !== null && object.kind === 'i') {
      await context.lock(table.oid, 'accessExclusive')
      transaction.onCommit(() => indexes.forget(object.oid, table.storageId))
    }
    if (object.kind === 'r') {
      for (const index of catalog.snapshot.indexesOf(object.oid)) {
        transaction.onCommit(() => indexes.forget(index.oid, object.storageId))
      }
    }
  }
  catalog.remove(object.oid)
}

const DROPPED: Readonly<Record<string, { kind: string; relation?: RelationObject['kind'] }>> = {
  OBJECT_TABLE: { kind: 'table', relation: 'r' },
  OBJECT_VIEW: { kind: 'view', relation: 'v' },
  OBJECT_MATVIEW: { kind: 'materialized view', relation: 'm' },
  OBJECT_INDEX: { kind: 'index', relation: 'i' },
  OBJECT_SEQUENCE: { kind: 'sequence', relation: 'S' },
  OBJECT_SCHEMA: { kind: 'schema' },
  OBJECT_TYPE: { kind: 'type' },
  OBJECT_DOMAIN: { kind: 'domain' },
  OBJECT_COLLATION: { kind: 'collation' },
}

export const dropStatement = async (context: DefinitionContext, node: DropStmt): Promise<string> => {
  const word = ROUTINE_WORDS[node.removeType ?? '']
  if (word !== undefined) return dropRoutines(context, node, word)
  if (node.removeType === 'OBJECT_POLICY') return dropPolicies(context, node)
  const described = DROPPED[node.removeType ?? '']
  if (described === undefined) {
    return dropMissing(context, node)
  }
  const roots: CatalogObject[] = []
  for (const item of node.objects ?? []) {
    const found = await findLocked(context, item, described)
    if (found === null) {
      const name = objectName(item)
      const missing = described.kind === 'domain' ? 'type' : described.kind
      if (!node.missing_ok) throw missing === 'collation' ? undefinedCollation(name) : undefinedNamed(missing, name)
      noticeOf(context, `${missing} "${name}" does not exist, skipping`)
      continue
    }
    requireDropper(context, found)
    refuseProtected(context, found, described.kind)
    roots.push(found)
  }
  if (roots.length > 0) await dropObjects(context, roots, node.behavior === 'DROP_CASCADE')
  return `DROP ${described.kind.toUpperCase()}`
}

const dropRoutines = async (context: DefinitionContext, node: DropStmt, word: RoutineWord): Promise<string> => {
  const roots: CatalogObject[] = []
  for (const item of node.objects ?? []) {
    if (!node.missing_ok) {
      roots.push(requireRoutine(context, item, word))
      continue
    }
    const found = skipMissingType(context, () => findRoutine(context, item, word))
    if (found === null)
      noticeOf(context, `${word === 'routine' ? 'routine' : word} ${missingRoutine(item)} does not exist, skipping`)
    else if (found !== undefined) roots.push(found)
  }
  for (const root of roots) {
    requireDropper(context, root)
    refuseProtected(context, root, word)
  }
  if (roots.length > 0) await dropObjects(context, roots, node.behavior === 'DROP_CASCADE')
  return `DROP ${word.toUpperCase()}`
}

/** IF EXISTS also skips what is named by types or schemas that do not exist. */
const skipMissingType = <T>(context: DefinitionContext, find: () => T): T | undefined => {
  try {
    return find()
  } catch (error) {
    if (!(error instanceof SqlError) || !/^(type|schema) ".*" does not exist$/.test(error.message)) throw error
    noticeOf(context, `${error.message}, skipping`)
    return undefined
  }
}

/** The object that an item names, locked before anybody looks at what depends on it. */
const findLocked = async (
  context: DefinitionContext,
  item: Node,
  described: { kind: string; relation?: RelationObject['kind'] },
): Promise<CatalogObject | null> => {
  for (let found = findObject(context, item, described); ; ) {
    if (found === null || found.oid < FIRST_NORMAL_OID) return found
    if (found.class === 'schema') await context.lockObject(PG_NAMESPACE, found.oid, 'accessExclusive')
    else if (found.class === 'relation') {
      if (found.index !== null) await context.lock(found.index.table, 'accessExclusive')
      await context.lock(found.oid, 'accessExclusive')
    }
    const again = findObject(context, item, described)
    if (again?.oid === found.oid) return again
    found = again
  }
}

/** The index that DROP INDEX CONCURRENTLY names; null: it is not there and need not be. */
export const concurrentlyDropped = (context: DefinitionContext, node: DropStmt): RelationObject | null => {
  const [item, ...others] = node.objects ?? []
  if (others.length > 0) throw notSupported('DROP INDEX CONCURRENTLY does not support dropping multiple objects')
  if (node.behavior === 'DROP_CASCADE') throw notSupported('DROP INDEX CONCURRENTLY does not support CASCADE')
  const found = findObject(context, item as Node, { kind: 'index', relation: 'i' }) as RelationObject | null
  if (found === null) {
    const name = objectName(item as Node)
    if (!node.missing_ok) throw undefinedNamed('index', name)
    noticeOf(context, `index "${name}" does not exist, skipping`)
    return null
  }
  requireDropper(context, found)
  if (found.kind === 'I') throw notConcurrently('drop partitioned index', found.name)
  refuseProtected(context, found, 'index')
  const [dependent] = closure(context.catalog.snapshot, [found], 0).filter(({ hard }) => hard)
  if (dependent !== undefined) {
    const index = describeObject(context, found)
    throw dependentObjects(index, `${describeDoomed(context, dependent)} depends on ${index}`)
  }
  return found
}

const nameParts = (item: Node): string[] => {
  if (tagOf(item) === 'String') return [bodyOf(item, 'String')?.sval ?? '']
  const type = bodyOf(item, 'TypeName')
  if (type !== undefined) return namesOf(type.names)
  const withArgs = bodyOf(item, 'ObjectWithArgs')
  if (withArgs !== undefined) return namesOf(withArgs.objname)
  return namesOf(listItems(item))
}

const objectName = (item: Node): string => nameParts(item).join('.')

const findObject = (
  context: DefinitionContext,
  item: Node,
  { kind, relation }: { kind: string; relation?: RelationObject['kind'] },
): CatalogObject | null => {
  const { snapshot } = context.catalog
  const parts = nameParts(item)
  const name = parts.at(-1) as string
  if (kind === 'schema') return snapshot.schemaByName(name)
  const path = parts.length > 1 ? schemaPath(snapshot, parts.at(-2) as string) : context.searchPath
  if (kind === 'collation') {
    const collation = findCollation(snapshot, name, path)
    if (collation !== null && collation.oid < FIRST_NORMAL_OID) {
      throw requiredBySystem(`collation ${quoteIdentifier(name)}`)
    }
    return collation === null ? null : snapshot.collation(collation.oid)
  }
  if (kind === 'type' || kind === 'domain') {
    const type = snapshot.findType(name, path)
    if (type === null) return null
    if (kind === 'domain' && type.kind !== 'd') throw notOfKind(name, 'domain')
    return snapshot.typeObject(type.oid)
  }
  const found = snapshot.findRelation(name, path)
  if (found !== null && KIND_NAMES[found.kind] !== KIND_NAMES[relation as RelationObject['kind']]) {
    throw notOfKind(
      name,
      kind,
      `Use DROP ${(KIND_NAMES[found.kind]).toUpperCase()} to remove ${/^[aeiou]/.test(KIND_NAMES[found.kind]) ? 'an' : 'a'} ${KIND_NAMES[found.kind]}.`,
    )
  }
  return found
}

const schemaPath = (snapshot: CatalogSnapshot, name: string): number[] => {
  const schema = snapshot.schemaByName(name)
  return schema === null ? [] : [schema.oid]
}

const describeProtected = (context: DefinitionContext, object: CatalogObject, kind: string): string =>
  object.class === 'function' ? describeRoutine(context, object) : `${kind} ${object.name}`

/** System objects stay; an index behind a constraint and a sequence behind an identity go with their owners only. */
const refuseProtected = (context: DefinitionContext, object: CatalogObject, kind: string): void => {
  if (object.oid < 16384 && object.oid !== 2200) throw systemCatalogProtected(object.name)
  if (object.class === 'relation' && object.index !== null && object.inherits !== undefined) {
    const parent = context.catalog.snapshot.relation(object.inherits[0] ?? 0)
    if (parent !== null) {
      const description = describeObject(context, parent)
      throw requiredBy(`${kind} ${object.name}`, description, `You can drop ${description} instead.`)
    }
  }
  const internal = object.depends.find((d) => d.kind === 'internal')
  if (internal === undefined) return
  const owner = context.catalog.snapshot.objects.get(internal.oid)
  if (owner === undefined || (owner.class === 'relation' && owner.kind === 'c')) return
  const description = describeObject(context, owner, internal.attnum)
  throw requiredBy(describeProtected(context, object, kind), description, `You can drop ${description} instead.`)
}

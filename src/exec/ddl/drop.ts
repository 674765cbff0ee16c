/** DROP: what depends on an object goes with it (CASCADE) or stops it (RESTRICT). */
import { findCollation } from '../../catalog/collations.ts'
import { ancestorsOf } from '../../catalog/inheritance.ts'
import type { CatalogObject, RelationObject } from '../../catalog/objects.ts'
import { type CatalogSnapshot, FIRST_NORMAL_OID } from '../../catalog/snapshot.ts'
import {
  dependentObjects,
  dependentObjectsOfSeveral,
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
import { forgetColumn } from './forget-column.ts'

const KIND_NAMES: Readonly<Record<RelationObject['kind'], string>> = {
  r: 'table',
  p: 'table',
  I: 'index',
  v: 'view',
  i: 'index',
  S: 'sequence',
  c: 'composite type',
  m: 'materialized view',
}

/** `table t`, `constraint c on table t`: how messages name an object. */
export const describeObject = (context: DefinitionContext, object: CatalogObject, attnum = 0): string => {
  const { snapshot } = context.catalog
  if (attnum !== 0 && object.class === 'relation') {
    return `column ${object.columns[attnum - 1]?.name ?? ''} of ${describeObject(context, object)}`
  }
  switch (object.class) {
    case 'relation': {
      const visible = snapshot.findRelation(object.name, context.searchPath)?.oid === object.oid
      const name = visible ? object.name : `${snapshot.schema(object.schema)?.name ?? ''}.${object.name}`
      return `${KIND_NAMES[object.kind]} ${name}`
    }
    case 'constraint':
      if (object.domain !== undefined) {
        return `constraint ${object.name} on domain ${snapshot.typeObject(object.domain)?.name ?? ''}`
      }
      return `constraint ${object.name} on table ${snapshot.relation(object.table)?.name ?? ''}`
    case 'function':
      return describeRoutine(context, object)
    case 'collation': {
      const isVisible = findCollation(snapshot, object.name, context.searchPath)?.oid === object.oid
      const schema = isVisible ? '' : `${quoteIdentifier(snapshot.schema(object.schema)?.name ?? '')}.`
      return `collation ${schema}${quoteIdentifier(object.name)}`
    }
    case 'policy':
      return `policy ${object.name} on ${describeObject(context, snapshot.relation(object.table) as RelationObject)}`
    case 'default privileges': {
      const of = { r: 'relations', S: 'sequences', f: 'functions', T: 'types', n: 'schemas' }[object.kind]
      const schema = object.schema === 0 ? '' : ` in schema ${snapshot.schema(object.schema)?.name ?? ''}`
      return `default privileges on new ${of} belonging to role ${snapshot.role(object.owner)?.name ?? ''}${schema}`
    }
    default:
      return `${object.class} ${object.name}`
  }
}

interface Doomed {
  readonly object: CatalogObject
  /** Number of the column that goes, 0 when the object does. */
  readonly attnum: number
  /** What it depends on; null for the objects that were named. */
  readonly because: CatalogObject | null
  readonly hard: boolean
}

/** Relations with columns of a type or of arrays over it, or under a collation, by the oid of either; number 0 when all of one goes. */
const columnsOfTypes = (
  snapshot: CatalogSnapshot,
): ReadonlyMap<number, { relation: RelationObject; attnum: number }[]> => {
  const found = new Map<number, { relation: RelationObject; attnum: number }[]>()
  for (const relation of snapshot.all('relation')) {
    const whole = !COLUMN_KINDS.has(relation.kind)
    for (const { type, attnum: number, dropped } of relation.columns) {
      const attnum = whole ? 0 : number
      const { oid } = type.category === 'A' && type.element !== null ? type.element : type
      for (const needed of [oid, type.collated?.oid ?? 0]) {
        if (dropped || needed < FIRST_NORMAL_OID) continue
        const list = found.get(needed)
        if (list === undefined) found.set(needed, [{ relation, attnum }])
        else list.push({ relation, attnum })
      }
    }
  }
  return found
}

/** Kinds of relations whose columns go when their types do; the others go themselves. */
const COLUMN_KINDS: ReadonlySet<RelationObject['kind']> = new Set(['r', 'p', 'c', 'm'])

/** Objects that state a dependency on each object, and those that are in each schema. */
const dependentsOf = (snapshot: CatalogSnapshot): ReadonlyMap<number, CatalogObject[]> => {
  const dependents = new Map<number, CatalogObject[]>()
  for (const object of snapshot.objects.values()) {
    const on = new Set(object.depends.map((d) => d.oid))
    if ('schema' in object) on.add(object.schema)
    for (const oid of on) {
      const list = dependents.get(oid)
      if (list === undefined) dependents.set(oid, [object])
      else list.push(object)
    }
  }
  for (const list of dependents.values()) list.sort((a, b) => b.oid - a.oid)
  return dependents
}

/** Everything that goes when the objects go, in the order in which messages list it. */
const closure = (snapshot: CatalogSnapshot, roots: readonly CatalogObject[], attnum: number): Doomed[] => {
  const dependents = dependentsOf(snapshot)
  const ofTypes = columnsOfTypes(snapshot)
  const doomed = new Map<number | string, Doomed>(
    roots.map((object) => [object.oid, { object, attnum: 0, because: null, hard: false }]),
  )
  // Younger objects are looked at first, and what depends on an object comes before it; then all is turned around.
  const ordered: (number | string)[] = []
  /** Foreign keys to a table that loses keys when the object goes, which is a partition of it. */
  const referencingPartition = (object: CatalogObject): CatalogObject[] => {
    if (object.class !== 'relation' || object.partition === undefined) return []
    return ancestorsOf(snapshot, object)
      .filter(({ oid }) => !doomed.has(oid))
      .flatMap(({ oid }) => snapshot.foreignKeysTo(oid).filter(({ parent }) => parent === undefined))
  }
  const visit = (object: CatalogObject, column: number): void => {
    const own = object.class === 'type' ? snapshot.relation(object.type.relation) : null
    if (own?.kind === 'c' && !doomed.has(own.oid)) {
      doomed.set(own.oid, { object: own, attnum: 0, because: object, hard: false })
      visit(own, 0)
    }
    const carriers = object.class === 'type' || object.class === 'collation' ? (ofTypes.get(object.oid) ?? []) : []
    const found = [
      ...carriers.map(({ relation, attnum: number }) => ({ other: relation as CatalogObject, number, carrier: true })),
      ...referencingPartition(object).map((other) => ({ other, number: 0, carrier: true })),
      ...(dependents.get(object.oid) ?? []).map((other) => ({ other, number: 0, carrier: false })),
    ]
    for (const { other, number, carrier } of found.toSorted(
      (a, b) => b.other.oid - a.other.oid || a.number - b.number,
    )) {
      if (doomed.has(other.oid)) continue
      if (number !== 0) {
        const key = `${other.oid}.${number}`
        if (doomed.has(key)) continue
        doomed.set(key, { object: other, attnum: number, because: object, hard: true })
        visit(other, number)
        ordered[ordered.length - 1] = key
        continue
      }
      const dependency = carrier ? 'normal' : dependsOn(other, object, column)
      if (dependency === null) continue
      doomed.set(other.oid, { object: other, attnum: 0, because: object, hard: dependency === 'normal' })
      visit(other, 0)
    }
    ordered.push(object.oid)
  }
  for (const object of roots) visit(object, attnum)
  // What goes with one of the objects goes, whatever else it depends on.
  const goesAlong = ({ object, attnum: column }: Doomed): boolean =>
    column !== 0
      ? doomed.has(object.oid)
      : object.depends.some(({ oid, kind }) => kind !== 'normal' && doomed.has(oid) && oid !== object.oid)
  return ordered.toReversed().map((key) => {
    const d = doomed.get(key) as Doomed
    return d.hard && goesAlong(d) ? { ...d, hard: false } : d
  })
}

const dependsOn = (other: CatalogObject, object: CatalogObject, attnum: number): 'normal' | 'auto' | null => {
  let found: 'normal' | 'auto' | null = null
  for (const dependency of other.depends) {
    if (dependency.oid !== object.oid || (attnum !== 0 && dependency.attnum !== attnum)) continue
    if (dependency.kind === 'normal') return 'normal'
    found = 'auto'
  }
  if (found === null && attnum === 0 && 'schema' in other && object.class === 'schema' && other.schema === object.oid) {
    return other.class === 'relation' && other.kind !== 'i' ? 'normal' : 'auto'
  }
  return found
}

/** A column of arrays needs the array type. */
const arrayMark = ({ object, attnum, because }: Doomed): string => {
  const type = attnum !== 0 && object.class === 'relation' ? object.columns[attnum - 1]?.type : undefined
  return type !== undefined && because?.class === 'type' && type.oid === because.arrayType.oid ? '[]' : ''
}

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
        return `${describeObject(context, d.object, d.attnum)} depends on ${describeObject(context, because, column)}${arrayMark(d)}`
      })
      .join('\n')
    throw roots.length === 1
      ? dependentObjects(describeObject(context, roots[0] as CatalogObject, attnum), detail)
      : dependentObjectsOfSeveral(detail)
  }
  if (hard.length > 0)
    cascadeNotice(
      context,
      hard.map((d) => describeObject(context, d.object, d.attnum)),
    )
  for (const { object, attnum: column } of doomed) {
    if (column !== 0) {
      if (context.catalog.snapshot.relation(object.oid) === null) continue
      await context.lock(object.oid, 'accessExclusive')
      forgetColumn(context, object.oid, column)
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
  const described = DROPPED[node.removeType ?? '']
  if (described === undefined) {
    return dropUnknown(context, node)
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
  refuseProtected(context, found, 'index')
  const [dependent] = closure(context.catalog.snapshot, [found], 0).filter(({ hard }) => hard)
  if (dependent !== undefined) {
    const index = describeObject(context, found)
    throw dependentObjects(index, `${describeObject(context, dependent.object)} depends on ${index}`)
  }
  return found
}

/** Objects that cannot be made here cannot exist: IF EXISTS skips them. */
const dropUnknown = (context: DefinitionContext, node: DropStmt): string => {
  const kind = (node.removeType ?? '').replace('OBJECT_', '').replaceAll('_', ' ')
  const name = objectName((node.objects ?? [])[0] as Node)
  if (!node.missing_ok) throw undefinedNamed(kind.toLowerCase(), name)
  noticeOf(context, `${kind.toLowerCase()} "${name}" does not exist, skipping`)
  return `DROP ${kind}`
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
  const description = describeObject(context, owner)
  throw requiredBy(describeProtected(context, object, kind), description, `You can drop ${description} instead.`)
}

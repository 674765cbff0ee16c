/** What hangs on objects: the order in which it goes with them, and how messages name it. */
import { describeInWords } from '../../catalog/describe-object.ts'
import { ancestorsOf } from '../../catalog/inheritance.ts'
import { boundColumns } from '../../analyze/stored-trees.ts'
import type { CatalogObject, Dependency, RelationObject } from '../../catalog/objects.ts'
import { type CatalogSnapshot, FIRST_NORMAL_OID } from '../../catalog/snapshot.ts'
import type { DefinitionContext } from './context.ts'

/** How messages name an object, or a column of it. */
export const describeObject = (
  { catalog, searchPath }: Pick<DefinitionContext, 'catalog' | 'searchPath'>,
  object: CatalogObject,
  attnum = 0,
): string => describeInWords(catalog.snapshot, searchPath, object, attnum)

export interface Doomed {
  readonly object: CatalogObject
  /** Number of the column that goes, 0 when the object does. */
  readonly attnum: number
  /** Just the column's default goes. */
  readonly isDefault?: true
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

/** An expression of a column that needs an object, or a column of one. */
interface User {
  readonly relation: RelationObject
  readonly attnum: number
  readonly use: Dependency
  readonly isDefault: boolean
}

const columnUse = (oid: number, attnum: number): Dependency => ({ oid, attnum, kind: 'normal' })

/** Defaults and generated columns by what they need: a default goes alone, a generated column as a whole. */
const usersOf = (snapshot: CatalogSnapshot): ReadonlyMap<number, User[]> => {
  const found = new Map<number, User[]>()
  for (const relation of snapshot.all('relation')) {
    for (const { attnum, dropped, generated, default: expression, uses = [] } of relation.columns) {
      if (dropped || expression === null) continue
      const own = generated ? [...boundColumns(expression)].map((number) => columnUse(relation.oid, number)) : []
      for (const use of [...uses, ...own]) {
        const user: User = { relation, attnum, use, isDefault: !generated }
        const list = found.get(use.oid)
        if (list === undefined) found.set(use.oid, [user])
        else list.push(user)
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
export const closure = (snapshot: CatalogSnapshot, roots: readonly CatalogObject[], attnum: number): Doomed[] => {
  const dependents = dependentsOf(snapshot)
  const ofTypes = columnsOfTypes(snapshot)
  const users = usersOf(snapshot)
  const doomed = new Map<number | string, Doomed>(
    roots.map((object) => [object.oid, { object, attnum: 0, because: null, hard: false }]),
  )
  // Younger objects are looked at first, and what depends on an object comes before it; then all is turned around.
  const ordered: (number | string)[] = []
  const rootOids = new Set(roots.map(({ oid }) => oid))
  /** A type of CREATE TYPE … AS, whose relation goes with it and not the other way round. */
  const isComposite = (object: CatalogObject): boolean =>
    object.class === 'type' && snapshot.relation(object.type.relation)?.kind === 'c'
  /** Whether an object goes, and not just a column of it. */
  const isPart = (oid: number): boolean => attnum !== 0 && rootOids.has(oid)
  const goesWhole = ({ oid }: CatalogObject): boolean => doomed.has(oid) && !isPart(oid)
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
    const using = (users.get(object.oid) ?? []).filter(
      ({ use, relation, attnum: own }) =>
        (column === 0 || use.attnum === column) && !(rootOids.has(relation.oid) && (attnum === 0 || own === attnum)),
    )
    const found: { other: CatalogObject; number: number; carrier: boolean; isDefault?: boolean }[] = [
      ...carriers.map(({ relation, attnum: number }) => ({ other: relation as CatalogObject, number, carrier: true })),
      ...using.map(({ relation, attnum: number, isDefault }) => ({
        other: relation,
        number,
        carrier: true,
        isDefault,
      })),
      ...referencingPartition(object).map((other) => ({ other, number: 0, carrier: true })),
      ...(dependents.get(object.oid) ?? []).map((other) => ({ other, number: 0, carrier: false })),
    ]
    for (const { other, number, carrier, isDefault } of found.toSorted(
      (a, b) => b.other.oid - a.other.oid || a.number - b.number,
    )) {
      if (goesWhole(other)) continue
      if (number !== 0) {
        const key = `${other.oid}.${number}${isDefault ? '.default' : ''}`
        if (doomed.has(key) || doomed.has(`${other.oid}.${number}`)) continue
        if (isDefault) {
          doomed.set(key, { object: other, attnum: number, because: object, hard: true, isDefault })
          ordered.push(key)
          continue
        }
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
      ? goesWhole(object)
      : !isComposite(object) &&
        object.depends.some(
          ({ oid, kind, attnum: of }) =>
            kind !== 'normal' && oid !== object.oid && doomed.has(oid) && (!isPart(oid) || of === attnum),
        )
  return ordered.toReversed().map((key) => {
    const d = doomed.get(key) as Doomed
    return d.hard && goesAlong(d) ? { ...d, hard: false } : d
  })
}

/** Whether an object of a schema is there by itself; all others go with one that is. */
const standsAlone = (object: CatalogObject): boolean => {
  switch (object.class) {
    case 'relation':
      return object.index === null && object.kind !== 'c'
    case 'type':
      return object.depends.every(({ kind }) => kind !== 'internal') || object.type.kind === 'c'
    case 'function':
    case 'collation':
      return true
    default:
      return false
  }
}

const dependsOn = (other: CatalogObject, object: CatalogObject, attnum: number): 'normal' | 'auto' | null => {
  let found: 'normal' | 'auto' | null = null
  for (const dependency of other.depends) {
    if (dependency.oid !== object.oid || (attnum !== 0 && dependency.attnum !== attnum)) continue
    if (dependency.kind === 'normal') return 'normal'
    found = 'auto'
  }
  if (found === null && attnum === 0 && 'schema' in other && object.class === 'schema' && other.schema === object.oid) {
    return standsAlone(other) ? 'normal' : 'auto'
  }
  return found
}

/** How messages name what goes. */
export const describeDoomed = (context: DefinitionContext, { object, attnum, isDefault }: Doomed): string => {
  const described = describeObject(context, object, attnum)
  return isDefault ? `default value for ${described}` : described
}

/** A column of arrays needs the array type. */
export const arrayMark = ({ object, attnum, because }: Doomed): string => {
  const type = attnum !== 0 && object.class === 'relation' ? object.columns[attnum - 1]?.type : undefined
  return type !== undefined && because?.class === 'type' && type.oid === because.arrayType.oid ? '[]' : ''
}

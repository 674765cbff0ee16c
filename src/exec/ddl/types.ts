/** CREATE TYPE … AS ENUM and ALTER TYPE … ADD VALUE. */
import type { CatalogObject, RelationObject } from '../../catalog/objects.ts'
import { duplicateObject } from '../../errors/raise/definitions.ts'
import { invalidParameterValue, undefinedType } from '../../errors/raise/analysis.ts'
import { namesOf, type AlterEnumStmt, type CreateEnumStmt } from '../../sql/ast.ts'
import { arrayTypeOf } from '../../types/array.ts'
import type { SqlType } from '../../types/sql-type.ts'
import { noticeOf, PG_TYPE, type DefinitionContext } from './context.ts'
import { enumWithLabels } from './rename.ts'
import { newTypeName, storeType } from './store-type.ts'

export const createEnum = (context: DefinitionContext, node: CreateEnumStmt): void => {
  const { schema, name } = newTypeName(context, node.typeName)
  const { catalog } = context
  const [oid, arrayOid] = [catalog.allocateOid(), catalog.allocateOid()]
  const labels = namesOf(node.vals).map((label, i) => ({ oid: catalog.allocateOid(), label, order: i + 1 }))
  storeType(context, { oid, arrayOid, schema, name, labels })
}

/** The type that is altered, and all that carries it, as they are once nobody else can change them. */
const lockedEnum = async (context: DefinitionContext, names: readonly string[]) => {
  for (let locked = 0; ; ) {
    const found = context.catalog.snapshot.findType(names.at(-1) as string, context.searchPath)
    const object = found === null ? null : context.catalog.snapshot.typeObject(found.oid)
    if (object === null || object.labels === null) throw undefinedType(names.join('.'))
    if (object.oid === locked) return { ...object, labels: object.labels }
    locked = object.oid
    await context.lockObject(PG_TYPE, locked, 'accessExclusive')
    for (const relation of context.catalog.snapshot.all('relation')) {
      if (carries(relation, object.type)) await context.lock(relation.oid, 'shareUpdateExclusive')
    }
  }
}

const carries = ({ columns, index }: RelationObject, { oid, arrayOid }: SqlType): boolean =>
  [...columns, ...(index?.keys ?? [])].some(({ type }) => type.oid === oid || type.oid === arrayOid)

export const alterEnum = async (context: DefinitionContext, node: AlterEnumStmt): Promise<void> => {
  const object = await lockedEnum(context, namesOf(node.typeName))
  const labels = [...object.labels]
  if (node.oldVal !== undefined) {
    const at = labels.findIndex((l) => l.label === node.oldVal)
    if (at < 0) throw invalidParameterValue(`"${node.oldVal}" is not an existing enum label`)
    labels[at] = { ...(labels[at] as (typeof labels)[number]), label: node.newVal as string }
  } else {
    const label = node.newVal as string
    if (labels.some((l) => l.label === label)) {
      if (!node.skipIfNewValExists) throw duplicateObject('enum label', label)
      noticeOf(context, `enum label "${label}" already exists, skipping`)
      return
    }
    const neighbour = node.newValNeighbor
    const at = neighbour === undefined ? labels.length : labels.findIndex((l) => l.label === neighbour)
    if (at < 0) throw invalidParameterValue(`"${neighbour}" is not an existing enum label`)
    const place = neighbour !== undefined && node.newValIsAfter ? at + 1 : at
    labels.splice(place, 0, { oid: context.catalog.allocateOid(), label, order: 0 })
  }
  const changed = enumWithLabels(
    object,
    labels.map((l, i) => ({ ...l, order: i + 1 })),
  )
  context.catalog.put(changed)
  adoptType(context, object.type, changed.type)
}

/** Columns and keys carry their type: those of the old one get the new one. */
const adoptType = (context: DefinitionContext, before: SqlType, after: SqlType): void => {
  const swap = (type: SqlType): SqlType =>
    type.oid === before.oid ? after : type.oid === before.arrayOid ? arrayTypeOf(after) : type
  for (const object of [...context.catalog.snapshot.objects.values()] as CatalogObject[]) {
    if (object.class !== 'relation') continue
    const columns = object.columns.map((c) => (swap(c.type) === c.type ? c : { ...c, type: swap(c.type) }))
    const keys = object.index?.keys.map((k) => (swap(k.type) === k.type ? k : { ...k, type: swap(k.type) }))
    const changed = columns.some((c, i) => c !== object.columns[i]) || keys?.some((k, i) => k !== object.index?.keys[i])
    if (!changed) continue
    context.catalog.put({
      ...object,
      columns,
      index: object.index === null ? null : { ...object.index, keys: keys ?? [] },
    })
  }
}

/** CREATE TYPE … AS ENUM and ALTER TYPE … ADD VALUE. */
import { requireOwnerOf } from './permissions.ts'
import type { RelationObject } from '../../catalog/objects.ts'
import { invalidParameterValue, undefinedType } from '../../errors/raise/analysis.ts'
import { duplicateEnumLabel, duplicateObject, systemCatalogProtected } from '../../errors/raise/definitions.ts'
import { cannotAlterArrayType, notADomain, tablesRowType } from '../../errors/raise/types.ts'
import { type AlterEnumStmt, type CreateEnumStmt, namesOf } from '../../sql/ast.ts'
import type { SqlType } from '../../types/sql-type.ts'
import { changeType } from '../../catalog/change-type.ts'
import { type DefinitionContext, noticeOf, PG_TYPE, targetSchema } from './context.ts'
import { renameLabel } from './rename-label.ts'
import { newTypeName, storeType } from './store-type.ts'

export const createEnum = (context: DefinitionContext, node: CreateEnumStmt): void => {
  const { schema, name } = newTypeName(context, node.typeName)
  const { catalog } = context
  const [oid, arrayOid] = [catalog.allocateOid(), catalog.allocateOid()]
  const labels = namesOf(node.vals).map((label, i) => ({ oid: catalog.allocateOid(), label, order: i + 1 }))
  const twice = labels.find(({ label }, i) => labels.findIndex((other) => other.label === label) !== i)
  if (twice !== undefined) throw duplicateEnumLabel(oid, twice.label)
  storeType(context, { oid, arrayOid, schema, name, labels })
}

/** The type that is altered, and all that carries it, as they are once nobody else can change them. */
const lockedEnum = async (context: DefinitionContext, names: readonly string[]) => {
  for (let locked = 0; ; ) {
    const found = context.catalog.snapshot.findType(names.at(-1) as string, context.searchPath)
    const object = found === null ? null : context.catalog.snapshot.typeObject(found.oid)
    if (object === null || object.labels === null) throw undefinedType(names.join('.'))
    requireOwnerOf(context, object)
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
    const label = node.newVal as string
    if (labels.some((l) => l.label === label)) throw duplicateObject('enum label', label)
    await renameLabel(context, object, at, label)
    return
  }
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
  changeType(context.catalog, { ...object, labels: labels.map((l, i) => ({ ...l, order: i + 1 })) })
}

/** ALTER TYPE … RENAME TO. */
export const renameType = (
  context: DefinitionContext,
  names: readonly string[],
  name: string,
  isDomain: boolean,
): void => {
  const { snapshot } = context.catalog
  const path = names.length > 1 ? [targetSchema(context, names.at(-2)).oid] : context.searchPath
  const type = snapshot.findType(names.at(-1) as string, path)
  if (type === null) throw undefinedType(names.join('.'))
  const object = snapshot.typeObject(type.oid)
  if (isDomain && object?.domain === undefined) throw notADomain(type.sqlName)
  if (object === null) {
    if (type.category === 'A') throw cannotAlterArrayType(type.sqlName, type.element?.sqlName ?? '')
    throw systemCatalogProtected(type.name)
  }
  requireOwnerOf(context, object)
  if (snapshot.isTypeName(object.schema, name)) throw duplicateObject('type', name)
  const relation = snapshot.relation(type.relation)
  if (relation !== null && relation.kind !== 'c') throw tablesRowType(type.sqlName)
  if (relation !== null) context.catalog.put({ ...relation, name })
  changeType(context.catalog, { ...object, name })
}

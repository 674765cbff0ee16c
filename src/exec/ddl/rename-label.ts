/** ALTER TYPE … RENAME VALUE: stored values carry their labels, so the tables that hold them are written again. */
import { changeType } from '../../catalog/change-type.ts'
import type { TypeObject } from '../../catalog/objects.ts'
import type { DefinitionContext } from './context.ts'
import { changeStoredValues } from './value-changes.ts'

/** Puts the label in the place of the other one, in the type and in all rows. */
export const renameLabel = async (
  context: DefinitionContext,
  object: TypeObject & { readonly labels: NonNullable<TypeObject['labels']> },
  place: number,
  to: string,
): Promise<void> => {
  const { labels } = object
  const from = labels[place]?.label as string
  const renamed = labels.map((l, i) => (i === place ? { ...l, label: to } : l))
  // While rows are copied the type has both labels, at the same place in its order.
  changeType(context.catalog, {
    ...object,
    labels: renamed.toSpliced(place, 0, { oid: 0, label: from, order: 0 }),
  })
  await changeStoredValues(context, context.catalog.snapshot, (type) =>
    type.oid === object.oid ? (value) => (value === from ? to : value) : null,
  )
  changeType(context.catalog, { ...object, labels: renamed })
}

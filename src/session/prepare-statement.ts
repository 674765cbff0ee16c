/** Preparing statements, by Parse messages and by PREPARE. */
import { isPlannable } from '../analyze/analyze.ts'
import type { FieldDescription } from './contract.ts'
import type { SessionCore } from './core.ts'
import { now } from './eval-context.ts'
import { plan } from './execute-statement.ts'
import type { PreparedStatement } from './portal.ts'
import { describeUtility } from './utility/describe.ts'

/** Analyses a statement for later execution; utility statements are kept as they are. */
export const prepareStatement = (
  core: SessionCore,
  input: Pick<PreparedStatement, 'name' | 'sql' | 'node' | 'declared' | 'fromSql'>,
): PreparedStatement => {
  const { node, declared } = input
  if (node === null || !isPlannable(node)) {
    const fields = node === null ? null : describeUtility(core, node)
    return { ...input, parameterTypes: [], fields, plan: null, preparedAt: now() }
  }
  const planned = plan(core, node, declared, true)
  return { ...input, parameterTypes: planned.parameterTypes, fields: planned.fields, plan: planned, preparedAt: now() }
}

/** Whether two plans of a statement answer the same columns, as clients were told. */
export const sameShape = (a: readonly FieldDescription[] | null, b: readonly FieldDescription[] | null): boolean => {
  if (a === null || b === null) return a === b
  return a.length === b.length && a.every((field, i) => field.type.oid === b[i]?.type.oid)
}

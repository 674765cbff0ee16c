/** Row descriptions of utility statements that answer rows. */
import { undefinedCursor, undefinedPrepared } from '../../errors/raise/session.ts'
import { bodyOf, tagOf, type Node } from '../../sql/ast.ts'
import { OID } from '../../types/oids.ts'
import type { FieldDescription } from '../contract.ts'
import type { SessionCore } from '../core.ts'
import { describeCall } from './call.ts'

const textField = (core: SessionCore, name: string): FieldDescription => ({
  name,
  tableOid: 0,
  attnum: 0,
  type: core.catalog.typeOf(OID.text),
  typmod: -1,
})

/** Null: the statement answers no rows. */
export const describeUtility = (core: SessionCore, node: Node): readonly FieldDescription[] | null => {
  switch (tagOf(node)) {
    case 'VariableShowStmt': {
      const name = bodyOf(node, 'VariableShowStmt')?.name ?? ''
      if (name.toLowerCase() === 'all') return ['name', 'setting', 'description'].map((n) => textField(core, n))
      return [textField(core, core.settings.record(name).name)]
    }
    case 'ExplainStmt': {
      const json = (bodyOf(node, 'ExplainStmt')?.options ?? []).some((option) => {
        const element = bodyOf(option, 'DefElem')
        const format = element?.arg === undefined ? undefined : bodyOf(element.arg, 'String')?.sval
        return element?.defname === 'format' && format?.toLowerCase() === 'json'
      })
      const field = textField(core, 'QUERY PLAN')
      return [json ? { ...field, type: core.catalog.typeOf(OID.json) } : field]
    }
    case 'ExecuteStmt': {
      const name = bodyOf(node, 'ExecuteStmt')?.name ?? ''
      const statement = core.prepared.get(name)
      if (statement === undefined) throw undefinedPrepared(name)
      return statement.fields
    }
    case 'FetchStmt': {
      const fetch = bodyOf(node, 'FetchStmt')
      if (fetch?.ismove) return null
      const cursor = core.cursors.get(fetch?.portalname ?? '')
      if (cursor === undefined) throw undefinedCursor(fetch?.portalname ?? '')
      return cursor.fields
    }
    case 'CallStmt':
      return describeCall(core, bodyOf(node, 'CallStmt') ?? {})
    default:
      return null
  }
}

/** Utility statements by the tag of their parse tree. */
import { unsupportedStatement } from '../../errors/raise/session.ts'
import { bodyOf, tagOf, type Node, type NodeBodies, type NodeTag } from '../../sql/ast.ts'
import type { SessionCore } from '../core.ts'
import { callHandlers } from './call.ts'
import { copyHandlers } from './copy.ts'
import { cursorHandlers } from './cursors.ts'
import { definitionHandlers } from './definitions.ts'
import { explainHandlers } from './explain.ts'
import type { UtilityCall, UtilityHandler, UtilityHandlers } from './handler.ts'
import { maintenanceHandlers } from './maintenance.ts'
import { notificationHandlers } from './notifications.ts'
import { preparedHandlers } from './prepared.ts'
import { roleHandlers } from './roles.ts'
import { settingHandlers } from './settings.ts'
import { transactionHandlers } from './transactions.ts'

export { describeUtility } from './describe.ts'
export { endsTransaction } from './transactions.ts'

const HANDLERS: UtilityHandlers = {
  ...transactionHandlers,
  ...settingHandlers,
  ...preparedHandlers,
  ...notificationHandlers,
  ...cursorHandlers,
  ...explainHandlers,
  ...callHandlers,
  ...copyHandlers,
  ...maintenanceHandlers,
  ...definitionHandlers,
  ...roleHandlers,
}

export const runUtility = async (core: SessionCore, node: Node, call: UtilityCall): Promise<string> => {
  const tag = tagOf(node)
  const handler = HANDLERS[tag] as UtilityHandler<NodeTag> | undefined
  if (handler === undefined)
    throw unsupportedStatement(
      tag
        .replace(/Stmt$/, '')
        .replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
        .toUpperCase(),
    )
  return handler(core, bodyOf(node, tag) as NodeBodies[NodeTag], call)
}

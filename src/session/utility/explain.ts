/** EXPLAIN: filled in with the plan printer. */
import { unsupportedStatement } from '../../errors/raise/session.ts'
import type { UtilityHandlers } from './handler.ts'

export const explainHandlers: UtilityHandlers = {
  ExplainStmt: () => {
    throw unsupportedStatement('EXPLAIN')
  },
}

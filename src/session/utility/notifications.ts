/** LISTEN, UNLISTEN, NOTIFY. */
import type { UtilityHandlers } from './handler.ts'

export const notificationHandlers: UtilityHandlers = {
  ListenStmt: ({ notifications }, { conditionname = '' }) => {
    notifications.listen(conditionname)
    return 'LISTEN'
  },
  UnlistenStmt: ({ notifications }, { conditionname }) => {
    // UNLISTEN * names none.
    if (conditionname === undefined) notifications.unlistenAll()
    else notifications.unlisten(conditionname)
    return 'UNLISTEN'
  },
  NotifyStmt: ({ notifications }, { conditionname = '', payload = '' }) => {
    notifications.notify(conditionname, payload)
    return 'NOTIFY'
  },
}

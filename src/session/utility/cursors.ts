/** DECLARE, FETCH, MOVE, CLOSE. */
import { duplicateCursor, noTransactionBlock, undefinedCursor } from '../../errors/raise/session.ts'
import type { Node } from '../../sql/ast.ts'
import { Cursor } from '../cursor.ts'
import { lockTables, plan, startPlan } from '../execute-statement.ts'
import type { UtilityHandlers } from './handler.ts'

/** Bits of DeclareCursorStmt.options (CURSOR_OPT_*). */
const OPTION = { binary: 0x1, scroll: 0x2, noScroll: 0x4, hold: 0x20 } as const

/** FETCH ALL is written as the greatest long. */
const ALL = 2 ** 31 - 1

export const cursorHandlers: UtilityHandlers = {
  DeclareCursorStmt: async (core, node, { statement: text }) => {
    const bits = node.options ?? 0
    const hold = (bits & OPTION.hold) !== 0
    if (core.block.state === 'implicit' && !hold) throw noTransactionBlock('DECLARE CURSOR')
    const name = node.portalname as string
    if (core.cursors.has(name)) throw duplicateCursor(name)
    const query = node.query as Node
    const again = () => plan(core, query, [], false)
    const locked = await lockTables(core, again(), again)
    const running = startPlan(core, locked, [])
    const release = core.block.transaction.retain((core.running as NonNullable<typeof core.running>).snapshot)
    core.running = null
    const cursor = new Cursor(
      {
        name,
        fields: locked.fields ?? [],
        statement: text,
        scroll: (bits & OPTION.scroll) !== 0 || ((bits & OPTION.noScroll) === 0 && hold),
        hold,
        binary: (bits & OPTION.binary) !== 0,
      },
      running,
      release,
    )
    core.cursors.set(name, cursor)
    if (hold) {
      core.block.heldCursors.add(name)
      await cursor.materialize()
    }
    return 'DECLARE CURSOR'
  },
  FetchStmt: async (core, node, { sink }) => {
    const cursor = core.cursors.get(node.portalname ?? '')
    if (cursor === undefined) throw undefinedCursor(node.portalname ?? '')
    const given = Number(node.howMany ?? 0)
    const count = Math.abs(given) >= ALL ? Number.POSITIVE_INFINITY * Math.sign(given) : given
    const rows =
      node.direction === 'FETCH_BACKWARD'
        ? await cursor.backward(count)
        : node.direction === 'FETCH_ABSOLUTE'
          ? await cursor.absolute(count)
          : node.direction === 'FETCH_RELATIVE'
            ? await cursor.relative(count)
            : await cursor.forward(count)
    if (node.ismove) return `MOVE ${rows.length}`
    const batch = cursor.batch(rows)
    const held = batch === null ? undefined : sink.rows(batch, cursor.fields)
    if (held !== undefined) await held
    return `FETCH ${rows.length}`
  },
  ClosePortalStmt: (core, node) => {
    if (node.portalname === undefined) {
      core.closeCursors()
      return 'CLOSE CURSOR ALL'
    }
    const cursor = core.cursors.get(node.portalname)
    if (cursor === undefined) throw undefinedCursor(node.portalname)
    cursor.close()
    core.cursors.delete(node.portalname)
    return 'CLOSE CURSOR'
  },
}

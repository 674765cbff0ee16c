/** DECLARE, FETCH, MOVE, CLOSE. */
import { cursorLocks, duplicateCursor, noTransactionBlock, undefinedCursor } from '../../errors/raise/session.ts'
import { lockingClauseName } from '../../analyze/row-locks.ts'
import type { PhysicalPlan } from '../../plan/physical.ts'
import { bodyOf, type Node } from '../../sql/ast.ts'
import { Cursor } from '../cursor.ts'
import { type CursorSources, withAddresses } from '../cursor-rows.ts'
import { lockTables, plan, startPlan } from '../execute-statement.ts'
import type { UtilityHandlers } from './handler.ts'

/** Bits of DeclareCursorStmt.options (CURSOR_OPT_*). */
const OPTION = { binary: 0x1, scroll: 0x2, noScroll: 0x4, hold: 0x20 } as const

/** FETCH ALL is written as the greatest long. */
const ALL = 2 ** 31 - 1

/** Rows can be locked only as they are read for the first time, and while their transaction lasts. */
const refuseLocks = (query: Node, bits: number): void => {
  const select = bodyOf(query, 'SelectStmt')
  const clause = select === undefined ? null : lockingClauseName(select)
  if (clause === null) return
  if ((bits & OPTION.hold) !== 0) throw cursorLocks('CURSOR WITH HOLD', clause, 'Holdable cursors must be READ ONLY.')
  if ((bits & OPTION.scroll) !== 0) throw cursorLocks('SCROLL CURSOR', clause, 'Scrollable cursors must be READ ONLY.')
}

/** Whether PostgreSQL would run the plan backwards, so that a cursor over it scrolls without being asked to. */
const readsBackward = (plan: PhysicalPlan): boolean => {
  switch (plan.kind) {
    case 'seq-scan':
    case 'system-scan':
    case 'index-scan':
    case 'function-scan':
    case 'values-scan':
    case 'cte-scan':
    case 'sort':
    case 'top-n':
      return true
    case 'append':
      return plan.inputs.every(readsBackward)
    case 'filter':
    case 'project':
    case 'limit':
      return readsBackward(plan.input)
    default:
      return false
  }
}

export const cursorHandlers: UtilityHandlers = {
  DeclareCursorStmt: async (core, node, { statement: text }) => {
    const bits = node.options ?? 0
    const hold = (bits & OPTION.hold) !== 0
    if (core.block.state === 'implicit' && !hold) throw noTransactionBlock('DECLARE CURSOR')
    const name = node.portalname as string
    if (core.cursors.has(name)) throw duplicateCursor(name)
    const query = node.query as Node
    refuseLocks(query, bits)
    let sources: CursorSources = { tables: [], locks: false }
    const again = () =>
      plan(core, query, [], false, {
        reshape: (context, analyzed) => {
          const shaped = withAddresses(context, analyzed)
          ;({ sources } = shaped)
          return shaped.query
        },
      })
    const locked = await lockTables(core, again(), again)
    const running = startPlan(core, locked, [])
    const release = core.block.transaction.retain((core.running as NonNullable<typeof core.running>).snapshot)
    core.running = null
    const all = locked.fields ?? []
    const own = all.slice(0, all.length - 2 * sources.tables.length)
    const isBinary = (bits & OPTION.binary) !== 0
    const explicit = (bits & OPTION.scroll) !== 0
    const canScroll = (bits & OPTION.noScroll) === 0 && !sources.locks && readsBackward(locked.plan)
    const cursor = new Cursor(
      {
        name,
        fields: isBinary ? own.map((field) => ({ ...field, binary: true })) : own,
        statement: text,
        scroll: explicit || canScroll,
        hold,
        binary: isBinary,
        sources,
      },
      all.map((field) => field.type),
      running,
      release,
      explicit || hold,
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

/** The shape of utility command handlers. */
import type { NodeBodies, NodeTag } from '../../sql/ast.ts'
import type { ResultSink } from '../contract.ts'
import type { SessionCore } from '../core.ts'

export interface UtilityCall {
  readonly sink: ResultSink
  /** The whole query string, which positions in the parse tree refer to. */
  readonly sql: string
  /** The statement's own text. */
  readonly statement: string
  /** The only statement of its message: commands that cannot run in a transaction block may. */
  readonly topLevel: boolean
}

/** Runs a command; answers its tag. */
export type UtilityHandler<T extends NodeTag> = (
  core: SessionCore,
  body: NodeBodies[T],
  call: UtilityCall,
) => string | Promise<string>

export type UtilityHandlers = { readonly [T in NodeTag]?: UtilityHandler<T> }

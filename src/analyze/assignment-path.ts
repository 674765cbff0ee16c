/** Assignment to a part of a column: `a[2]`, `a[1:3]`, `c.field`, `c.items[1].name`, `j['key']`. */
import {
  datatypeMismatch,
  featureNotSupported,
  type Location,
  programLimit,
  syntaxErrorAt,
  undefinedSubfield,
} from '../errors/raise/analysis.ts'
import { bodyOf, type Node } from '../sql/ast.ts'
import { baseTypeOf } from '../types/domain-type.ts'
import { formatType } from '../types/index.ts'
import { OID } from '../types/oids.ts'
import { isRowType } from '../types/record.ts'
import type { SqlType } from '../types/sql-type.ts'
import { coerce, tryCoerce } from './coerce.ts'
import type { AnalysisContext } from './context.ts'
import type { AssignTarget, Expr } from './expression.ts'
import { locationOf } from './location.ts'
import type { Scope } from './scope.ts'
import { jsonbPath } from './subscripts.ts'

/** Where in a column a value goes. */
export interface AssignmentPath {
  /** The value brought to the type that is wanted there. Throws 42804. */
  fit(expr: Expr, location: Location): Expr
  /** The column's new value: `base` with the part replaced. */
  put(base: Expr, value: Expr): Expr
}

interface Column {
  readonly name: string
  readonly type: SqlType
  readonly typmod: number
}

/** Most dimensions that an array has. */
const MAX_DIMENSIONS = 6

/** The part of a column that `steps`, an A_Indirection's, lead to. */
export const assignmentPath = (
  context: AnalysisContext,
  scope: Scope,
  column: Column,
  steps: readonly Node[],
  location: Location,
): AssignmentPath => pathFrom(context, scope, column, { type: column.type, typmod: column.typmod }, steps, location)

const pathFrom = (
  context: AnalysisContext,
  scope: Scope,
  column: Column,
  place: { readonly type: SqlType; readonly typmod: number },
  steps: readonly Node[],
  location: Location,
): AssignmentPath => {
  const [first] = steps
  if (first === undefined) throw new Error('an assignment without a path')
  const indices = leadingIndices(steps)
  const step =
    indices.length > 0
      ? subscriptStep(context, scope, place, indices, location)
      : fieldStep(column, place, first, location)
  const rest = steps.slice(Math.max(indices.length, 1))
  const inner = rest.length === 0 ? null : pathFrom(context, scope, column, step, rest, location)
  return {
    fit: (expr, at) => inner?.fit(expr, at) ?? leaf(context, column, step, expr, at ?? location),
    put: (base, value) => {
      const container = unwrapped(base, place.type)
      const part = inner === null ? value : inner.put(step.get(container), value)
      const type = baseTypeOf(place.type)
      const assigned: Expr = { kind: 'assign', arg: container, target: step.target, value: part, type, typmod: -1 }
      return type === place.type ? assigned : coerce(context, assigned, place.type, -1, 'assignment', location)
    },
  }
}

/** A domain's value as one of the type below. */
const unwrapped = (expr: Expr, type: SqlType): Expr => {
  const base = baseTypeOf(type)
  if (base === type || expr.type.oid === base.oid) return expr
  // What the statement has assigned so far need not be one of the domain yet.
  let before = expr
  while (before.kind === 'coerce-domain') before = before.arg
  return before.kind === 'assign' ? before : { kind: 'relabel', arg: expr, type: base, typmod: -1 }
}

const leadingIndices = (steps: readonly Node[]) => {
  const end = steps.findIndex((step) => bodyOf(step, 'A_Indices') === undefined)
  return (end < 0 ? steps : steps.slice(0, end)).map((step) => bodyOf(step, 'A_Indices') ?? {})
}

interface Step {
  readonly type: SqlType
  readonly typmod: number
  readonly target: AssignTarget
  /** The name of a field, null of subscripts. */
  readonly field: string | null
  /** What is there before. */
  get(container: Expr): Expr
}

const leaf = (context: AnalysisContext, column: Column, step: Step, expr: Expr, location: Location): Expr => {
  const fitted = tryCoerce(context, expr, step.type, step.typmod, 'assignment', location)
  if (fitted !== null) return fitted
  const [wanted, given] = [formatType(step.type, -1), formatType(expr.type, -1)]
  const hint = 'You will need to rewrite or cast the expression.'
  throw step.field === null
    ? datatypeMismatch(
        `subscripted assignment to "${column.name}" requires type ${wanted} but expression is of type ${given}`,
        location,
        { hint },
      )
    : datatypeMismatch(`subfield "${step.field}" is of type ${wanted} but expression is of type ${given}`, location, {
        hint,
      })
}

const fieldStep = (column: Column, place: { readonly type: SqlType }, node: Node, location: Location): Step => {
  const name = bodyOf(node, 'String')?.sval
  if (name === undefined) throw syntaxErrorAt('row expansion via "*" is not supported here', location)
  const base = baseTypeOf(place.type)
  const shown = formatType(place.type, -1)
  if (!isRowType(base)) {
    throw datatypeMismatch(
      `cannot assign to field "${name}" of column "${column.name}" because its type ${shown} is not a composite type`,
      location,
    )
  }
  const fields = base.fields()
  const field = fields.findIndex((f) => f.name === name)
  const found = fields[field]
  if (found === undefined) throw undefinedSubfield(name, column.name, shown, location)
  const { type, typmod } = found
  return {
    type,
    typmod,
    field: name,
    target: { kind: 'field', field },
    get: (container) => ({ kind: 'field', arg: container, field, type, typmod }),
  }
}

const subscriptStep = (
  context: AnalysisContext,
  scope: Scope,
  place: { readonly type: SqlType; readonly typmod: number },
  nodes: readonly { lidx?: Node; uidx?: Node; is_slice?: boolean }[],
  location: Location,
): Step => {
  const base = baseTypeOf(place.type)
  const bound = (node: Node | undefined): Expr | null => (node === undefined ? null : context.expr(scope, node))
  const written = nodes.map(({ lidx, uidx, is_slice }) => ({
    lower: bound(lidx),
    upper: bound(uidx),
    slice: is_slice ?? false,
    location: locationOf(uidx ?? lidx),
  }))
  if (base.oid === OID.jsonb) {
    const { path, startsArray } = jsonbPath(context, written)
    return {
      type: base,
      typmod: -1,
      field: null,
      target: { kind: 'json', path, startsArray },
      get: () => {
        throw featureNotSupported('jsonb has no fields to assign to', location)
      },
    }
  }
  const { element } = base
  if (element === null) {
    throw datatypeMismatch(
      `cannot subscript type ${formatType(place.type, -1)} because it does not support subscripting`,
      location,
    )
  }
  if (nodes.length > MAX_DIMENSIONS) {
    throw programLimit(`number of array dimensions (${nodes.length}) exceeds the maximum allowed (${MAX_DIMENSIONS})`)
  }
  const slice = written.some((index) => index.slice)
  if (base.parts !== undefined && (slice || base.fromParts === undefined)) {
    throw featureNotSupported(
      slice
        ? 'updates on slices of fixed-length arrays not implemented'
        : `assignment to elements of type ${formatType(base, -1)} is not implemented`,
    )
  }
  const int4 = context.typeOf(OID.int4)
  const fit = (expr: Expr | null, at: Location): Expr | null => {
    if (expr === null) return null
    const fitted = tryCoerce(context, expr, int4, -1, 'assignment', at)
    if (fitted === null) throw datatypeMismatch('array subscript must have type integer', at)
    return fitted
  }
  const indices = written.map((index) => ({
    lower: fit(index.lower, index.location),
    upper: fit(index.upper, index.location),
    slice: index.slice,
  }))
  return {
    type: slice ? base : element,
    typmod: place.typmod,
    field: null,
    target: { kind: slice ? 'slice' : 'element', indices },
    get: (container) => ({
      kind: 'subscript',
      arg: container,
      indices,
      type: slice ? base : element,
      typmod: place.typmod,
    }),
  }
}

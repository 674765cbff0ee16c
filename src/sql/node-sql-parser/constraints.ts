/** Constraints of columns and tables. The tree has those of a column by their kind; their order is that of the text. */
import type { Constraint, Node } from '../ast.ts'
import { type Ast, isAbsent, isAst, list, only, textOf } from './ast.ts'
import { table } from './from.ts'
import { columnNames } from './select.ts'
import type { Translation } from './translation.ts'

const constraint = (body: Constraint): Node => ({ Constraint: body })

/** What a constraint has that is checked at once. */
const CHECKED = { is_enforced: true, initially_valid: true } as const

/** `constraints`: what the tree of a column has beside its name and type. */
export const columnConstraints = (constraints: Ast, translation: Translation): Node[] => {
  const { cursor } = translation
  const left = new Map(Object.entries(constraints).filter(([, value]) => !isAbsent(value)))
  const found: Node[] = []
  const take = (key: string): unknown => {
    const value = left.get(key)
    if (value === undefined) throw cursor.refusal('this column')
    left.delete(key)
    return value
  }
  const { expression } = translation
  while (left.size > 0) {
    const { location } = cursor
    if (cursor.optional('not null')) {
      if (only(take('nullable'), ['type', 'value'], cursor)['type'] !== 'not null') throw cursor.refusal('this column')
      found.push(constraint({ contype: 'CONSTR_NOTNULL', ...CHECKED, location }))
    } else if (cursor.optional('null')) {
      if (only(take('nullable'), ['type', 'value'], cursor)['type'] !== 'null') throw cursor.refusal('this column')
      found.push(constraint({ contype: 'CONSTR_NULL', location }))
    } else if (cursor.optional('default')) {
      const { value } = only(take('default_val'), ['type', 'value'], cursor)
      // The grammar wants an expression without AND and the like: a constant, or a call, is one.
      if (!isAst(value) || value['type'] === 'binary_expr') throw cursor.refusal('this default')
      found.push(constraint({ contype: 'CONSTR_DEFAULT', raw_expr: expression(value), location }))
    } else if (cursor.optional('primary key')) {
      take('primary_key')
      found.push(constraint({ contype: 'CONSTR_PRIMARY', location }))
    } else if (cursor.optional('unique')) {
      take('unique')
      found.push(constraint({ contype: 'CONSTR_UNIQUE', location }))
    } else if (cursor.optional('check')) {
      found.push(check(take('check'), null, location, translation))
    } else if (cursor.seesWords('references')) {
      found.push(constraint({ ...reference(take('reference_definition'), translation), location }))
    } else throw cursor.refusal('this column')
  }
  return found
}

const check = (ast: unknown, name: string | null, location: number, translation: Translation): Node => {
  const { cursor } = translation
  const keys = ['constraint', 'definition', 'keyword', 'constraint_type', 'enforced', 'resource']
  const { definition, enforced } = only(ast, keys, cursor)
  if (!isAbsent(enforced) && enforced !== '') throw cursor.refusal('this constraint')
  const [condition, second] = list(definition, cursor)
  if (second !== undefined) throw cursor.refusal('this constraint')
  cursor.symbol('(')
  const expr = translation.expression(condition)
  cursor.symbol(')')
  const named = name === null ? {} : { conname: name }
  return constraint({ contype: 'CONSTR_CHECK', ...named, ...CHECKED, raw_expr: expr, location })
}

const ACTIONS: Readonly<Record<string, string>> = {
  cascade: 'c',
  'no action': 'a',
  restrict: 'r',
  'set default': 'd',
  'set null': 'n',
}

const reference = (ast: unknown, translation: Translation): Constraint => {
  const { cursor } = translation
  const {
    definition,
    table: tables,
    on_action: actions,
  } = only(ast, ['definition', 'table', 'keyword', 'on_action'], cursor)
  cursor.words('references')
  const [named, second] = list(tables, cursor)
  if (second !== undefined) throw cursor.refusal('this reference')
  const pktable = table(named, translation)
  const keys = isAbsent(definition) ? {} : { pk_attrs: columnNames(definition, translation) }
  const taken = { update: 'a', delete: 'a' }
  for (const action of isAbsent(actions) ? [] : list(actions, cursor)) {
    const { type, value } = only(action, ['type', 'value'], cursor)
    const event = type === 'on delete' ? 'delete' : type === 'on update' ? 'update' : null
    const word = textOf(only(value, ['type', 'value'], cursor)['value']).toLowerCase()
    const code = Object.hasOwn(ACTIONS, word) ? ACTIONS[word] : undefined
    if (event === null || code === undefined) throw cursor.refusal('this reference')
    cursor.words(`on ${event} ${word}`)
    taken[event] = code
  }
  return {
    contype: 'CONSTR_FOREIGN',
    ...CHECKED,
    pktable,
    ...keys,
    fk_matchtype: 's',
    fk_upd_action: taken.update,
    fk_del_action: taken.delete,
  }
}

export const tableConstraint = (ast: unknown, translation: Translation): Node => {
  const { cursor } = translation
  const keys = [
    'constraint',
    'definition',
    'keyword',
    'constraint_type',
    'enforced',
    'resource',
    'reference_definition',
  ]
  const { constraint: name, definition, constraint_type: kind } = only(ast, keys, cursor)
  const { location } = cursor
  let conname: string | null = null
  if (!isAbsent(name)) {
    cursor.words('constraint')
    conname = cursor.name(name)
  }
  const named = conname === null ? {} : { conname }
  switch (typeof kind === 'string' ? kind.toLowerCase() : null) {
    case 'primary key':
      cursor.words('primary key')
      return constraint({ contype: 'CONSTR_PRIMARY', ...named, keys: columnNames(definition, translation), location })
    case 'unique':
      cursor.words('unique')
      return constraint({ contype: 'CONSTR_UNIQUE', ...named, keys: columnNames(definition, translation), location })
    case 'check':
      cursor.words('check')
      return check(ast, conname, location, translation)
    case 'foreign key': {
      cursor.words('foreign key')
      const fk_attrs = columnNames(definition, translation)
      const referenced = reference((ast as Ast)['reference_definition'], translation)
      return constraint({ ...referenced, ...named, fk_attrs, location })
    }
    default:
      throw cursor.refusal('this constraint')
  }
}

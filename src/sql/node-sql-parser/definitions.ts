/** CREATE TABLE, CREATE INDEX, CREATE VIEW and DROP. */
import type { CreateStmt, IndexElem, Node, ObjectType, RangeVar } from '../ast.ts'
import { isAbsent, isAst, list, nameIn, only, type Ast } from './ast.ts'
import { columnConstraints, tableConstraint } from './constraints.ts'
import { table } from './from.ts'
import { columnNames } from './select.ts'
import { separated, stringNode, type Translation } from './translation.ts'
import { typeName } from './types.ts'

export const create = (ast: Ast, translation: Translation): Node => {
  switch (ast['keyword']) {
    case 'table':
      return createTable(ast, translation)
    case 'index':
      return createIndex(ast, translation)
    case 'view':
      return createView(ast, translation)
    default:
      throw translation.cursor.refusal('this statement')
  }
}

const createTable = (ast: Ast, translation: Translation): Node => {
  const { cursor } = translation
  const keys = ['type', 'keyword', 'temporary', 'if_not_exists', 'table', 'create_definitions', 'as', 'query_expr']
  only(ast, keys, cursor)
  cursor.words('create')
  const isTemporary = !isAbsent(ast['temporary'])
  if (isTemporary && !cursor.optional('temp')) cursor.words('temporary')
  cursor.words('table')
  const isLenient = !isAbsent(ast['if_not_exists'])
  if (isLenient) cursor.words('if not exists')
  const [named, second] = list(ast['table'], cursor)
  if (second !== undefined) throw cursor.refusal('this statement')
  const relation: RangeVar = { ...table(named, translation), relpersistence: isTemporary ? 't' : 'p' }
  const lenient = isLenient ? { if_not_exists: true } : {}
  if (!isAbsent(ast['query_expr'])) {
    if (!isAbsent(ast['create_definitions'])) throw cursor.refusal('this statement')
    cursor.words('as')
    const query: Node = { SelectStmt: translation.query(ast['query_expr']) }
    const into = { rel: relation, onCommit: 'ONCOMMIT_NOOP' } as const
    return { CreateTableAsStmt: { query, into, objtype: 'OBJECT_TABLE', ...lenient } }
  }
  cursor.symbol('(')
  const definitions = list(ast['create_definitions'], cursor)
  const tableElts = separated(definitions, cursor, (item) => tableElement(item, translation))
  cursor.symbol(')')
  const stmt: CreateStmt = { relation, tableElts, oncommit: 'ONCOMMIT_NOOP', ...lenient }
  return { CreateStmt: stmt }
}

const tableElement = (ast: unknown, translation: Translation): Node => {
  const { cursor } = translation
  if (!isAst(ast) || ast['resource'] !== 'column') return tableConstraint(ast, translation)
  const { column, definition, resource: _, ...constraints } = ast
  const { location } = cursor
  const { column: name } = only(column, ['type', 'column'], cursor)
  const colname = cursor.name(nameIn(name, cursor))
  const type = typeName(definition, cursor)
  const own = columnConstraints(constraints, translation)
  return {
    ColumnDef: {
      colname,
      typeName: type,
      is_local: true,
      ...(own.length === 0 ? {} : { constraints: own }),
      location,
    },
  }
}

const createIndex = (ast: Ast, translation: Translation): Node => {
  const { cursor } = translation
  const keys = ['type', 'index_type', 'keyword', 'index', 'if_not_exists', 'on_kw', 'table', 'index_using']
  only(ast, [...keys, 'index_columns', 'with_before_where', 'where'], cursor)
  cursor.words('create')
  const isUnique = !isAbsent(ast['index_type'])
  if (isUnique) cursor.words('unique')
  cursor.words('index')
  const isLenient = !isAbsent(ast['if_not_exists'])
  if (isLenient) cursor.words('if not exists')
  const idxname = isAbsent(ast['index']) ? {} : { idxname: cursor.name(ast['index']) }
  cursor.words('on')
  const relation = table(ast['table'], translation)
  let accessMethod = 'btree'
  if (!isAbsent(ast['index_using'])) {
    cursor.words('using')
    accessMethod = cursor.name(only(ast['index_using'], ['keyword', 'type'], cursor)['type'])
  }
  cursor.symbol('(')
  const indexParams = separated(list(ast['index_columns'], cursor), cursor, (item) => indexElement(item, translation))
  cursor.symbol(')')
  let where = {}
  if (!isAbsent(ast['where'])) {
    cursor.words('where')
    where = { whereClause: translation.expression(ast['where']) }
  }
  return {
    IndexStmt: {
      ...idxname,
      relation,
      accessMethod,
      indexParams,
      ...where,
      ...(isUnique ? { unique: true } : {}),
      ...(isLenient ? { if_not_exists: true } : {}),
    },
  }
}

/** A column, or a call of a function, which may stand without parentheses. */
const indexElement = (ast: unknown, translation: Translation): Node => {
  const { cursor } = translation
  if (!isAst(ast)) throw cursor.refusal('this index')
  const { order_by: direction, nulls, ...key } = ast
  let element: IndexElem
  if (cursor.seesSymbol('(')) throw cursor.refusal('this index')
  if (key['type'] === 'column_ref') {
    element = { name: cursor.name(nameIn(only(key, ['type', 'column'], cursor)['column'], cursor)) }
  } else {
    const expr = translation.expression(key)
    if (!('FuncCall' in expr)) throw cursor.refusal('this index')
    element = { expr }
  }
  element.ordering = 'SORTBY_DEFAULT'
  if (direction === 'asc' || direction === 'desc') {
    cursor.words(direction)
    element.ordering = direction === 'asc' ? 'SORTBY_ASC' : 'SORTBY_DESC'
  } else if (!isAbsent(direction)) throw cursor.refusal('this index')
  element.nulls_ordering = 'SORTBY_NULLS_DEFAULT'
  if (nulls === 'nulls first' || nulls === 'nulls last') {
    cursor.words(nulls)
    element.nulls_ordering = nulls === 'nulls first' ? 'SORTBY_NULLS_FIRST' : 'SORTBY_NULLS_LAST'
  } else if (!isAbsent(nulls)) throw cursor.refusal('this index')
  return { IndexElem: element }
}

const createView = (ast: Ast, translation: Translation): Node => {
  const { cursor } = translation
  only(ast, ['type', 'keyword', 'replace', 'columns', 'select', 'view'], cursor)
  cursor.words('create')
  const isReplacing = !isAbsent(ast['replace'])
  if (isReplacing) cursor.words('or replace')
  cursor.words('view')
  const { db, view } = only(ast['view'], ['db', 'view'], cursor)
  const relation = table({ db, table: view }, translation)
  const aliases = isAbsent(ast['columns']) ? {} : { aliases: columnNames(ast['columns'], translation) }
  cursor.words('as')
  const query: Node = { SelectStmt: translation.query(ast['select']) }
  return {
    ViewStmt: {
      view: relation,
      ...aliases,
      query,
      ...(isReplacing ? { replace: true } : {}),
      withCheckOption: 'NO_CHECK_OPTION',
    },
  }
}

const DROPPED: Readonly<Record<string, ObjectType>> = {
  index: 'OBJECT_INDEX',
  table: 'OBJECT_TABLE',
  view: 'OBJECT_VIEW',
}

export const drop = (ast: Ast, translation: Translation): Node => {
  const { cursor } = translation
  const { keyword, prefix, name } = only(ast, ['type', 'keyword', 'prefix', 'name', 'options'], cursor)
  const removeType = typeof keyword === 'string' && Object.hasOwn(DROPPED, keyword) ? DROPPED[keyword] : undefined
  if (removeType === undefined) throw cursor.refusal('this statement')
  cursor.words(`drop ${keyword as string}`)
  const isLenient = !isAbsent(prefix) && prefix !== ''
  if (isLenient) cursor.words('if exists')
  const objects = separated(isAst(name) ? [name] : list(name, cursor), cursor, (item) => droppedName(item, translation))
  // The parser takes CASCADE for an alias of the last table; the text knows better.
  const isCascading = cursor.optional('cascade')
  if (!isCascading) cursor.optional('restrict')
  return {
    DropStmt: {
      objects,
      removeType,
      behavior: isCascading ? 'DROP_CASCADE' : 'DROP_RESTRICT',
      ...(isLenient ? { missing_ok: true } : {}),
    },
  }
}

const droppedName = (ast: unknown, { cursor }: Translation): Node => {
  const node = only(ast, ['type', 'db', 'table', 'column', 'as'], cursor)
  const { as } = node
  if (!isAbsent(as) && as !== 'CASCADE' && as !== 'RESTRICT' && as !== 'cascade' && as !== 'restrict') {
    throw cursor.refusal('this name')
  }
  const parts = node['type'] === 'column_ref' ? [node['table'], node['column']] : [node['db'], node['table']]
  const items: Node[] = []
  for (const part of parts) {
    if (isAbsent(part)) continue
    if (items.length > 0) cursor.symbol('.')
    items.push(stringNode(cursor.name(nameIn(part, cursor), items.length === 0 ? 'column' : 'label')))
  }
  return { List: { items } }
}

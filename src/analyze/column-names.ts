/** The name a select list item gets when none is written (PostgreSQL: FigureColname). */
import { bodyOf, namesOf, tagOf, type Node } from '../sql/ast.ts'

export const columnNameOf = (node: Node | undefined): string => guess(node)?.name ?? '?column?'

/** `weak` names (a cast's type) give way to what is inside. */
interface Guess {
  readonly name: string
  readonly weak: boolean
}

const strong = (name: string): Guess => ({ name, weak: false })

const guess = (node: Node | undefined): Guess | null => {
  if (node === undefined) return null
  switch (tagOf(node)) {
    case 'ColumnRef': {
      const name = namesOf(bodyOf(node, 'ColumnRef')?.fields).findLast((n) => n !== '')
      return name === undefined ? null : strong(name)
    }
    case 'A_Indirection': {
      const body = bodyOf(node, 'A_Indirection')
      const field = namesOf((body?.indirection ?? []).filter((i) => 'String' in i)).at(-1)
      return field === undefined ? guess(body?.arg) : strong(field)
    }
    case 'FuncCall':
      return strong(namesOf(bodyOf(node, 'FuncCall')?.funcname).at(-1) as string)
    case 'A_Expr':
      return bodyOf(node, 'A_Expr')?.kind === 'AEXPR_NULLIF' ? strong('nullif') : null
    case 'TypeCast': {
      const body = bodyOf(node, 'TypeCast')
      const inner = guess(body?.arg)
      if (inner !== null && !inner.weak) return inner
      const type = namesOf(body?.typeName?.names).at(-1)
      return type === undefined ? inner : { name: type, weak: true }
    }
    case 'CollateClause':
      return guess(bodyOf(node, 'CollateClause')?.arg)
    case 'CaseExpr': {
      const otherwise = guess(bodyOf(node, 'CaseExpr')?.defresult)
      return otherwise === null || otherwise.weak ? { name: 'case', weak: true } : otherwise
    }
    case 'A_ArrayExpr':
      return strong('array')
    case 'RowExpr':
      return strong('row')
    case 'CoalesceExpr':
      return strong('coalesce')
    case 'MinMaxExpr':
      return strong(bodyOf(node, 'MinMaxExpr')?.op === 'IS_LEAST' ? 'least' : 'greatest')
    case 'GroupingFunc':
      return strong('grouping')
    case 'SQLValueFunction':
      return strong(valueFunctionName(bodyOf(node, 'SQLValueFunction')?.op ?? ''))
    case 'XmlExpr': {
      const op = bodyOf(node, 'XmlExpr')?.op ?? 'IS_DOCUMENT'
      return op === 'IS_DOCUMENT' ? null : strong(op.slice('IS_'.length).toLowerCase())
    }
    case 'XmlSerialize':
      return strong('xmlserialize')
    case 'SubLink':
      return subLinkName(node)
    default:
      return null
  }
}

const valueFunctionName = (op: string): string => {
  const name = op.replace('SVFOP_', '').replace(/_N$/, '').toLowerCase()
  return name === 'current_catalog' ? 'current_database' : name
}

const subLinkName = (node: Node): Guess | null => {
  const body = bodyOf(node, 'SubLink')
  if (body?.subLinkType === 'EXISTS_SUBLINK') return strong('exists')
  if (body?.subLinkType === 'ARRAY_SUBLINK') return strong('array')
  if (body?.subLinkType !== 'EXPR_SUBLINK' || body.subselect === undefined) return null
  let select = bodyOf(body.subselect, 'SelectStmt')
  while (select?.larg !== undefined) select = select.larg
  const target = select?.targetList?.[0]
  if (target === undefined) return select?.valuesLists === undefined ? null : strong('column1')
  const item = bodyOf(target, 'ResTarget')
  // The inner query has named its column by now, at worst "?column?".
  return strong(item?.name ?? columnNameOf(item?.val))
}

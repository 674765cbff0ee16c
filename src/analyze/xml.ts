/** XMLELEMENT, XMLFOREST and the rest of SQL's syntax for XML: each becomes a call of a function of its own. */
import { cannotSerialize, datatypeMismatch, type Location, syntaxErrorAt } from '../errors/raise/analysis.ts'
import type { ScalarFunction } from '../functions/records.ts'
import {
  isXmlDocument,
  xmlConcat,
  xmlElement,
  xmlForest,
  xmlInstruction,
  xmlParse,
  xmlRoot,
  xmlSerialize,
} from '../functions/xml/expressions.ts'
import { xmlName } from '../functions/xml/values.ts'
import { bodyOf, type Node, type NodeBodies } from '../sql/ast.ts'
import { OID } from '../types/oids.ts'
import { formatType } from '../types/index.ts'
import { settleUnknown, tryCoerce } from './coerce.ts'
import { columnNameOf } from './column-names.ts'
import type { AnalysisContext } from './context.ts'
import type { Expr } from './expression.ts'
import { locationOf } from './location.ts'
import type { Scope } from './scope.ts'
import { resolveTypeName, type TypeWithMod } from './type-name.ts'

type XmlExpr = NodeBodies['XmlExpr']

const call = (context: AnalysisContext, fn: ScalarFunction, args: readonly Expr[]): Expr => ({
  kind: 'call',
  function: fn,
  args: [...args],
  operator: null,
  cast: false,
  syntax: 'sql',
  type: context.typeOf(fn.result),
  typmod: -1,
})

/** Values with the names of their elements or attributes: those written, else those of columns. */
const namedValues = (
  context: AnalysisContext,
  scope: Scope,
  nodes: readonly Node[],
  what: string,
): { names: string[]; values: Expr[] } => {
  const names: string[] = []
  const values: Expr[] = []
  for (const node of nodes) {
    const target = bodyOf(node, 'ResTarget')
    const value = target?.val as Node
    if (target?.name === undefined && bodyOf(value, 'ColumnRef') === undefined) {
      throw syntaxErrorAt(`unnamed XML ${what} value must be a column reference`, locationOf(node))
    }
    const name = target?.name === undefined ? xmlName(columnNameOf(value), true) : xmlName(target.name, false)
    if (what === 'attribute' && names.includes(name)) {
      throw syntaxErrorAt(`XML attribute name "${name}" appears more than once`, locationOf(node))
    }
    names.push(name)
    values.push(settleUnknown(context, context.expr(scope, value)))
  }
  return { names, values }
}

/** An argument that becomes of a type; others are refused in the words of the syntax. */
export const constructArgument = (
  context: AnalysisContext,
  scope: Scope,
  node: Node,
  { type, typmod }: TypeWithMod,
  construct: string,
): Expr => {
  const value = context.expr(scope, node)
  const coerced = tryCoerce(context, value, type, typmod, 'assignment', locationOf(node))
  if (coerced !== null) return coerced
  throw datatypeMismatch(
    `argument of ${construct} must be type ${type.sqlName}, not type ${formatType(value.type, -1)}`,
    locationOf(node),
  )
}

const argument = (context: AnalysisContext, scope: Scope, node: Node, type: number, construct: string): Expr =>
  constructArgument(context, scope, node, { type: context.typeOf(type), typmod: -1 }, construct)

const kindOf = (option: string | undefined): 'document' | 'content' =>
  option === 'XMLOPTION_DOCUMENT' ? 'document' : 'content'

/** What XMLROOT says of the flag: yes, no, no value, nothing. */
const STANDALONE: readonly (boolean | null | undefined)[] = [true, false, null, undefined]

const oidsOf = (values: readonly Expr[]): number[] => values.map((value) => value.type.oid)

export const analyzeXml = (context: AnalysisContext, scope: Scope, node: XmlExpr): Expr => {
  const args = node.args ?? []
  switch (node.op) {
    case 'IS_XMLCONCAT':
      return call(
        context,
        xmlConcat(args.length),
        args.map((arg) => argument(context, scope, arg, OID.xml, 'XMLCONCAT')),
      )
    case 'IS_XMLELEMENT': {
      const attributes = namedValues(context, scope, node.named_args ?? [], 'attribute')
      const content = args.map((arg) => settleUnknown(context, context.expr(scope, arg)))
      const all = [...attributes.values, ...content]
      return call(context, xmlElement(xmlName(node.name ?? '', false), attributes.names, oidsOf(all)), all)
    }
    case 'IS_XMLFOREST': {
      const { names, values } = namedValues(context, scope, node.named_args ?? [], 'element')
      return call(context, xmlForest(names, oidsOf(values)), values)
    }
    case 'IS_XMLPARSE': {
      const text = argument(context, scope, args[0] as Node, OID.text, 'XMLPARSE')
      const keepsSpace = bodyOf(args[1] as Node, 'A_Const')?.boolval?.boolval ?? false
      return call(context, xmlParse(kindOf(node.xmloption), keepsSpace), [text])
    }
    case 'IS_XMLPI': {
      const content = args.map((arg) => argument(context, scope, arg, OID.text, 'XMLPI'))
      return call(context, xmlInstruction(xmlName(node.name ?? '', false), content.length > 0), content)
    }
    case 'IS_XMLROOT': {
      const [value, version, standalone] = args as [Node, Node, Node]
      const flag = STANDALONE[bodyOf(standalone, 'A_Const')?.ival?.ival ?? 0]
      const hasVersion = bodyOf(version, 'A_Const')?.isnull !== true
      return call(context, xmlRoot(hasVersion, flag), [
        argument(context, scope, value, OID.xml, 'XMLROOT'),
        argument(context, scope, version, OID.text, 'XMLROOT'),
      ])
    }
    default:
      return call(context, isXmlDocument, [argument(context, scope, args[0] as Node, OID.xml, 'IS DOCUMENT')])
  }
}

/** XMLSERIALIZE: to a string type, for which the text is cast. */
export const analyzeXmlSerialize = (context: AnalysisContext, scope: Scope, node: NodeBodies['XmlSerialize']): Expr => {
  const value = argument(context, scope, node.expr as Node, OID.xml, 'XMLSERIALIZE')
  const location: Location = node.location
  const { type, typmod } = resolveTypeName(context, node.typeName ?? {})
  const text = call(context, xmlSerialize(kindOf(node.xmloption), formatType(type, typmod)), [value])
  const coerced = type.category === 'S' ? tryCoerce(context, text, type, typmod, 'implicit', location) : null
  if (coerced === null) throw cannotSerialize(formatType(type, -1), location)
  return coerced
}

/** jsonb_pretty: one member or element a line, four blanks a level. */
import { formatJsonbNode, isJsonbArray, isJsonbObject, type JsonbNode } from '../../types/json/jsonb.ts'
import { quoteJson } from '../../types/json/quote.ts'

const INDENT = '    '

export const prettyJsonb = (node: JsonbNode, indent = ''): string => {
  const deeper = indent + INDENT
  const block = (open: string, lines: readonly string[], close: string): string =>
    lines.length === 0
      ? `${open}\n${indent}${close}`
      : `${open}\n${lines.map((line) => deeper + line).join(',\n')}\n${indent}${close}`
  if (isJsonbArray(node)) {
    return block(
      '[',
      node.map((element) => prettyJsonb(element, deeper)),
      ']',
    )
  }
  if (isJsonbObject(node)) {
    return block(
      '{',
      [...node].map(([key, member]) => `${quoteJson(key)}: ${prettyJsonb(member, deeper)}`),
      '}',
    )
  }
  return formatJsonbNode(node)
}

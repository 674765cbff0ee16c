/** A jsonpath in its canonical text. */
import { quoteJson } from '../json/quote.ts'
import type { JsonPath, Level, PathItem, PathStep } from './items.ts'

/** The tighter an operator binds, the higher. */
const priority = (step: PathStep): number => {
  switch (step.kind) {
    case 'or':
      return 0
    case 'and':
      return 1
    case 'comparison':
    case 'startsWith':
      return 2
    case 'arithmetic':
      return step.operator === '+' || step.operator === '-' ? 3 : 4
    case 'sign':
      return 5
    default:
      return 6
  }
}

const enclose = (text: string, brackets: boolean): string => (brackets ? `(${text})` : text)

const operand = (arg: PathItem, parent: PathStep): string =>
  printItem(arg, false, priority(arg.step) <= priority(parent))

const binary = (step: PathStep, left: PathItem, operator: string, right: PathItem): string =>
  `${operand(left, step)} ${operator} ${operand(right, step)}`

const levels = (first: Level, last: Level): string => {
  if (first === 0 && last === 'last') return ''
  return first === last ? `{${first}}` : `{${first} to ${last}}`
}

const printStep = (step: PathStep, hasNext: boolean, inKey: boolean, brackets: boolean): string => {
  const dot = inKey ? '.' : ''
  switch (step.kind) {
    case 'root':
      return '$'
    case 'current':
      return '@'
    case 'last':
    case 'null':
      return step.kind
    case 'anyArray':
      return '[*]'
    case 'anyKey':
      return `${dot}*`
    case 'bool':
      return String(step.value)
    case 'numeric':
      return enclose(step.value.toString(), hasNext)
    case 'string':
      return quoteJson(step.value)
    case 'variable':
      return `$${quoteJson(step.value)}`
    case 'key':
      return dot + quoteJson(step.value)
    case 'and':
      return enclose(binary(step, step.left, '&&', step.right), brackets)
    case 'or':
      return enclose(binary(step, step.left, '||', step.right), brackets)
    case 'startsWith':
      return enclose(binary(step, step.left, 'starts with', step.right), brackets)
    case 'comparison':
    case 'arithmetic':
      return enclose(binary(step, step.left, step.operator, step.right), brackets)
    case 'sign':
      return enclose(step.operator + operand(step.arg, step), brackets)
    case 'not':
      return `!(${printItem(step.arg, false, false)})`
    case 'isUnknown':
      return `(${printItem(step.arg, false, false)}) is unknown`
    case 'exists':
      return `exists (${printItem(step.arg, false, false)})`
    case 'filter':
      return `?(${printItem(step.arg, false, false)})`
    case 'likeRegex': {
      const flags = step.flags === '' ? '' : ` flag "${step.flags}"`
      return enclose(`${operand(step.arg, step)} like_regex ${quoteJson(step.pattern)}${flags}`, brackets)
    }
    case 'subscripts':
      return `[${step.subscripts
        .map(
          ({ from, to }) => printItem(from, false, false) + (to === null ? '' : ` to ${printItem(to, false, false)}`),
        )
        .join()}]`
    case 'anyLevel':
      return `${dot}**${levels(step.first, step.last)}`
    case 'method':
      return `.${step.name}()`
    case 'datetime':
      return `.datetime(${step.template === null ? '' : quoteJson(step.template)})`
  }
}

const printItem = (item: PathItem, inKey: boolean, brackets: boolean): string => {
  const own = printStep(item.step, item.next !== null, inKey, brackets)
  return item.next === null ? own : own + printItem(item.next, true, true)
}

export const formatJsonPath = ({ lax, root }: JsonPath): string => (lax ? '' : 'strict ') + printItem(root, false, true)

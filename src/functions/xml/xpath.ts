/** Evaluates XPath 1.0 expressions over documents. */
import { localName, namespaceOf, stringValue, type XmlNode } from './document.ts'
import { type Axis, type Step, type XPath, XPathError } from './xpath-parser.ts'

export type XPathValue = string | number | boolean | readonly XmlNode[]

interface Focus {
  readonly node: XmlNode
  readonly position: number
  readonly size: number
}

const descendants = (node: XmlNode): XmlNode[] => node.children.flatMap((child) => [child, ...descendants(child)])

const ancestors = (node: XmlNode): XmlNode[] => (node.parent === null ? [] : [node.parent, ...ancestors(node.parent)])

const rootOf = (node: XmlNode): XmlNode => ancestors(node).at(-1) ?? node

const siblings = (node: XmlNode, side: 'before' | 'after'): XmlNode[] => {
  if (node.parent === null || node.kind === 'attribute') return []
  const all = node.parent.children
  const at = all.findIndex((child) => child.order === node.order)
  return side === 'after' ? all.slice(at + 1) : all.slice(0, at).reverse()
}

/** Nodes of an axis, the nearest first. */
const AXES: Readonly<Record<Axis, (node: XmlNode) => readonly XmlNode[]>> = {
  ancestor: ancestors,
  'ancestor-or-self': (node) => [node, ...ancestors(node)],
  attribute: (node) => node.attributes,
  child: (node) => node.children,
  descendant: descendants,
  'descendant-or-self': (node) => [node, ...descendants(node)],
  following: (node) =>
    [node, ...ancestors(node)].flatMap((at) => siblings(at, 'after').flatMap((next) => [next, ...descendants(next)])),
  'following-sibling': (node) => siblings(node, 'after'),
  parent: (node) => (node.parent === null ? [] : [node.parent]),
  preceding: (node) =>
    [node, ...ancestors(node)].flatMap((at) =>
      siblings(at, 'before').flatMap((before) => [before, ...descendants(before)].reverse()),
    ),
  'preceding-sibling': (node) => siblings(node, 'before'),
  self: (node) => [node],
}

const KINDS: Readonly<Record<string, XmlNode['kind']>> = {
  text: 'text',
  comment: 'comment',
  'processing-instruction': 'instruction',
}

const inDocumentOrder = (nodes: readonly XmlNode[]): XmlNode[] =>
  [...new Map(nodes.map((node) => [node.order, node])).values()].sort((a, b) => a.order - b.order)

const toNumber = (value: XPathValue): number => {
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'number') return value
  const text = toText(value).trim()
  return /^-?(?:\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : Number.NaN
}

/** XPath's string(). */
export const toText = (value: XPathValue): string => {
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return String(value)
  if (typeof value !== 'number') return value[0] === undefined ? '' : stringValue(value[0])
  return value === 0 ? '0' : String(value)
}

const toBoolean = (value: XPathValue): boolean => {
  if (typeof value === 'boolean') return value
  if (typeof value === 'number') return value !== 0 && !Number.isNaN(value)
  return value.length > 0
}

const isNodes = (value: XPathValue): value is readonly XmlNode[] => Array.isArray(value)

const compareValues = (operator: string, a: XPathValue, b: XPathValue): boolean => {
  if (isNodes(a) && typeof b !== 'boolean') return a.some((node) => compareValues(operator, stringValue(node), b))
  if (isNodes(b) && typeof a !== 'boolean') return b.some((node) => compareValues(operator, a, stringValue(node)))
  if (operator === '=' || operator === '!=') {
    const equal =
      typeof a === 'boolean' || typeof b === 'boolean'
        ? toBoolean(a) === toBoolean(b)
        : typeof a === 'number' || typeof b === 'number'
          ? toNumber(a) === toNumber(b)
          : toText(a) === toText(b)
    return equal === (operator === '=')
  }
  const [x, y] = [toNumber(a), toNumber(b)]
  return operator === '<' ? x < y : operator === '<=' ? x <= y : operator === '>' ? x > y : x >= y
}

const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  div: (a, b) => a / b,
  mod: (a, b) => a % b,
}

const round = (value: number): number => Math.floor(value + 0.5)

const substring = (text: string, start: number, length = Number.POSITIVE_INFINITY): string => {
  const first = round(start)
  const end = first + round(length)
  return Array.from(text)
    .filter((_, i) => i + 1 >= first && i + 1 < end)
    .join('')
}

const translate = (text: string, from: string, to: string): string =>
  Array.from(text, (character) => {
    const at = from.indexOf(character)
    return at < 0 ? character : to.charAt(at)
  }).join('')

type Core = (args: readonly XPathValue[], focus: Focus) => XPathValue

const own = (args: readonly XPathValue[], { node }: Focus): XPathValue => args[0] ?? [node]
const textAt = (args: readonly XPathValue[], i: number): string => toText(args[i] ?? '')

const nodesOf = (value: XPathValue): readonly XmlNode[] => {
  if (!isNodes(value)) throw new XPathError('Invalid type')
  return value
}

const firstNamed = (value: XPathValue, read: (node: XmlNode) => string): string => {
  const [node] = nodesOf(value)
  return node === undefined || node.kind === 'text' || node.kind === 'comment' ? '' : read(node)
}

const FUNCTIONS: Readonly<Record<string, Core>> = {
  last: (_args, { size }) => size,
  position: (_args, { position }) => position,
  count: ([nodes = []]) => nodesOf(nodes).length,
  'local-name': (args, focus) => firstNamed(own(args, focus), localName),
  'namespace-uri': (args, focus) => firstNamed(own(args, focus), namespaceOf),
  name: (args, focus) => firstNamed(own(args, focus), ({ name }) => name),
  string: (args, focus) => toText(own(args, focus)),
  concat: (args) => args.map(toText).join(''),
  'starts-with': (args) => textAt(args, 0).startsWith(textAt(args, 1)),
  contains: (args) => textAt(args, 0).includes(textAt(args, 1)),
  'substring-before': (args) => {
    const at = textAt(args, 0).indexOf(textAt(args, 1))
    return at < 0 ? '' : textAt(args, 0).slice(0, at)
  },
  'substring-after': (args) => {
    const at = textAt(args, 0).indexOf(textAt(args, 1))
    return at < 0 ? '' : textAt(args, 0).slice(at + textAt(args, 1).length)
  },
  substring: (args) =>
    args[2] === undefined
      ? substring(textAt(args, 0), toNumber(args[1] ?? ''))
      : substring(textAt(args, 0), toNumber(args[1] ?? ''), toNumber(args[2])),
  'string-length': (args, focus) => Array.from(toText(own(args, focus))).length,
  'normalize-space': (args, focus) => toText(own(args, focus)).trim().replace(/\s+/g, ' '),
  translate: (args) => translate(textAt(args, 0), textAt(args, 1), textAt(args, 2)),
  boolean: ([value = false]) => toBoolean(value),
  not: ([value = false]) => !toBoolean(value),
  true: () => true,
  false: () => false,
  number: (args, focus) => toNumber(own(args, focus)),
  sum: ([nodes = []]) => nodesOf(nodes).reduce((sum, node) => sum + toNumber(stringValue(node)), 0),
  floor: ([value = '']) => Math.floor(toNumber(value)),
  ceiling: ([value = '']) => Math.ceil(toNumber(value)),
  round: ([value = '']) => round(toNumber(value)),
}

export class XPathEvaluator {
  readonly #namespaces: ReadonlyMap<string, string>

  /** `namespaces`: what prefixes in expressions stand for. */
  constructor(namespaces: ReadonlyMap<string, string>) {
    this.#namespaces = namespaces
  }

  /** Throws XPathError for functions, prefixes and operands that there are not. */
  evaluate(expression: XPath, node: XmlNode): XPathValue {
    return this.#value(expression, { node, position: 1, size: 1 })
  }

  #value(expression: XPath, focus: Focus): XPathValue {
    switch (expression.kind) {
      case 'number':
      case 'string':
        return expression.value
      case 'negate':
        return -toNumber(this.#value(expression.operand, focus))
      case 'call': {
        const evaluate = FUNCTIONS[expression.name]
        if (evaluate === undefined) throw new XPathError('Unregistered function')
        return evaluate(
          expression.args.map((arg) => this.#value(arg, focus)),
          focus,
        )
      }
      case 'binary':
        return this.#binary(expression, focus)
      case 'filter':
        return this.#filtered(nodesOf(this.#value(expression.operand, focus)), expression.predicates)
      case 'path': {
        const { from, absolute, steps } = expression
        const start = from === null ? [absolute ? rootOf(focus.node) : focus.node] : nodesOf(this.#value(from, focus))
        return steps.reduce<readonly XmlNode[]>((nodes, step) => this.#step(nodes, step), start)
      }
    }
  }

  #binary({ operator, left, right }: XPath & { kind: 'binary' }, focus: Focus): XPathValue {
    const a = this.#value(left, focus)
    if (operator === 'or' || operator === 'and') {
      return toBoolean(a) === (operator === 'or') ? operator === 'or' : toBoolean(this.#value(right, focus))
    }
    const b = this.#value(right, focus)
    if (operator === '|') return inDocumentOrder([...nodesOf(a), ...nodesOf(b)])
    const compute = ARITHMETIC[operator]
    return compute === undefined ? compareValues(operator, a, b) : compute(toNumber(a), toNumber(b))
  }

  #step(nodes: readonly XmlNode[], { axis, test, predicates }: Step): XmlNode[] {
    const found = nodes.flatMap((node) =>
      this.#filtered(
        AXES[axis](node).filter((candidate) => this.#passes(candidate, axis, test)),
        predicates,
      ),
    )
    return inDocumentOrder(found)
  }

  #passes(node: XmlNode, axis: Axis, test: Step['test']): boolean {
    if ('kind' in test) {
      return (
        test.kind === 'node' ||
        (node.kind === KINDS[test.kind] && (test.target === undefined || node.name === test.target))
      )
    }
    if (node.kind !== (axis === 'attribute' ? 'attribute' : 'element')) return false
    if (test.name === '*') return true
    const colon = test.name.indexOf(':')
    if (colon < 0) return localName(node) === test.name && namespaceOf(node) === ''
    const namespace = this.#namespaces.get(test.name.slice(0, colon))
    if (namespace === undefined) throw new XPathError('Undefined namespace prefix')
    const local = test.name.slice(colon + 1)
    return namespaceOf(node) === namespace && (local === '*' || localName(node) === local)
  }

  #filtered(nodes: readonly XmlNode[], predicates: readonly XPath[]): XmlNode[] {
    let kept = [...nodes]
    for (const predicate of predicates) {
      const size = kept.length
      kept = kept.filter((node, i) => {
        const value = this.#value(predicate, { node, position: i + 1, size })
        return typeof value === 'number' ? value === i + 1 : toBoolean(value)
      })
    }
    return kept
  }
}

/** The parse tree of a regular expression: what each part is, and how JavaScript writes it. */

export type RegexNode =
  /** One character: `source` as JavaScript writes it. */
  | { readonly kind: 'character'; readonly source: string }
  /** Matches no character: anchors, word edges, lookaround. */
  | { readonly kind: 'constraint'; readonly source: string }
  | { readonly kind: 'reference'; readonly group: number; readonly source: string }
  | { readonly kind: 'sequence'; readonly parts: readonly RegexNode[] }
  | { readonly kind: 'choice'; readonly branches: readonly RegexNode[] }
  /** `group` null: not captured. */
  | { readonly kind: 'group'; readonly group: number | null; readonly body: RegexNode }
  | {
      readonly kind: 'repeat'
      readonly body: RegexNode
      readonly min: number
      readonly max: number
      readonly lazy: boolean
      /** Written as `{m}`. */
      readonly fixed: boolean
    }

/** The quantifier as JavaScript writes it. */
const quantifier = ({ min, max, lazy }: RegexNode & { kind: 'repeat' }): string =>
  `{${min},${max === Number.POSITIVE_INFINITY ? '' : max}}${lazy ? '?' : ''}`

/** The tree as a JavaScript expression. */
export const sourceOf = (node: RegexNode): string => {
  switch (node.kind) {
    case 'sequence':
      return node.parts.map(sourceOf).join('')
    case 'choice':
      return node.branches.map(sourceOf).join('|')
    case 'group':
      return `(${node.group === null ? '?:' : ''}${sourceOf(node.body)})`
    case 'repeat':
      return `${sourceOf(node.body)}${quantifier(node)}`
    default:
      return node.source
  }
}

/** Whether a part is to be as short as it can, as long, or does not say: PostgreSQL manual, 9.7.3.5. */
export const preferenceOf = (node: RegexNode): 'longest' | 'shortest' | null => {
  switch (node.kind) {
    case 'choice':
      return 'longest'
    case 'group':
      return preferenceOf(node.body)
    case 'repeat':
      return node.fixed ? preferenceOf(node.body) : node.lazy ? 'shortest' : 'longest'
    case 'sequence':
      for (const part of node.parts) {
        const preference = preferenceOf(part)
        if (preference !== null) return preference
      }
      return null
    default:
      return null
  }
}

/** How many parts may match more than one length, alternatives counting as several. */
const freedom = (node: RegexNode): number => {
  switch (node.kind) {
    case 'choice':
      return 2
    case 'group':
      return freedom(node.body)
    case 'repeat':
      return node.body.kind === 'character'
        ? node.min === node.max
          ? 0
          : 1
        : node.min === node.max
          ? freedom(node.body) * 2
          : 2
    case 'sequence':
      return node.parts.reduce((sum, part) => sum + freedom(part), 0)
    case 'reference':
      return 2
    default:
      return 0
  }
}

/** Whether JavaScript finds the same match: where no more than one part has a choice. */
export const isUnambiguous = (node: RegexNode): boolean => freedom(node) < 2

export const hasReferences = (node: RegexNode): boolean => {
  switch (node.kind) {
    case 'reference':
      return true
    case 'sequence':
      return node.parts.some(hasReferences)
    case 'choice':
      return node.branches.some(hasReferences)
    case 'group':
    case 'repeat':
      return hasReferences(node.body)
    default:
      return false
  }
}

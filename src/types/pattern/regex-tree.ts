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

/** Characters by which it is told whether two classes have any in common: Latin ones, and some of other scripts. */
const SAMPLE = Array.from({ length: 0x250 }, (_, code) => code)
  .concat([0x3b1, 0x434, 0x5d0, 0x660, 0x966, 0x2028, 0x2160, 0x3000, 0x3042, 0x4e00, 0xac00, 0xff21, 0x1d400])
  .map((code) => String.fromCodePoint(code))

/** The first character that a part matches, where there must be one and it is of one class. */
const firstCharacter = (node: RegexNode | undefined): (RegexNode & { kind: 'character' }) | null => {
  switch (node?.kind) {
    case 'character':
      return node
    case 'group':
      return firstCharacter(node.body)
    case 'sequence':
      return firstCharacter(node.parts[0])
    case 'repeat':
      return node.min > 0 ? firstCharacter(node.body) : null
    default:
      return null
  }
}

/** The one class of characters that a part is a greedy repetition of. */
const repeatedCharacter = (node: RegexNode): (RegexNode & { kind: 'character' }) | null => {
  if (node.kind === 'group') return repeatedCharacter(node.body)
  return node.kind === 'repeat' && !node.lazy && node.max > 1 && node.body.kind === 'character' ? node.body : null
}

/** Whether a repetition ends where the next part begins, for no character could belong to both. */
const isSettledBy = (part: RegexNode, next: RegexNode | undefined, flags: string): boolean => {
  const repeated = repeatedCharacter(part)
  const following = firstCharacter(next)
  if (repeated === null || following === null) return false
  const inClass = new RegExp(`^${repeated.source}$`, flags)
  const inNext = new RegExp(`^${following.source}$`, flags)
  return !SAMPLE.some((character) => inClass.test(character) && inNext.test(character))
}

/** How many parts may match more than one length, alternatives counting as several. */
const freedom = (node: RegexNode, flags: string): number => {
  switch (node.kind) {
    case 'choice':
    case 'reference':
      return 2
    case 'group':
      return freedom(node.body, flags)
    case 'repeat':
      if (node.body.kind === 'character') return node.min === node.max ? 0 : 1
      return node.min === node.max ? freedom(node.body, flags) * 2 : 2
    case 'sequence':
      return node.parts.reduce(
        (sum, part, i) => sum + (isSettledBy(part, node.parts[i + 1], flags) ? 0 : freedom(part, flags)),
        0,
      )
    default:
      return 0
  }
}

/**
 * Whether JavaScript finds the same match: where no more than one part has a choice. `flags`: those of JavaScript that
 * the expression is compiled with.
 */
export const isUnambiguous = (node: RegexNode, flags: string): boolean => freedom(node, flags) < 2

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

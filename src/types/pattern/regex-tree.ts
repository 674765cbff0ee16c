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
export const freedom = (node: RegexNode, flags: string): number => {
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

const unwrapped = (node: RegexNode): RegexNode => (node.kind === 'group' ? unwrapped(node.body) : node)

/** Alternatives of fixed lengths of which each begins with characters that no other does. */
const isDecided = (branches: readonly RegexNode[], flags: string): boolean => {
  const firsts = branches.map((branch) => {
    const first = firstCharacter(branch)
    return first === null || freedom(branch, flags) > 0 ? null : new RegExp(`^${first.source}$`, flags)
  })
  if (firsts.includes(null)) return false
  return !SAMPLE.some((character) => firsts.filter((first) => first?.test(character)).length > 1)
}

/** Whether a repeated part can match one text in several ways, which JavaScript would try one after the other. */
const repeatsAmbiguously = (body: RegexNode, flags: string): boolean => {
  const whole = unwrapped(body)
  if (whole.kind === 'choice') return !isDecided(whole.branches, flags)
  const parts = whole.kind === 'sequence' ? whole.parts : [whole]
  return parts.some((part, i) => {
    const inner = unwrapped(part)
    if (inner.kind === 'choice') return !isDecided(inner.branches, flags)
    return freedom(part, flags) > 0 && !isSettledBy(part, parts[i + 1] ?? parts[0], flags)
  })
}

/** Whether JavaScript's search could take time that grows exponentially with the text. */
export const mayExplode = (node: RegexNode, flags: string): boolean => {
  switch (node.kind) {
    case 'sequence':
      return node.parts.some((part) => mayExplode(part, flags))
    case 'choice':
      return node.branches.some((branch) => mayExplode(branch, flags))
    case 'group':
      return mayExplode(node.body, flags)
    case 'repeat':
      return (node.max > 1 && repeatsAmbiguously(node.body, flags)) || mayExplode(node.body, flags)
    default:
      return false
  }
}

/** Parts of an expression when every repetition is written out, as machines for it need them. */
export const writtenOut = (node: RegexNode): number => {
  switch (node.kind) {
    case 'sequence':
      return node.parts.reduce((sum, part) => sum + writtenOut(part), 0)
    case 'choice':
      return node.branches.reduce((sum, branch) => sum + writtenOut(branch), 1)
    case 'group':
      return writtenOut(node.body)
    case 'repeat':
      return writtenOut(node.body) * Math.max(node.max === Number.POSITIVE_INFINITY ? node.min + 1 : node.max, 1)
    default:
      return 1
  }
}

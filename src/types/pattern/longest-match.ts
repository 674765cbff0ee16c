/**
 * The match of a regular expression at one place as POSIX and PostgreSQL define it: the longest of all (or the
 * shortest, where the expression asks for that), its parts chosen from left to right by their own preferences.
 */
import { RegexProgram, TooManySteps } from './regex-program.ts'
import { hasReferences, preferenceOf, type RegexNode } from './regex-tree.ts'

/** Steps after which the search for the parts of a match is given up. */
const BUDGET = 500_000

/** Turns of a repetition that are told apart; each takes its place on the stack. */
const MAX_TURNS = 1000

/** Where a group matched. */
export type Span = readonly [from: number, to: number]

type Node<K extends RegexNode['kind']> = RegexNode & { kind: K }

class Search {
  readonly #text: string
  readonly #flags: string
  readonly #groups: ReadonlyMap<number, RegexNode>
  readonly #ends = new Map<RegexNode, Map<number, readonly number[]>>()
  readonly #expressions: Map<RegexNode, RegExp>
  readonly spans: (Span | undefined)[] = []
  #steps = 0

  constructor(
    text: string,
    flags: string,
    groups: ReadonlyMap<number, RegexNode>,
    expressions: Map<RegexNode, RegExp>,
  ) {
    this.#text = text
    this.#flags = flags
    this.#groups = groups
    this.#expressions = expressions
  }

  #count(steps: number): void {
    this.#steps += steps
    if (this.#steps > BUDGET) throw new TooManySteps()
  }

  /** Where matches of a node that begin at a place may end: ascending. */
  ends(node: RegexNode, from: number): readonly number[] {
    let known = this.#ends.get(node)
    if (known === undefined) this.#ends.set(node, (known = new Map<number, readonly number[]>()))
    let ends = known.get(from)
    if (ends === undefined) {
      ends = this.#findEnds(node, from)
      this.#count(ends.length + 1)
      known.set(from, ends)
    }
    return ends
  }

  #findEnds(node: RegexNode, from: number): readonly number[] {
    switch (node.kind) {
      case 'character':
      case 'constraint': {
        const end = this.#leafEnd(node, from)
        return end < 0 ? [] : [end]
      }
      case 'reference': {
        const body = this.#groups.get(node.group)
        return body === undefined ? [] : this.ends(body, from)
      }
      case 'group':
        return this.ends(node.body, from)
      case 'choice':
        return union(node.branches.map((branch) => this.ends(branch, from)))
      case 'sequence': {
        let places: readonly number[] = [from]
        for (const part of node.parts) places = union(places.map((place) => this.ends(part, place)))
        return places
      }
      case 'repeat':
        return this.#repeatEnds(node, from)
    }
  }

  #leafEnd(node: Node<'character' | 'constraint'>, from: number): number {
    let expression = this.#expressions.get(node)
    if (expression === undefined) {
      expression = new RegExp(node.source, `y${this.#flags}`)
      this.#expressions.set(node, expression)
    }
    expression.lastIndex = from
    return expression.test(this.#text) ? expression.lastIndex : -1
  }

  #repeatEnds({ body, min, max }: Node<'repeat'>, from: number): readonly number[] {
    const reached = new Set<number>(min === 0 ? [from] : [])
    let places: readonly number[] = [from]
    const seen = new Set<number>()
    for (let n = 1; n <= max && places.length > 0; n++) {
      const next = union(places.map((place) => this.ends(body, place)))
      if (n >= min) for (const end of next) reached.add(end)
      // From here on only new places can lead further.
      places = n < min ? next : next.filter((end) => !seen.has(end))
      if (n >= min) for (const end of places) seen.add(end)
      this.#count(places.length)
    }
    return [...reached].sort((a, b) => a - b)
  }

  #matches(node: RegexNode, from: number, to: number): boolean {
    return this.ends(node, from).includes(to)
  }

  /** Finds what the groups of a node that matches between two places match. False: its references do not. */
  dissect(node: RegexNode, from: number, to: number): boolean {
    this.#count(1)
    switch (node.kind) {
      case 'character':
      case 'constraint':
        return true
      case 'reference':
        return this.#isReferred(node, from, to)
      case 'group':
        if (!this.dissect(node.body, from, to)) return false
        if (node.group !== null) this.spans[node.group] = [from, to]
        return true
      case 'choice':
        return node.branches.some(
          (branch) => this.#matches(branch, from, to) && this.#undoing(() => this.dissect(branch, from, to)),
        )
      case 'sequence':
        return this.#dissectParts(node.parts, 0, from, to)
      case 'repeat':
        return this.#dissectRepeat(node, from, to)
    }
  }

  /** Groups are as before when it fails. */
  #undoing(attempt: () => boolean): boolean {
    const before = [...this.spans]
    if (attempt()) return true
    this.spans.length = 0
    this.spans.push(...before)
    return false
  }

  #isReferred({ group }: Node<'reference'>, from: number, to: number): boolean {
    const span = this.spans[group]
    if (span === undefined) return false
    const [referred, found] = [this.#text.slice(...span), this.#text.slice(from, to)]
    return this.#flags.includes('i') ? referred.toLowerCase() === found.toLowerCase() : referred === found
  }

  #dissectParts(parts: readonly RegexNode[], at: number, from: number, to: number): boolean {
    const part = parts[at]
    if (part === undefined) return from === to
    if (at === parts.length - 1) return this.#matches(part, from, to) && this.dissect(part, from, to)
    return this.#inOrder(part, from, to).some(
      (middle) =>
        this.#restMatches(parts, at + 1, middle, to) &&
        this.#undoing(() => this.dissect(part, from, middle) && this.#dissectParts(parts, at + 1, middle, to)),
    )
  }

  /** Ends of a part up to a place, those it prefers first. */
  #inOrder(part: RegexNode, from: number, to: number): number[] {
    const ends = this.ends(part, from).filter((end) => end <= to)
    return preferenceOf(part) === 'shortest' ? ends : ends.reverse()
  }

  #restMatches(parts: readonly RegexNode[], at: number, from: number, to: number): boolean {
    let places: readonly number[] = [from]
    for (let i = at; i < parts.length; i++) {
      places = union(places.map((place) => this.ends(parts[i] as RegexNode, place)))
      this.#count(places.length)
    }
    return places.includes(to)
  }

  /** The last turn of a repetition that can be cut in one way only; null when there may be several. */
  #onlyTurns(body: RegexNode, from: number, to: number, least: number, max: number): Span | null {
    if (hasReferences(body)) return null
    let last: Span | null = null
    let turns = 0
    for (let place = from; place < to; turns++) {
      const [end, another] = this.ends(body, place).filter((possible) => possible <= to)
      if (end === undefined || another !== undefined || end === place) return null
      last = [place, end]
      place = end
    }
    return turns >= least && turns <= max ? last : null
  }

  #dissectRepeat({ body, min, max, lazy }: Node<'repeat'>, from: number, to: number): boolean {
    if (body.kind === 'character') return true
    if (from === to && min === 0) {
      // A turn that matches nothing still counts where there may be one.
      if (max > 0 && this.#matches(body, from, to)) this.#undoing(() => this.dissect(body, from, to))
      return true
    }
    const least = Math.max(min, 1)
    const last = this.#onlyTurns(body, from, to, least, max)
    if (last !== null) return this.dissect(body, ...last)
    const step = (place: number, n: number): boolean => {
      if (place === to && n >= least) return true
      if (n >= MAX_TURNS) throw new TooManySteps()
      if (n >= max) return false
      const ends = this.ends(body, place).filter((end) => end <= to && (end > place || n < least))
      return (lazy ? ends : ends.reverse()).some((end) =>
        this.#undoing(() => this.dissect(body, place, end) && step(end, n + 1)),
      )
    }
    return step(from, 0)
  }
}

const union = (lists: readonly (readonly number[])[]): readonly number[] => {
  if (lists.length === 1) return lists[0] as readonly number[]
  return [...new Set(lists.flat())].sort((a, b) => a - b)
}

/** Finds matches of one expression. */
export class LongestMatch {
  readonly #root: RegexNode
  readonly #flags: string
  readonly #groups = new Map<number, RegexNode>()
  readonly #expressions = new Map<RegexNode, RegExp>()
  #program: RegexProgram | 'none' | null = null

  /** `flags`: those of JavaScript that the expression's parts are compiled with. */
  constructor(root: RegexNode, flags: string) {
    this.#root = root
    this.#flags = flags
    this.#collect(root)
  }

  #collect(node: RegexNode): void {
    if (node.kind === 'sequence') node.parts.forEach((part) => this.#collect(part))
    else if (node.kind === 'choice') node.branches.forEach((branch) => this.#collect(branch))
    else if (node.kind === 'group' || node.kind === 'repeat') this.#collect(node.body)
    if (node.kind === 'group' && node.group !== null) this.#groups.set(node.group, node.body)
  }

  /** The machine for the whole; null where it would need references. Made when it is first wanted. */
  #machine(): RegexProgram | null {
    this.#program ??= hasReferences(this.#root) ? 'none' : new RegexProgram(this.#root, this.#flags)
    return this.#program === 'none' ? null : this.#program
  }

  /** Where the first match from a place on begins, -1 without one. Throws TooManySteps. */
  start(text: string, from: number): number {
    const machine = this.#machine()
    if (machine !== null) return machine.start(text, from)
    const search = new Search(text, this.#flags, this.#groups, this.#expressions)
    for (let at = from; at <= text.length; at++) if (search.ends(this.#root, at).length > 0) return at
    return -1
  }

  /** The whole match at a place and its groups, null without one. Throws TooManySteps. */
  at(text: string, from: number): { readonly end: number; readonly groups: readonly (Span | undefined)[] } | null {
    const longest = preferenceOf(this.#root) !== 'shortest'
    const search = new Search(text, this.#flags, this.#groups, this.#expressions)
    const machine = this.#machine()
    if (machine !== null) {
      const end = machine.end(text, from, longest)
      if (end < 0) return null
      if (this.#groups.size > 0) search.dissect(this.#root, from, end)
      return { end, groups: search.spans }
    }
    const ends = [...search.ends(this.#root, from)]
    if (longest) ends.reverse()
    for (const end of ends) {
      search.spans.length = 0
      if (search.dissect(this.#root, from, end)) return { end, groups: search.spans }
    }
    return null
  }

  get groupCount(): number {
    return this.#groups.size
  }
}

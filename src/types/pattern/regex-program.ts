/**
 * A regular expression without references as the program of a machine that follows all ways through it at once, so
 * that its time is bounded by the lengths of text and expression.
 */
import type { RegexNode } from './regex-tree.ts'

type Instruction =
  | { readonly op: 'character' | 'constraint'; readonly source: string; readonly next: number }
  | { readonly op: 'split'; readonly ways: readonly number[] }
  | { readonly op: 'match' }

/** Thrown where the program, or what it has to do, is too much. */
export class TooManySteps extends Error {}

const MAX_INSTRUCTIONS = 50_000
const MAX_STEPS = 50_000_000
const MATCH = 0

export class RegexProgram {
  readonly #code: Instruction[] = [{ op: 'match' }]
  readonly #entry: number
  readonly #flags: string
  readonly #expressions = new Map<string, RegExp>()

  /** `flags`: those of JavaScript that the expression's parts are compiled with. Throws TooManySteps. */
  constructor(root: RegexNode, flags: string) {
    this.#flags = flags
    this.#entry = this.#compile(root, MATCH)
  }

  #add(instruction: Instruction): number {
    if (this.#code.length >= MAX_INSTRUCTIONS) throw new TooManySteps()
    return this.#code.push(instruction) - 1
  }

  /** Where the code of a node begins that goes on at `next`. */
  #compile(node: RegexNode, next: number): number {
    switch (node.kind) {
      case 'character':
      case 'constraint':
        return this.#add({ op: node.kind, source: node.source, next })
      case 'reference':
        throw new Error('a program has no references')
      case 'group':
        return this.#compile(node.body, next)
      case 'choice':
        return this.#add({ op: 'split', ways: node.branches.map((branch) => this.#compile(branch, next)) })
      case 'sequence':
        return node.parts.reduceRight((after, part) => this.#compile(part, after), next)
      case 'repeat': {
        const { body, min, max } = node
        let entry = next
        if (max === Number.POSITIVE_INFINITY) {
          const ways: number[] = []
          entry = this.#add({ op: 'split', ways })
          ways.push(this.#compile(body, entry), next)
        } else {
          for (let i = min; i < max; i++) entry = this.#add({ op: 'split', ways: [this.#compile(body, entry), next] })
        }
        for (let i = 0; i < min; i++) entry = this.#compile(body, entry)
        return entry
      }
    }
  }

  #fits(source: string, text: string, at: number): boolean {
    let expression = this.#expressions.get(source)
    if (expression === undefined) {
      expression = new RegExp(source, `y${this.#flags}`)
      this.#expressions.set(source, expression)
    }
    expression.lastIndex = at
    return expression.test(text)
  }

  /** Where the first match from a place on begins, -1 without one. Throws TooManySteps. */
  start(text: string, from: number): number {
    return this.#run(text, from, false, true).start
  }

  /** Where the longest or shortest match that begins at a place ends, -1 without one. Throws TooManySteps. */
  end(text: string, from: number, longest: boolean): number {
    return this.#run(text, from, true, !longest).end
  }

  /** `anchored`: begins at `from`; `first`: the first end is enough. */
  #run(text: string, from: number, anchored: boolean, first: boolean): { start: number; end: number } {
    const best = { start: -1, end: -1 }
    /** Places of the program that wait for the next character, by where their matches began. */
    let waiting = new Map<number, number>()
    let steps = 0
    for (let at = from; at <= text.length; ) {
      const reached = new Map<number, number>()
      const stack: [number, number][] = [...waiting]
      if (best.start < 0 && (!anchored || at === from)) stack.push([this.#entry, at])
      // The earliest beginning first, so that each place is looked at once.
      stack.sort((a, b) => b[1] - a[1])
      const passed = new Map<string, boolean>()
      while (stack.length > 0) {
        const [place, start] = stack.pop() as [number, number]
        if (reached.has(place) || (best.start >= 0 && start > best.start)) continue
        reached.set(place, start)
        if (++steps > MAX_STEPS) throw new TooManySteps()
        const instruction = this.#code[place] as Instruction
        if (instruction.op === 'match') {
          if (best.start < 0 || start < best.start || (start === best.start && !first)) {
            best.start = start
            best.end = at
          }
        } else if (instruction.op === 'split') {
          for (const way of instruction.ways) stack.push([way, start])
        } else if (instruction.op === 'constraint') {
          let holds = passed.get(instruction.source)
          if (holds === undefined) passed.set(instruction.source, (holds = this.#fits(instruction.source, text, at)))
          if (holds) stack.push([instruction.next, start])
        }
      }
      waiting = new Map()
      const accepted = new Map<string, boolean>()
      if (at < text.length) {
        for (const [place, start] of reached) {
          const instruction = this.#code[place] as Instruction
          if (
            instruction.op !== 'character' ||
            (best.start >= 0 && (first ? start >= best.start : start > best.start))
          ) {
            continue
          }
          let fits = accepted.get(instruction.source)
          if (fits === undefined) accepted.set(instruction.source, (fits = this.#fits(instruction.source, text, at)))
          if (fits) waiting.set(instruction.next, Math.min(start, waiting.get(instruction.next) ?? start))
        }
      }
      if (waiting.size === 0 && (anchored || best.start >= 0)) break
      at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1
    }
    return best
  }
}

/** `name = value` lists of CREATE TYPE, CREATE AGGREGATE, CREATE OPERATOR. */
import { resolveTypeName, type TypeWithMod } from '../../analyze/type-name.ts'
import { conflictingOptions } from '../../errors/raise/routines.ts'
import { bodyOf, namesOf, type DefElem, type Node } from '../../sql/ast.ts'
import type { DefinitionContext } from './context.ts'
import { optionIsOn } from './option-values.ts'

export class DefinitionOptions {
  readonly #options = new Map<string, DefElem>()

  /** Throws 42601 for one that stands twice; `unknown` is called for each whose name is not among the known ones. */
  constructor(nodes: readonly Node[], known: readonly string[], unknown: (name: string, location?: number) => void) {
    for (const node of nodes) {
      const option = bodyOf(node, 'DefElem') as DefElem
      const name = (option.defname ?? '').toLowerCase()
      if (!known.includes(name)) {
        unknown(option.defname ?? '', option.location)
        continue
      }
      if (this.#options.has(name)) throw conflictingOptions(option.location)
      this.#options.set(name, option)
    }
  }

  /** The parts of a name, null when the option is not there. */
  names(option: string): string[] | null {
    const arg = this.#options.get(option)?.arg
    if (arg === undefined) return null
    const type = bodyOf(arg, 'TypeName')
    if (type !== undefined) return namesOf(type.names)
    const list = bodyOf(arg, 'List')
    if (list !== undefined) return namesOf(list.items)
    return [bodyOf(arg, 'String')?.sval ?? '']
  }

  /** A text or number as written. */
  text(option: string): string | null {
    const found = this.#options.get(option)
    if (found === undefined) return null
    const { arg } = found
    if (arg === undefined) return 'true'
    return (
      bodyOf(arg, 'String')?.sval ??
      (bodyOf(arg, 'Integer') === undefined ? undefined : String(bodyOf(arg, 'Integer')?.ival ?? 0)) ??
      bodyOf(arg, 'Float')?.fval ??
      (this.names(option) ?? []).join('.')
    )
  }

  /** Whether an option is on; `otherwise` where it is not there. Throws 42601 for what is no Boolean. */
  isOn(option: string, otherwise: boolean): boolean {
    const found = this.#options.get(option)
    return found === undefined ? otherwise : optionIsOn(found)
  }

  type(context: DefinitionContext, option: string): TypeWithMod | null {
    const arg = this.#options.get(option)?.arg
    if (arg === undefined) return null
    const node = bodyOf(arg, 'TypeName') ?? { names: (this.names(option) ?? []).map((sval) => ({ String: { sval } })) }
    return resolveTypeName({ catalog: context.catalog.snapshot, searchPath: context.searchPath }, node)
  }
}

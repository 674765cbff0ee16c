/**
 * Executes a jsonpath over a document. A path's errors are thrown as `PathFailure`, which predicates, `exists` and the
 * functions' `silent` turn into unknown or nothing; all other errors end the statement.
 */
import {
  jsonMemberNotFound,
  jsonPathDatetimeNotString,
  jsonPathNotAnArray,
  jsonPathNotAnObject,
  jsonPathOperandNotNumeric,
  jsonPathSubscriptNotNumeric,
  jsonPathSubscriptOutOfBounds,
  jsonPathSubscriptOutOfRange,
  jsonPathTooDeep,
  jsonPathUnaryOperandNotNumeric,
  jsonPathVariableMissing,
} from '../../errors/raise/json-path.ts'
import type { SqlError } from '../../errors/sql-error.ts'
import { isJsonbArray, isJsonbObject, type JsonbNode, type JsonbObject, jsonbObject } from '../../types/json/jsonb.ts'
import type {
  ArithmeticOperator,
  JsonPath,
  Level,
  Method,
  PathItem,
  PathStep,
  Subscript,
} from '../../types/jsonpath/items.ts'
import {
  numericAbs,
  numericAdd,
  numericCeil,
  numericDiv,
  numericFloor,
  numericMod,
  numericMul,
  numericNeg,
  numericSub,
  numericTrunc,
} from '../../types/numeric/arithmetic.ts'
import { Numeric } from '../../types/numeric/numeric.ts'
import type { FormatContext } from '../../types/sql-type.ts'
import { pathRegex } from '../../types/jsonpath/regex.ts'
import { compareValues, type Truth, type ZoneUse } from './compare.ts'
import { parseIsoDatetime, parseTemplateDatetime } from './datetime.ts'
import { fail, failing, unlessFailing } from './failure.ts'
import { doubleOf, numberOf } from './numbers.ts'
import { placeOf } from './object-id.ts'
import { JsonDatetime, type PathValue, typeNameOf } from './value.ts'

/** Null: only whether anything is found counts, and the search ends there. */
type Found = PathValue[] | null

const MAX_DEPTH = 2000
const INT32_MAX = 2_147_483_647
/** Ids of objects of different documents are so far apart. */
const ID_STRIDE = 10_000_000_000

const ARITHMETIC: Readonly<Record<ArithmeticOperator, (a: Numeric, b: Numeric) => Numeric>> = {
  '+': numericAdd,
  '-': numericSub,
  '*': numericMul,
  '/': numericDiv,
  '%': numericMod,
}

const isContainer = (value: PathValue): value is readonly JsonbNode[] | JsonbObject =>
  !(value instanceof JsonDatetime) && (isJsonbArray(value) || isJsonbObject(value))

const isArray = (value: PathValue): value is readonly JsonbNode[] =>
  !(value instanceof JsonDatetime) && isJsonbArray(value)

export class PathExecution {
  readonly #path: JsonPath
  readonly #root: JsonbNode
  readonly #variables: JsonbObject
  readonly #zones: ZoneUse
  #current: PathValue
  /** The document that objects' ids are places in, and its number. */
  #base: { readonly document: JsonbNode; readonly id: number }
  #lastId = 2
  /** Size of the array whose subscripts are evaluated. */
  #arraySize = -1
  #ignoresStructure: boolean
  #depth = 0

  constructor(path: JsonPath, root: JsonbNode, variables: JsonbObject, format: FormatContext, useZone: boolean) {
    this.#path = path
    this.#root = root
    this.#variables = variables
    this.#zones = { format, allowed: useZone }
    this.#current = root
    this.#base = { document: root, id: 0 }
    this.#ignoresStructure = path.lax
  }

  /** What the path finds, into `found`. */
  all(found: PathValue[]): void {
    this.#item(this.#path.root, this.#root, found)
  }

  /** Whether the path finds anything; in strict mode its errors are looked for to the end. */
  any(): boolean {
    if (this.#path.lax) return this.#item(this.#path.root, this.#root, null)
    const found: PathValue[] = []
    this.all(found)
    return found.length > 0
  }

  get #lax(): boolean {
    return this.#path.lax
  }

  /** Goes on with what follows an item; answers whether something was found. */
  #next(next: PathItem | null, value: PathValue, found: Found): boolean {
    if (next !== null) return this.#item(next, value, found)
    found?.push(value)
    return true
  }

  #item(item: PathItem, value: PathValue, found: Found, unwrap = this.#lax): boolean {
    if (++this.#depth > MAX_DEPTH) throw jsonPathTooDeep()
    try {
      return this.#step(item, value, found, unwrap)
    } finally {
      this.#depth--
    }
  }

  #step(item: PathItem, value: PathValue, found: Found, unwrap: boolean): boolean {
    const { step, next } = item
    switch (step.kind) {
      case 'root':
        this.#base = { document: this.#root, id: 0 }
        return this.#next(next, this.#root, found)
      case 'current':
        return this.#next(next, this.#current, found)
      case 'key':
        return this.#key(step.value, item, value, found, unwrap)
      case 'anyKey':
        if (isContainer(value) && !isArray(value)) return this.#within(next, value, found)
        if (unwrap && isArray(value)) return this.#unwrapped(item, value, found)
        return this.#structural(() => jsonPathNotAnObject('wildcard member accessor'))
      case 'anyArray':
        if (isArray(value)) return this.#within(next, value, found)
        if (this.#lax) return this.#next(next, value, found)
        return this.#structural(() => jsonPathNotAnArray('wildcard array accessor'))
      case 'subscripts':
        return this.#subscripts(step.subscripts, next, value, found)
      case 'last':
        return this.#next(next, Numeric.fromInteger(this.#arraySize - 1), found)
      case 'anyLevel':
        return this.#anyLevel(step.first, step.last, next, value, found)
      case 'filter': {
        if (unwrap && isArray(value)) return this.#unwrapped(item, value, found)
        return this.#filtered(step.arg, value) === true && this.#next(next, value, found)
      }
      case 'arithmetic':
        return this.#arithmetic(step, next, value, found)
      case 'sign':
        return this.#sign(step, next, value, found)
      case 'null':
        return this.#next(next, null, found)
      case 'bool':
      case 'numeric':
      case 'string':
        return this.#next(next, step.value, found)
      case 'variable':
        return this.#variable(step.value, next, found)
      case 'method':
        if (unwrap && isArray(value) && step.name !== 'type' && step.name !== 'size') {
          return this.#unwrapped(item, value, found)
        }
        return this.#method(step.name, next, value, found)
      case 'datetime':
        if (unwrap && isArray(value)) return this.#unwrapped(item, value, found)
        return this.#next(next, this.#datetime(step.template, value), found)
      default:
        return next === null && found === null ? true : this.#next(next, this.#truth(step, value), found)
    }
  }

  /** Nothing is found where the structure is another; strict mode calls that an error. */
  #structural(error: () => SqlError): false {
    return this.#ignoresStructure ? false : fail(error())
  }

  #key(key: string, item: PathItem, value: PathValue, found: Found, unwrap: boolean): boolean {
    if (isContainer(value) && !isArray(value)) {
      const member = value.get(key)
      if (member !== undefined) return this.#next(item.next, member, found)
      return this.#structural(() => jsonMemberNotFound(key))
    }
    if (unwrap && isArray(value)) return this.#unwrapped(item, value, found)
    return this.#structural(() => jsonPathNotAnObject('member accessor'))
  }

  /** The item applied to the elements instead of their array. */
  #unwrapped(item: PathItem, value: readonly JsonbNode[], found: Found): boolean {
    return this.#each(value, (element) => this.#item(item, element, found, false), found)
  }

  /** What follows, applied to the elements or members of a container. */
  #within(next: PathItem | null, value: readonly JsonbNode[] | JsonbObject, found: Found): boolean {
    return this.#each(value.values(), (element) => this.#next(next, element, found), found)
  }

  #each(values: Iterable<JsonbNode>, visit: (value: JsonbNode) => boolean, found: Found): boolean {
    let any = false
    for (const value of values) {
      any = visit(value) || any
      if (any && found === null) return true
    }
    return any
  }

  #subscripts(subscripts: readonly Subscript[], next: PathItem | null, value: PathValue, found: Found): boolean {
    if (!isArray(value) && !this.#lax) return this.#structural(() => jsonPathNotAnArray('array accessor'))
    const elements: readonly PathValue[] = isArray(value) ? value : [value]
    const outer = this.#arraySize
    this.#arraySize = elements.length
    let any = false
    try {
      for (const { from, to } of subscripts) {
        const first = this.#index(from, value)
        const last = to === null ? first : this.#index(to, value)
        if (!this.#ignoresStructure && (first < 0 || first > last || last >= elements.length)) {
          fail(jsonPathSubscriptOutOfBounds())
        }
        for (let i = Math.max(first, 0); i <= Math.min(last, elements.length - 1); i++) {
          any = this.#next(next, elements[i] as PathValue, found) || any
          if (any && found === null) return true
        }
      }
    } finally {
      this.#arraySize = outer
    }
    return any
  }

  #index(item: PathItem, value: PathValue): number {
    const found: PathValue[] = []
    this.#item(item, value, found)
    const [only] = found
    if (found.length !== 1 || !(only instanceof Numeric)) return fail(jsonPathSubscriptNotNumeric())
    const index = numericTrunc(only, 0).toNumber()
    return Math.abs(index) <= INT32_MAX ? index : fail(jsonPathSubscriptOutOfRange())
  }

  #anyLevel(first: Level, last: Level, next: PathItem | null, value: PathValue, found: Found): boolean {
    let any = false
    const lenient = (visit: () => boolean): boolean => {
      const before = this.#ignoresStructure
      this.#ignoresStructure = true
      try {
        return visit()
      } finally {
        this.#ignoresStructure = before
      }
    }
    const descend = (container: readonly JsonbNode[] | JsonbObject, level: number): boolean =>
      this.#each(
        container.values(),
        (child) => {
          if (level > (last === 'last' ? Number.POSITIVE_INFINITY : last)) return false
          const counts = first === 'last' ? !isContainer(child) : level >= first
          const here = counts && lenient(() => this.#next(next, child, found))
          if (here && found === null) return true
          const deeper = isContainer(child) && (last === 'last' || level < last) && descend(child, level + 1)
          return here || deeper
        },
        found,
      )
    if (first === 0) {
      any = lenient(() => this.#next(next, value, found))
      if (any && found === null) return true
    }
    return (isContainer(value) && descend(value, 1)) || any
  }

  #variable(name: string, next: PathItem | null, found: Found): boolean {
    const value = this.#variables.get(name)
    if (value === undefined) throw jsonPathVariableMissing(name)
    const base = this.#base
    this.#base = { document: value, id: 1 }
    try {
      return this.#next(next, value, found)
    } finally {
      this.#base = base
    }
  }

  // ---- predicates

  /** A predicate over a value that `@` stands for. */
  #filtered(predicate: PathItem, value: PathValue): Truth {
    const outer = this.#current
    this.#current = value
    try {
      return this.#truth(predicate.step, value)
    } finally {
      this.#current = outer
    }
  }

  #truth(step: PathStep, value: PathValue): Truth {
    switch (step.kind) {
      case 'and': {
        const left = this.#truth(step.left.step, value)
        if (left === false) return false
        const right = this.#truth(step.right.step, value)
        return right === true ? left : right
      }
      case 'or': {
        const left = this.#truth(step.left.step, value)
        if (left === true) return true
        const right = this.#truth(step.right.step, value)
        return right === false ? left : right
      }
      case 'not': {
        const truth = this.#truth(step.arg.step, value)
        return truth === null ? null : !truth
      }
      case 'isUnknown':
        return this.#truth(step.arg.step, value) === null
      case 'exists':
        return this.#exists(step.arg, value)
      case 'comparison':
        return this.#anyPair(step.left, step.right, value, true, (a, b) =>
          compareValues(step.operator, a, b, this.#zones),
        )
      case 'startsWith':
        return this.#anyPair(step.left, step.right, value, false, (a, b) =>
          typeof a === 'string' && typeof b === 'string' ? a.startsWith(b) : null,
        )
      case 'likeRegex': {
        const regex = pathRegex(step.pattern, step.flags)
        return this.#anyPair(step.arg, null, value, false, (a) => {
          if (typeof a !== 'string') return null
          regex.lastIndex = 0
          return regex.test(a)
        })
      }
      default:
        throw new Error(`${step.kind} is no predicate`)
    }
  }

  #exists(item: PathItem, value: PathValue): Truth {
    return unlessFailing(() => {
      if (this.#lax) return this.#item(item, value, null)
      const found: PathValue[] = []
      this.#item(item, value, found)
      return found.length > 0
    }, null)
  }

  /** Whether a condition holds of some pair of operands; unknown when one has no answer, in lax mode only if none holds before. */
  #anyPair(
    left: PathItem,
    right: PathItem | null,
    value: PathValue,
    unwrapRight: boolean,
    condition: (a: PathValue, b: PathValue) => Truth,
  ): Truth {
    const lefts = unlessFailing(() => this.#operands(left, value, true), null)
    if (lefts === null) return null
    const rights = right === null ? [null] : unlessFailing(() => this.#operands(right, value, unwrapRight), null)
    if (rights === null) return null
    let holds = false
    let unknown = false
    for (const a of lefts) {
      for (const b of rights) {
        const truth = condition(a, b)
        if (truth === null) {
          if (!this.#lax) return null
          unknown = true
        } else if (truth) {
          if (this.#lax) return true
          holds = true
        }
      }
    }
    return holds ? true : unknown ? null : false
  }

  /** What an operand finds; arrays are taken apart in lax mode. */
  #operands(item: PathItem, value: PathValue, unwrap: boolean): PathValue[] {
    const found: PathValue[] = []
    this.#item(item, value, found)
    return unwrap && this.#lax ? found.flatMap((one): readonly PathValue[] => (isArray(one) ? one : [one])) : found
  }

  // ---- arithmetic and methods

  #arithmetic(
    { operator, left, right }: PathStep & { kind: 'arithmetic' },
    next: PathItem | null,
    value: PathValue,
    found: Found,
  ): boolean {
    const lefts = this.#operands(left, value, true)
    const rights = this.#operands(right, value, true)
    const [a] = lefts
    const [b] = rights
    if (lefts.length !== 1 || !(a instanceof Numeric)) return fail(jsonPathOperandNotNumeric('left', operator))
    if (rights.length !== 1 || !(b instanceof Numeric)) return fail(jsonPathOperandNotNumeric('right', operator))
    const result = failing(() => ARITHMETIC[operator](a, b))
    return next === null && found === null ? true : this.#next(next, result, found)
  }

  #sign(
    { operator, arg }: PathStep & { kind: 'sign' },
    next: PathItem | null,
    value: PathValue,
    found: Found,
  ): boolean {
    let any = false
    for (const operand of this.#operands(arg, value, true)) {
      if (!(operand instanceof Numeric)) {
        if (found === null && next === null) continue
        return fail(jsonPathUnaryOperandNotNumeric(operator))
      }
      any = this.#next(next, operator === '-' ? numericNeg(operand) : operand, found) || any
      if (any && found === null) return true
    }
    return any
  }

  #method(name: Method, next: PathItem | null, value: PathValue, found: Found): boolean {
    switch (name) {
      case 'type':
        return this.#next(next, typeNameOf(value), found)
      case 'size':
        if (!isArray(value) && !this.#lax) return this.#structural(() => jsonPathNotAnArray('item method .size()'))
        return this.#next(next, Numeric.fromInteger(isArray(value) ? value.length : 1), found)
      case 'abs':
        return this.#next(next, numericAbs(numberOf(name, value)), found)
      case 'floor':
        return this.#next(next, numericFloor(numberOf(name, value)), found)
      case 'ceiling':
        return this.#next(next, numericCeil(numberOf(name, value)), found)
      case 'double':
        return this.#next(next, doubleOf(value), found)
      case 'keyvalue':
        return this.#keyValue(next, value, found)
    }
  }

  #datetime(template: string | null, value: PathValue): JsonDatetime {
    if (typeof value !== 'string') return fail(jsonPathDatetimeNotString())
    return failing(() => (template === null ? parseIsoDatetime(value) : parseTemplateDatetime(value, template)))
  }

  #keyValue(next: PathItem | null, value: PathValue, found: Found): boolean {
    if (!isContainer(value) || isArray(value)) return fail(jsonPathNotAnObject('item method .keyvalue()'))
    const base = this.#base
    const id = Numeric.fromInteger(placeOf(value, base.document) + base.id * ID_STRIDE)
    let any = false
    for (const [key, member] of value) {
      const pair = jsonbObject([
        ['key', key],
        ['value', member],
        ['id', id],
      ])
      this.#base = { document: pair, id: this.#lastId++ }
      any = this.#next(next, pair, found) || any
      if (any && found === null) break
    }
    this.#base = base
    return any
  }
}

/**
 * The tree of a jsonpath: items with what follows them. An accessor chain is a list: `$.a[0]` is the root, then a key,
 * then a subscript, each the `next` of the one before.
 */
import type { Numeric } from '../numeric/numeric.ts'

export type ComparisonOperator = '==' | '!=' | '<' | '>' | '<=' | '>='
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%'
export type Method = 'type' | 'size' | 'abs' | 'floor' | 'ceiling' | 'double' | 'keyvalue'

export interface Subscript {
  readonly from: PathItem
  /** Null: one element. */
  readonly to: PathItem | null
}

/** A level of `.**`: the deepest one is `last`. */
export type Level = number | 'last'

export type PathStep =
  | { readonly kind: 'root' | 'current' | 'last' | 'null' | 'anyArray' | 'anyKey' }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'numeric'; readonly value: Numeric }
  | { readonly kind: 'string' | 'variable' | 'key'; readonly value: string }
  | { readonly kind: 'and' | 'or' | 'startsWith'; readonly left: PathItem; readonly right: PathItem }
  | {
      readonly kind: 'comparison'
      readonly operator: ComparisonOperator
      readonly left: PathItem
      readonly right: PathItem
    }
  | {
      readonly kind: 'arithmetic'
      readonly operator: ArithmeticOperator
      readonly left: PathItem
      readonly right: PathItem
    }
  | { readonly kind: 'sign'; readonly operator: '+' | '-'; readonly arg: PathItem }
  | { readonly kind: 'not' | 'isUnknown' | 'exists' | 'filter'; readonly arg: PathItem }
  | { readonly kind: 'likeRegex'; readonly arg: PathItem; readonly pattern: string; readonly flags: string }
  | { readonly kind: 'subscripts'; readonly subscripts: readonly Subscript[] }
  | { readonly kind: 'anyLevel'; readonly first: Level; readonly last: Level }
  | { readonly kind: 'method'; readonly name: Method }
  | { readonly kind: 'datetime'; readonly template: string | null }

/** A step and the rest of its accessor chain. */
export interface PathItem {
  readonly step: PathStep
  readonly next: PathItem | null
}

/** The datum of a jsonpath. */
export interface JsonPath {
  readonly lax: boolean
  readonly root: PathItem
}

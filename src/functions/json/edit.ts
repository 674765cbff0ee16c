/** Editing jsonb: concatenation, deletion, jsonb_set, jsonb_insert, containment. */
import {
  cannotDeleteFrom,
  cannotReplaceKey,
  nullPathElement,
  pathElementOutOfRange,
  pathThroughScalar,
  pathElementNotInteger,
  wrongJsonKind,
} from '../../errors/raise/data.ts'
import {
  compareJsonbNodes,
  isJsonbArray,
  isJsonbObject,
  isScalar,
  type JsonbNode,
  type JsonbObject,
  jsonbObject,
} from '../../types/json/jsonb.ts'
import { pathIndex } from './text-access.ts'

type Path = readonly (string | null)[]

/** `||`: objects merge, arrays join, anything else becomes an element. */
export const concatenateJsonb = (a: JsonbNode, b: JsonbNode): JsonbNode => {
  if (isJsonbObject(a) && isJsonbObject(b)) return jsonbObject([...a, ...b])
  const left = isJsonbArray(a) ? a : [a]
  const right = isJsonbArray(b) ? b : [b]
  return [...left, ...right]
}

/** Without the members of the keys, or the string elements equal to them. */
export const deleteKeys = (node: JsonbNode, keys: readonly (string | null)[]): JsonbNode => {
  if (isJsonbObject(node)) return new Map([...node].filter(([key]) => !keys.includes(key)))
  if (isJsonbArray(node)) return node.filter((element) => typeof element !== 'string' || !keys.includes(element))
  throw cannotDeleteFrom('scalar')
}

export const deleteIndex = (node: JsonbNode, index: number): JsonbNode => {
  if (isJsonbObject(node)) throw cannotDeleteFrom('object using integer index')
  if (!isJsonbArray(node)) throw cannotDeleteFrom('scalar')
  const at = index < 0 ? node.length + index : index
  return node.filter((_, i) => i !== at)
}

/** What happens at the end of a path. */
interface Edit {
  readonly operation: 'set' | 'insert-before' | 'insert-after' | 'delete'
  readonly create: boolean
  readonly value: JsonbNode
}

const stepIndex = (step: string, position: number): number => {
  const index = pathIndex(step)
  if (index === null) throw pathElementNotInteger(position, step)
  return index
}

const editAt = (node: JsonbNode, path: Path, depth: number, edit: Edit): JsonbNode => {
  const step = path[depth]
  if (step === undefined) return node
  if (step === null) throw nullPathElement(depth + 1)
  if (isJsonbObject(node)) return editMember(node, step, path, depth, edit)
  if (isJsonbArray(node)) return editElement(node, stepIndex(step, depth + 1), path, depth, edit)
  return node
}

const editMember = (node: JsonbObject, key: string, path: Path, depth: number, edit: Edit): JsonbNode => {
  const present = node.has(key)
  if (depth < path.length - 1) {
    if (!present) return node
    return new Map([...node].map(([k, member]) => [k, k === key ? editAt(member, path, depth + 1, edit) : member]))
  }
  if (edit.operation === 'delete') return new Map([...node].filter(([k]) => k !== key))
  if (present && edit.operation !== 'set') throw cannotReplaceKey()
  if (!present && !edit.create) return node
  return jsonbObject([...node, [key, edit.value]])
}

const editElement = (node: readonly JsonbNode[], index: number, path: Path, depth: number, edit: Edit): JsonbNode => {
  const at = index < 0 ? node.length + index : index
  const inside = at >= 0 && at < node.length
  if (depth < path.length - 1) {
    return inside ? node.map((element, i) => (i === at ? editAt(element, path, depth + 1, edit) : element)) : node
  }
  if (edit.operation === 'delete') return node.filter((_, i) => i !== at)
  if (inside) {
    return node.flatMap((element, i) => {
      if (i !== at) return [element]
      if (edit.operation === 'set') return [edit.value]
      return edit.operation === 'insert-before' ? [edit.value, element] : [element, edit.value]
    })
  }
  if (!edit.create) return node
  return at < 0 ? [edit.value, ...node] : [...node, edit.value]
}

const requireContainer = (node: JsonbNode, message: string): void => {
  if (isScalar(node)) throw wrongJsonKind(message)
}

const isEmpty = (node: JsonbNode): boolean =>
  isJsonbArray(node) ? node.length === 0 : isJsonbObject(node) && node.size === 0

/** jsonb_set: replaces the value at a path, or adds it when only its last step is missing and `create`. */
export const setAtPath = (node: JsonbNode, path: Path, value: JsonbNode, create: boolean): JsonbNode => {
  requireContainer(node, 'cannot set path in scalar')
  return !create && isEmpty(node) ? node : editAt(node, path, 0, { operation: 'set', create, value })
}

/** jsonb_insert: adds a value before or after the one at a path, or a new member. */
/** `j[a][b] = value`: what is missing on the way is made, arrays by numbers and objects by other keys. */
export const assignAtPath = (node: JsonbNode, path: readonly string[], value: JsonbNode, depth = 0): JsonbNode => {
  const step = path[depth]
  if (step === undefined) return value
  if (isJsonbObject(node)) {
    const member = node.get(step)
    const inner = member === undefined ? madeFor(path, value, depth + 1) : assignAtPath(member, path, value, depth + 1)
    return jsonbObject([...node, [step, inner]])
  }
  if (!isJsonbArray(node)) throw pathThroughScalar()
  const index = stepIndex(step, depth + 1)
  const at = index < 0 ? node.length + index : index
  if (at < 0) throw pathElementOutOfRange(depth + 1, index)
  if (at < node.length) {
    return node.map((element, i) => (i === at ? assignAtPath(element, path, value, depth + 1) : element))
  }
  const gap = new Array<JsonbNode>(at - node.length).fill(null)
  return [...node, ...gap, madeFor(path, value, depth + 1)]
}

/** What a path from `depth` on leads into where there is nothing yet. */
const madeFor = (path: readonly string[], value: JsonbNode, depth: number): JsonbNode => {
  const step = path[depth]
  if (step === undefined) return value
  const inner = madeFor(path, value, depth + 1)
  const index = pathIndex(step)
  return index === null || index < 0 ? jsonbObject([[step, inner]]) : [...new Array<JsonbNode>(index).fill(null), inner]
}

export const insertAtPath = (node: JsonbNode, path: Path, value: JsonbNode, after: boolean): JsonbNode => {
  requireContainer(node, 'cannot set path in scalar')
  return editAt(node, path, 0, { operation: after ? 'insert-after' : 'insert-before', create: true, value })
}

export const deleteAtPath = (node: JsonbNode, path: Path): JsonbNode => {
  requireContainer(node, 'cannot delete path in scalar')
  return isEmpty(node) ? node : editAt(node, path, 0, { operation: 'delete', create: false, value: null })
}

/** The node at a path; undefined when there is none. */
export const nodeAtPath = (node: JsonbNode, path: Path): JsonbNode | undefined => {
  let value: JsonbNode | undefined = node
  for (const step of path) {
    if (step === null || value === undefined) return undefined
    if (isJsonbObject(value)) value = value.get(step)
    else if (isJsonbArray(value)) {
      const index = pathIndex(step)
      value = index === null ? undefined : value.at(index)
    } else return undefined
  }
  return value
}

const equalNodes = (a: JsonbNode, b: JsonbNode): boolean => compareJsonbNodes(a, b) === 0

/** `@>` below the root: objects by member, arrays by element in any order, scalars by equality. */
const containsNode = (outer: JsonbNode, inner: JsonbNode): boolean => {
  if (isJsonbObject(inner)) {
    if (!isJsonbObject(outer)) return false
    for (const [key, member] of inner) {
      const other = outer.get(key)
      if (other === undefined || !containsNode(other, member)) return false
    }
    return true
  }
  if (isJsonbArray(inner)) {
    return isJsonbArray(outer) && inner.every((element) => outer.some((other) => containsNode(other, element)))
  }
  return isScalar(outer) && equalNodes(outer, inner)
}

/** `@>`: at the root an array also contains a lone scalar. */
export const containsJsonb = (outer: JsonbNode, inner: JsonbNode): boolean =>
  isJsonbArray(outer) && isScalar(inner)
    ? outer.some((element) => isScalar(element) && equalNodes(element, inner))
    : containsNode(outer, inner)

/** Members whose value is null removed, at every depth. */
export const stripNulls = (node: JsonbNode): JsonbNode => {
  if (isJsonbArray(node)) return node.map(stripNulls)
  if (!isJsonbObject(node)) return node
  return new Map([...node].filter(([, member]) => member !== null).map(([key, member]) => [key, stripNulls(member)]))
}

/** Constructor of operator records. A signature reads `left symbol right`, or `symbol right` for a prefix operator. */
import { typeOid } from '../define.ts'
import type { OperatorRecord } from '../records.ts'

export interface OperatorOptions {
  readonly commutator?: number
  readonly negator?: number
  readonly hashes?: boolean
  readonly merges?: boolean
  readonly strategy?: OperatorRecord['strategy'] & {}
  readonly selectivity?: string
}

/** `operator(551, 'int4 + int4', 'int4', 177, 'add', { commutator: 551 })`. */
export const operator = (
  oid: number,
  signature: string,
  result: string,
  functionOid: number,
  description: string,
  options: OperatorOptions = {},
): OperatorRecord => {
  const words = signature.split(' ')
  const [left, name, right] = words.length === 3 ? words : ['', ...words]
  return {
    oid,
    name: name as string,
    left: left === '' ? 0 : typeOid(left as string),
    right: typeOid(right as string),
    result: typeOid(result),
    function: functionOid,
    commutator: 0,
    negator: 0,
    hashes: false,
    merges: false,
    description,
    ...options,
  }
}

/**
 * Operators, a line each: `oid left symbol right result function commutator negator selectivity description`, without
 * `left` for prefix operators; 0 and `-` stand for none.
 */
export const operators = (lines: string): OperatorRecord[] =>
  lines
    .trim()
    .split('\n')
    .map((line) => {
      const words = line.trim().split(' ')
      const isPrefix = /^\w+$/.test(words[2] as string)
      const [oid, ...rest] = words
      const signature = rest.slice(0, isPrefix ? 2 : 3).join(' ')
      const [result, functionOid, commutator, negator, selectivity, ...description] = rest.slice(isPrefix ? 2 : 3)
      return operator(Number(oid), signature, result as string, Number(functionOid), description.join(' '), {
        commutator: Number(commutator),
        negator: Number(negator),
        ...(selectivity === '-' ? {} : { selectivity: selectivity as string }),
      })
    })

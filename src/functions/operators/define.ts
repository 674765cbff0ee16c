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

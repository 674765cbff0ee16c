/** Relations and set operations of ranges and multiranges. Comparison operators are with the comparison families. */
import type { OperatorRecord } from '../records.ts'
import { operator } from './define.ts'

const RANGE = { selectivity: 'rangesel' } as const
const MULTIRANGE = { selectivity: 'multirangesel' } as const
const MATCHING = { selectivity: 'matchingsel' } as const

/** `oid operands function commutator` of one symbol. */
const family = (
  symbol: string,
  description: string,
  members: readonly (readonly [oid: number, left: string, right: string, fn: number, commutator: number])[],
): OperatorRecord[] =>
  members.map(([oid, left, right, fn, commutator]) =>
    operator(oid, `${left} ${symbol} ${right}`, 'bool', fn, description, {
      commutator,
      ...(symbol === '-|-' ? MATCHING : `${left} ${right}`.includes('multi') ? MULTIRANGE : RANGE),
    }),
  )

const R = 'anyrange'
const M = 'anymultirange'
const E = 'anyelement'

export const rangeOperators: readonly OperatorRecord[] = [
  ...family('&&', 'overlaps', [
    [3888, R, R, 3857, 3888],
    [2866, R, M, 4246, 2867],
    [2867, M, R, 4247, 2866],
    [2868, M, M, 4248, 2868],
  ]),
  ...family('@>', 'contains', [
    [3889, R, E, 3858, 3891],
    [3890, R, R, 3859, 3892],
    [2869, M, E, 4249, 2872],
    [2870, M, R, 4250, 2873],
    [2871, M, M, 4251, 2874],
    [4539, R, M, 4541, 4540],
  ]),
  ...family('<@', 'is contained by', [
    [3891, E, R, 3860, 3889],
    [3892, R, R, 3861, 3890],
    [2872, E, M, 4252, 2869],
    [2873, R, M, 4253, 2870],
    [2874, M, M, 4254, 2871],
    [4540, M, R, 4542, 4539],
  ]),
  ...family('<<', 'is left of', [
    [3893, R, R, 3863, 3894],
    [4395, R, M, 4258, 4399],
    [4396, M, R, 4259, 4398],
    [4397, M, M, 4260, 4400],
  ]),
  ...family('>>', 'is right of', [
    [3894, R, R, 3864, 3893],
    [4398, R, M, 4261, 4396],
    [4399, M, R, 4262, 4395],
    [4400, M, M, 4263, 4397],
  ]),
  ...family('&<', 'overlaps or is left of', [
    [3895, R, R, 3865, 0],
    [2875, R, M, 4264, 0],
    [2876, M, R, 4265, 0],
    [2877, M, M, 4266, 0],
  ]),
  ...family('&>', 'overlaps or is right of', [
    [3896, R, R, 3866, 0],
    [3585, R, M, 4267, 0],
    [4035, M, R, 4268, 0],
    [4142, M, M, 4269, 0],
  ]),
  ...family('-|-', 'is adjacent to', [
    [3897, R, R, 3862, 3897],
    [4179, R, M, 4255, 4180],
    [4180, M, R, 4257, 4179],
    [4198, M, M, 4256, 4198],
  ]),
  operator(3898, 'anyrange + anyrange', R, 3867, 'range union', { commutator: 3898 }),
  operator(3899, 'anyrange - anyrange', R, 3869, 'range difference'),
  operator(3900, 'anyrange * anyrange', R, 3868, 'range intersection', { commutator: 3900 }),
  operator(4392, 'anymultirange + anymultirange', M, 4270, 'multirange union', { commutator: 4392 }),
  operator(4393, 'anymultirange - anymultirange', M, 4271, 'multirange minus'),
  operator(4394, 'anymultirange * anymultirange', M, 4272, 'multirange intersect', { commutator: 4394 }),
]

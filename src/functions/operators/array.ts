/** Containment, overlap and concatenation of arrays. */
import type { OperatorRecord } from '../records.ts'
import { operator } from './define.ts'

export const arrayOperators: readonly OperatorRecord[] = [
  operator(349, 'anycompatiblearray || anycompatible', 'anycompatiblearray', 378, 'concatenate'),
  operator(374, 'anycompatible || anycompatiblearray', 'anycompatiblearray', 379, 'concatenate'),
  operator(375, 'anycompatiblearray || anycompatiblearray', 'anycompatiblearray', 383, 'concatenate'),
  operator(2750, 'anyarray && anyarray', 'bool', 2747, 'overlaps', { commutator: 2750, selectivity: 'arraycontsel' }),
  operator(2751, 'anyarray @> anyarray', 'bool', 2748, 'contains', { commutator: 2752, selectivity: 'arraycontsel' }),
  operator(2752, 'anyarray <@ anyarray', 'bool', 2749, 'is contained by', {
    commutator: 2751,
    selectivity: 'arraycontsel',
  }),
]

/** Operators of internet addresses. */
import type { OperatorRecord } from '../records.ts'
import { operators } from './define.ts'

export const networkOperators: readonly OperatorRecord[] = operators(`
  2635 inet & inet inet 2628 0 0 - bitwise and
  3552 inet && inet bool 3551 3552 0 networksel overlaps
  2640 inet - inet int8 2633 0 0 - subtract
  931 inet << inet bool 927 933 0 networksel is subnet
  932 inet <<= inet bool 928 934 0 networksel is subnet or equal
  933 inet >> inet bool 929 931 0 networksel is supernet
  934 inet >>= inet bool 930 932 0 networksel is supernet or equal
  2636 inet | inet inet 2629 0 0 - bitwise or
  2637 inet + int8 inet 2630 2638 0 - add
  2639 inet - int8 inet 2632 0 0 - subtract
  2638 int8 + inet inet 2631 2637 0 - add
  2634 ~ inet inet 2627 0 0 - bitwise not
`)

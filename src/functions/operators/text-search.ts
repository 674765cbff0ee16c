/** Operators of text search. */
import type { OperatorRecord } from '../records.ts'
import { operators } from './define.ts'

export const textSearchOperators: readonly OperatorRecord[] = operators(`
  3763 text @@ tsquery bool 3761 0 0 matchingsel text search match
  3680 tsquery && tsquery tsquery 3669 0 0 - and
  5005 tsquery <-> tsquery tsquery 5003 0 0 - one behind the other
  3694 tsquery <@ tsquery bool 3692 3693 0 matchingsel is contained by
  3693 tsquery @> tsquery bool 3691 3694 0 matchingsel contains
  3681 tsquery || tsquery tsquery 3670 0 0 - or
  3637 tsquery @@ tsvector bool 3635 3636 0 tsmatchsel text search match
  3661 tsquery @@@ tsvector bool 3635 3660 0 tsmatchsel text search match
  3636 tsvector @@ tsquery bool 3634 3637 0 tsmatchsel text search match
  3660 tsvector @@@ tsquery bool 3634 3661 0 tsmatchsel text search match
  3633 tsvector || tsvector tsvector 3625 0 0 - concatenate
  3682 !! tsquery tsquery 3671 0 0 - not
  3762 text @@ text bool 3760 0 0 matchingsel text search match
`)

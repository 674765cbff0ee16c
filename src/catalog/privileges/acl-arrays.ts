/** Access control lists as values: arrays of aclitem. */
import { SqlArray } from '../../types/array.ts'
import type { Acl } from './acl.ts'

export const aclArray = (acl: Acl | null | undefined): SqlArray | null =>
  acl === null || acl === undefined ? null : SqlArray.of(acl)

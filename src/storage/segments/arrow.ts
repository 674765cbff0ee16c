/** Apache Arrow in its build of one file: the 150 modules of the other take more than a tenth of a start to load. */
import { createRequire } from 'node:module'
import type * as Arrow from 'apache-arrow'

export const arrow = createRequire(import.meta.url)('apache-arrow/Arrow.esnext.min') as typeof Arrow

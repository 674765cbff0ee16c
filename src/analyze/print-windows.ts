/** Prints window definitions: partitions, order, frame. */
import type { ExpressionPrinter } from './print-expression.ts'
import { printSortItems, printSortKey } from './print-sort-items.ts'
import type { FrameBound, WindowSpec } from './query.ts'

export const printWindow = (spec: WindowSpec, printer: ExpressionPrinter): void => {
  const { writer } = printer
  const parts: (() => void)[] = []
  if (spec.partitionBy.length > 0) {
    parts.push(() => {
      writer.add('PARTITION BY ')
      printSortItems(spec.partitionBy, printer)
    })
  }
  if (spec.orderBy.length > 0) {
    parts.push(() => {
      writer.add('ORDER BY ')
      for (const [i, key] of spec.orderBy.entries()) {
        if (i > 0) writer.add(', ')
        printSortKey(key, null, printer)
      }
    })
  }
  if (!isDefaultFrame(spec)) {
    parts.push(() => {
      writer.add(`${spec.mode.toUpperCase()} BETWEEN `)
      printBound(spec.start, printer)
      writer.add(' AND ')
      printBound(spec.end, printer)
      writer.add(EXCLUSIONS[spec.exclude])
    })
  }
  writer.add('(')
  for (const [i, part] of parts.entries()) {
    if (i > 0) writer.add(' ')
    part()
  }
  writer.add(')')
}

const printBound = ({ kind, offset }: FrameBound, printer: ExpressionPrinter): void => {
  if (offset !== null) {
    printer.print(offset, false)
    printer.writer.add(' ')
  }
  printer.writer.add(kind === 'current' ? 'CURRENT ROW' : kind.replace('-', ' ').toUpperCase())
}

const EXCLUSIONS = {
  none: '',
  current: ' EXCLUDE CURRENT ROW',
  group: ' EXCLUDE GROUP',
  ties: ' EXCLUDE TIES',
} as const

const isDefaultFrame = ({ mode, start, end, exclude }: WindowSpec): boolean =>
  mode === 'range' && start.kind === 'unbounded-preceding' && end.kind === 'current' && exclude === 'none'

/** EXPLAIN's output from a physical plan: text as PostgreSQL lays it out, or JSON with its keys. */
import { explainTree, type ActualRun, type ExplainNode, type TreeOptions } from './explain-tree.ts'
import type { PhysicalPlan } from './physical.ts'

export type { Actuals, ActualRun } from './explain-tree.ts'

export interface ExplainOptions extends TreeOptions {
  readonly costs: boolean
  /** Whether times of single nodes are shown (ANALYZE with TIMING). */
  readonly timing: boolean
  /** Milliseconds; null: not shown (SUMMARY off). */
  readonly planningTime: number | null
  readonly executionTime: number | null
}

/** The lines of FORMAT TEXT. */
export const explainText = (plan: PhysicalPlan, options: ExplainOptions): string[] => {
  const lines: string[] = []
  writeAt(explainTree(plan, options), '', '', lines, options)
  if (options.planningTime !== null) lines.push(`Planning Time: ${options.planningTime.toFixed(3)} ms`)
  if (options.executionTime !== null) lines.push(`Execution Time: ${options.executionTime.toFixed(3)} ms`)
  return lines
}

const writeAt = (node: ExplainNode, indent: string, arrow: string, lines: string[], options: ExplainOptions): void => {
  lines.push(`${indent}${arrow}${node.heading}${costText(node, options)}${actualText(node.actual, options)}`)
  const inner = `${indent}${' '.repeat(arrow.length)}  `
  for (const target of node.targets ?? []) lines.push(`${inner}${target}`)
  if (node.output !== null) lines.push(`${inner}Output: ${node.output.join(', ')}`)
  for (const [key, value] of node.details)
    lines.push(`${inner}${key}: ${typeof value === 'string' ? value : value.join(', ')}`)
  for (const line of node.report?.lines ?? []) lines.push(`${inner}${line}`)
  for (const child of node.children) {
    if (child.label === null) writeAt(child, inner, '->  ', lines, options)
    else {
      lines.push(`${inner}${child.label}`)
      writeAt(child, `${inner}  `, '->  ', lines, options)
    }
  }
}

const costText = ({ estimate }: ExplainNode, { costs }: ExplainOptions): string => {
  if (!costs) return ''
  const { startupCost, totalCost, rows, width } = estimate
  return `  (cost=${startupCost.toFixed(2)}..${totalCost.toFixed(2)} rows=${rows} width=${width})`
}

/** Times and rows are per loop. */
const actualText = (actual: ActualRun | null | undefined, { timing }: ExplainOptions): string => {
  if (actual === undefined) return ''
  if (actual === null || actual.loops === 0) return ' (never executed)'
  const { startup, total, rows, loops } = actual
  const time = timing ? `time=${(startup / loops).toFixed(3)}..${(total / loops).toFixed(3)} ` : ''
  return ` (actual ${time}rows=${Math.round(rows / loops)} loops=${loops})`
}

/** FORMAT JSON. */
export const explainJson = (plan: PhysicalPlan, options: ExplainOptions): string => {
  const root: Record<string, unknown> = { Plan: jsonNode(explainTree(plan, options), options) }
  if (options.planningTime !== null) root['Planning Time'] = rounded(options.planningTime, 3)
  if (options.executionTime !== null) root['Execution Time'] = rounded(options.executionTime, 3)
  return JSON.stringify([root], null, 2)
}

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits))

const jsonNode = (node: ExplainNode, options: ExplainOptions): Record<string, unknown> => {
  const [type, ...identity] = node.identity
  const json: Record<string, unknown> = { 'Node Type': type?.[1] }
  if (node.relationship !== null) json['Parent Relationship'] = node.relationship
  if (node.label !== null) json['Subplan Name'] = node.label
  json['Parallel Aware'] = false
  json['Async Capable'] = false
  for (const [key, value] of identity) json[key] = value
  if (options.costs) {
    json['Startup Cost'] = rounded(node.estimate.startupCost, 2)
    json['Total Cost'] = rounded(node.estimate.totalCost, 2)
    json['Plan Rows'] = node.estimate.rows
    json['Plan Width'] = node.estimate.width
  }
  if (node.actual !== undefined) Object.assign(json, jsonActual(node.actual, options))
  if (node.output !== null) json['Output'] = node.output
  for (const [key, value] of [...node.details, ...(node.report?.properties ?? [])]) json[key] = value
  if (node.children.length > 0) json['Plans'] = node.children.map((child) => jsonNode(child, options))
  return json
}

const jsonActual = (actual: ActualRun | null, { timing }: ExplainOptions): Record<string, number> => {
  const { startup, total, rows, loops } = actual ?? { startup: 0, total: 0, rows: 0, loops: 0 }
  const per = Math.max(1, loops)
  return {
    ...(timing
      ? { 'Actual Startup Time': rounded(startup / per, 3), 'Actual Total Time': rounded(total / per, 3) }
      : {}),
    'Actual Rows': Math.round(rows / per),
    'Actual Loops': loops,
  }
}

/**
 * Searches a history for what an isolation level forbids. The dependencies of the committed transactions form a graph:
 *
 * - ww: overwrites a version that the other wrote;
 * - wr: reads what the other wrote;
 * - rw: overwrites what the other read;
 * - time: begins after the other has committed.
 *
 * A cycle means that no order of the transactions explains what they saw. Every level forbids cycles of ww and wr (G0,
 * G1c), and reads of what was undone or of intermediate states (G1a, G1b). Snapshots forbid cycles without two rw edges
 * in a row (G-single, so lost updates and read skew too). At SERIALIZABLE there is no cycle at all, time included.
 */
import type { History, HistoryTransaction, Isolation, Operation } from './history.ts'

export interface Anomaly {
  readonly name: 'G0' | 'G1a' | 'G1b' | 'G1c' | 'G-single' | 'G2' | 'time' | 'lost write' | 'wrong read'
  readonly detail: string
}

type Dependency = 'ww' | 'wr' | 'rw' | 'time' | 'ww+rw' | 'wr+rw'

interface Edge {
  readonly to: number
  readonly kind: Dependency
}

/** Versions of one list in order: who appended each item, who deleted it in the end. */
interface ListVersions {
  readonly items: readonly number[]
  readonly deletedBy: number | null
}

const describe = (operation: Operation): string => JSON.stringify(operation)

class Checker {
  readonly #history: History
  readonly #committed = new Map<number, HistoryTransaction>()
  readonly #writers = new Map<string, number>()
  readonly #undone = new Set<string>()
  readonly #versions = new Map<number, ListVersions>()
  readonly edges = new Map<number, Edge[]>()
  readonly anomalies: Anomaly[] = []

  constructor(history: History) {
    this.#history = history
    for (const transaction of history.transactions) this.#noteWrites(transaction)
    this.#orderVersions()
    for (const transaction of this.#committed.values()) this.#dependencies(transaction)
    this.#timeEdges()
  }

  #report(name: Anomaly['name'], detail: string): void {
    this.anomalies.push({ name, detail })
  }

  #noteWrites({ id, status, operations, undone }: HistoryTransaction): void {
    if (status === 'committed') this.edges.set(id, [])
    for (const operation of operations) {
      const key = writtenValue(operation)
      if (key === null) continue
      if (status === 'committed') this.#writers.set(key, id)
      else this.#undone.add(key)
    }
    for (const operation of undone) {
      const key = writtenValue(operation)
      if (key !== null) this.#undone.add(key)
    }
  }

  /** The final state, and what deleters saw, give the order of all appends. */
  #orderVersions(): void {
    const { transactions, lists, sets } = this.#history
    for (const transaction of transactions) {
      if (transaction.status === 'committed') this.#committed.set(transaction.id, transaction)
    }
    for (const [list, items] of lists) this.#versions.set(list, { items, deletedBy: null })
    for (const { id, operations } of this.#committed.values()) {
      for (const operation of operations) {
        if (operation.kind !== 'delete') continue
        if (this.#versions.has(operation.list)) this.#report('lost write', `${describe(operation)} of ${id}`)
        this.#versions.set(operation.list, { items: operation.items, deletedBy: id })
      }
    }
    const present = new Set<string>()
    for (const [list, { items }] of this.#versions) for (const item of items) present.add(`l${list}:${item}`)
    for (const [set, values] of sets) for (const value of values) present.add(`s${set}:${value}`)
    for (const [key, id] of this.#writers) {
      if (!present.has(key)) this.#report('lost write', `${key} of ${id} is gone`)
    }
    for (const [list, { items, deletedBy }] of this.#versions) {
      for (let i = 1; i < items.length; i++) {
        this.#edge(this.#writer(list, items[i - 1]), this.#writer(list, items[i]), 'ww')
      }
      if (deletedBy !== null && items.length > 0) this.#edge(this.#writer(list, items.at(-1)), deletedBy, 'ww')
    }
  }

  #writer(list: number, item: number | undefined): number | null {
    return this.#writers.get(`l${list}:${item}`) ?? null
  }

  #edge(from: number | null, to: number | null, kind: Dependency): void {
    if (from !== null && to !== null && from !== to) this.edges.get(from)?.push({ to, kind })
  }

  #dependencies(transaction: HistoryTransaction): void {
    for (const operation of transaction.operations) {
      switch (operation.kind) {
        case 'read':
        case 'delete':
          this.#readDependencies(transaction, operation.list, operation.items)
          break
        case 'exists':
          this.#edge(this.#writer(operation.list, this.#versions.get(operation.list)?.items[0]), transaction.id, 'wr')
          break
        case 'members':
          this.#memberDependencies(transaction, operation.set, operation.values)
          break
        default:
      }
    }
  }

  #readDependencies({ id, undone }: HistoryTransaction, list: number, items: readonly number[] | null): void {
    const versions = this.#versions.get(list)
    if (items === null) {
      // A list of the beginning is absent once deleted, any other until it is first appended to.
      if (this.#history.initial.has(list)) {
        if (versions === undefined || versions.deletedBy === null) {
          this.#report('wrong read', `${id} missed list ${list}`)
        } else this.#edge(versions.deletedBy, id, 'wr')
      } else if (versions !== undefined) this.#edge(id, this.#writer(list, versions.items[0]), 'rw')
      return
    }
    for (const item of items) {
      if (this.#undone.has(`l${list}:${item}`)) {
        // A transaction may see what it undoes later.
        if (!undone.some((o) => o.kind === 'append' && o.list === list && o.value === item)) {
          this.#report('G1a', `${id} read ${item} of list ${list}, which was undone`)
        }
        return
      }
    }
    if (versions === undefined || items.some((item, i) => versions.items[i] !== item)) {
      this.#report('wrong read', `${id} read [${items.join()}] of list ${list}: [${versions?.items.join() ?? 'none'}]`)
      return
    }
    const last = this.#writer(list, items.at(-1))
    const next = versions.items[items.length]
    if (next !== undefined && last !== null && last !== id && this.#writer(list, next) === last) {
      this.#report('G1b', `${id} read [${items.join()}] of list ${list}, which ${last} went on to change`)
    }
    this.#edge(last, id, 'wr')
    this.#edge(id, next === undefined ? versions.deletedBy : this.#writer(list, next), 'rw')
  }

  #memberDependencies({ id, undone }: HistoryTransaction, set: number, values: readonly number[]): void {
    const seen = new Set(values)
    for (const value of values) {
      const key = `s${set}:${value}`
      const writer = this.#writers.get(key)
      if (writer !== undefined) this.#edge(writer, id, 'wr')
      else if (!undone.some((o) => o.kind === 'add' && o.set === set && o.value === value)) {
        this.#report(this.#undone.has(key) ? 'G1a' : 'wrong read', `${id} read ${value} of set ${set}`)
      }
    }
    for (const value of this.#history.sets.get(set) ?? []) {
      if (!seen.has(value)) this.#edge(id, this.#writers.get(`s${set}:${value}`) ?? null, 'rw')
    }
  }

  /** From each transaction to those that began after it ended and before anybody who began after it had ended. */
  #timeEdges(): void {
    const byBegin = [...this.#committed.values()].sort((a, b) => a.begun - b.begun)
    for (const { id, ended } of byBegin) {
      let horizon = Number.POSITIVE_INFINITY
      for (const other of byBegin) {
        if (other.begun <= ended) continue
        if (other.begun > horizon) break
        horizon = Math.min(horizon, other.ended)
        this.#edge(id, other.id, 'time')
      }
    }
  }
}

const writtenValue = (operation: Operation): string | null => {
  if (operation.kind === 'append') return `l${operation.list}:${operation.value}`
  return operation.kind === 'add' ? `s${operation.set}:${operation.value}` : null
}

type Graph = ReadonlyMap<number, readonly Edge[]>

const only = (edges: Graph, kinds: readonly Dependency[]): Map<number, Edge[]> =>
  new Map([...edges].map(([node, out]) => [node, out.filter((edge) => kinds.includes(edge.kind))]))

/** A shortest cycle, as text, or null. */
const findCycle = (graph: Graph): string | null => {
  const order = topological(graph)
  if (order.size === graph.size) return null
  let best: string | null = null
  let shortest = Number.POSITIVE_INFINITY
  for (const start of graph.keys()) {
    if (order.has(start)) continue
    const path = shortestCycle(graph, start, order)
    if (path !== null && path.length < shortest) {
      shortest = path.length
      best = path.join(' ')
    }
  }
  return best
}

/** Nodes that are on no cycle and behind none. */
const topological = (graph: Graph): Set<number> => {
  const degrees = new Map<number, number>([...graph.keys()].map((node) => [node, 0]))
  for (const out of graph.values()) for (const { to } of out) degrees.set(to, (degrees.get(to) ?? 0) + 1)
  const ready = [...degrees].filter(([, degree]) => degree === 0).map(([node]) => node)
  const done = new Set<number>()
  for (let node = ready.pop(); node !== undefined; node = ready.pop()) {
    done.add(node)
    for (const { to } of graph.get(node) ?? []) {
      const degree = (degrees.get(to) as number) - 1
      degrees.set(to, degree)
      if (degree === 0) ready.push(to)
    }
  }
  return done
}

const shortestCycle = (graph: Graph, start: number, without: ReadonlySet<number>): string[] | null => {
  const reached = new Map<number, { from: number; kind: Dependency }>()
  const queue = [start]
  for (let at = 0; at < queue.length; at++) {
    const node = queue[at] as number
    for (const { to, kind } of graph.get(node) ?? []) {
      if (without.has(to) || reached.has(to)) continue
      reached.set(to, { from: node, kind })
      if (to !== start) {
        queue.push(to)
        continue
      }
      const path = [`T${start}`]
      for (let back = start; ; ) {
        const step = reached.get(back) as { from: number; kind: Dependency }
        path.unshift(`T${step.from}`, `-${step.kind}->`)
        back = step.from
        if (back === start) return path
      }
    }
  }
  return null
}

/** Steps that end in at most one rw edge: a cycle of them is one without two rw edges in a row. */
const withoutAdjacentReads = (edges: Graph): Map<number, Edge[]> => {
  const steps = new Map<number, Edge[]>()
  for (const [node, out] of edges) {
    const mine: Edge[] = []
    for (const edge of out) {
      if (edge.kind !== 'ww' && edge.kind !== 'wr') continue
      mine.push(edge)
      for (const { to, kind } of edges.get(edge.to) ?? []) if (kind === 'rw') mine.push({ to, kind: `${edge.kind}+rw` })
    }
    steps.set(node, mine)
  }
  return steps
}

/** Everything in the history that the level forbids. */
export const checkHistory = (history: History, isolation: Isolation): Anomaly[] => {
  const { edges, anomalies } = new Checker(history)
  const search = (name: Anomaly['name'], graph: Graph): void => {
    const cycle = anomalies.length > 0 ? null : findCycle(graph)
    if (cycle !== null) anomalies.push({ name, detail: cycle })
  }
  search('G0', only(edges, ['ww']))
  search('G1c', only(edges, ['ww', 'wr']))
  if (isolation === 'read committed') return anomalies
  search('G-single', withoutAdjacentReads(only(edges, ['ww', 'wr', 'rw'])))
  if (isolation === 'repeatable read') return anomalies
  search('G2', only(edges, ['ww', 'wr', 'rw']))
  search('time', edges)
  return anomalies
}

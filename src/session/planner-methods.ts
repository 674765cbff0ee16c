/** The planner settings of a session, as one object for the optimizer. */
import type { SessionSettings } from '../config/session-settings.ts'
import { ALL_METHODS, AS_WRITTEN, type PlannerMethods } from '../optimize/methods.ts'

const SETTING_OF: Readonly<Record<keyof PlannerMethods, string>> = {
  optimizer: 'tesseradb.optimizer',
  hashJoin: 'enable_hashjoin',
  indexScan: 'enable_indexscan',
  nestedLoop: 'enable_nestloop',
  partitionPruning: 'enable_partition_pruning',
  sequentialScan: 'enable_seqscan',
  tidScan: 'enable_tidscan',
}

const METHODS = Object.keys(SETTING_OF) as (keyof PlannerMethods)[]
const NAMES: ReadonlySet<string> = new Set(Object.values(SETTING_OF))

/** By the settings that are off: equal settings are one object, so that plans are known to be made for them. */
const known = new Map<string, PlannerMethods>([['', ALL_METHODS]])

const methodsOf = (settings: SessionSettings): PlannerMethods => {
  if (!settings.bool(SETTING_OF.optimizer)) return AS_WRITTEN
  const off = METHODS.filter((method) => !settings.bool(SETTING_OF[method]))
  const key = off.join()
  let methods = known.get(key)
  if (methods === undefined) {
    methods = { ...ALL_METHODS, ...Object.fromEntries(off.map((method) => [method, false])) }
    known.set(key, methods)
  }
  return methods
}

export class SessionMethods {
  readonly #settings: SessionSettings
  #current: PlannerMethods | null = null

  constructor(settings: SessionSettings) {
    this.#settings = settings
    settings.onChange(({ name }) => {
      if (NAMES.has(name)) this.#current = null
    })
  }

  get current(): PlannerMethods {
    this.#current ??= methodsOf(this.#settings)
    return this.#current
  }
}

/** Runs the database's functions for a session: each in its language. */
import { stackDepthExceeded } from '../../errors/raise/protocol.ts'
import { languageMissing } from '../../errors/raise/routines.ts'
import type { QueryRows, RoutineServices } from '../../functions/context.ts'
import type { CallTypes } from '../../functions/records.ts'
import { OID } from '../../types/oids.ts'
import type { Datum } from '../../types/sql-type.ts'
import type { SessionCore } from '../core.ts'
import type { RoutineCall, RoutineLanguage } from './language.ts'
import { runQuery } from './run-query.ts'
import { sqlLanguage } from './sql-language.ts'

const LANGUAGES: ReadonlyMap<string, RoutineLanguage> = new Map(
  [sqlLanguage].map((language) => [language.name, language]),
)

/** How deeply functions may call each other. */
const DEPTH = 200

export class SessionRoutines implements RoutineServices {
  readonly #core: SessionCore
  #depth = 0

  constructor(core: SessionCore) {
    this.#core = core
  }

  #prepare(oid: number, types: CallTypes, args: readonly Datum[]): { language: RoutineLanguage; call: RoutineCall } {
    const routine = this.#core.catalog.function(oid)
    if (routine === null) throw new Error(`function ${oid} is gone`)
    const language = LANGUAGES.get(routine.language)
    if (language === undefined) throw languageMissing(routine.language)
    return { language, call: { core: this.#core, routine, types, args } }
  }

  call(oid: number, types: CallTypes, args: readonly Datum[]): Datum {
    const { language, call } = this.#prepare(oid, types, args)
    if (call.routine.waits) return this.#later(call, language)
    return resultOf(call, this.#now(call, language))
  }

  rows(oid: number, types: CallTypes, args: readonly Datum[]): Iterable<Datum> {
    const { language, call } = this.#prepare(oid, types, args)
    return this.#now(call, language)
  }

  async gather(oid: number, types: CallTypes, args: readonly Datum[]): Promise<Iterable<Datum>> {
    const { language, call } = this.#prepare(oid, types, args)
    return this.#awaited(call, language)
  }

  query(text: string): QueryRows {
    this.#enter()
    try {
      return runQuery(this.#core, text)
    } finally {
      this.#depth--
    }
  }

  async #later(call: RoutineCall, language: RoutineLanguage): Promise<Datum> {
    return resultOf(call, await this.#awaited(call, language))
  }

  #now(call: RoutineCall, language: RoutineLanguage): Datum[] {
    this.#enter()
    const leave = this.#applySettings(call)
    try {
      return language.runNow(call)
    } finally {
      leave()
      this.#depth--
    }
  }

  async #awaited(call: RoutineCall, language: RoutineLanguage): Promise<Datum[]> {
    this.#enter()
    const leave = this.#applySettings(call)
    try {
      return await language.run(call)
    } finally {
      leave()
      this.#depth--
    }
  }

  /** SET clauses of a function, and its owner's rights, hold while it runs: answers what takes them back. */
  #applySettings({ routine }: RoutineCall): () => void {
    const endDefiner = routine.securityDefiner ? this.#core.roles.enterDefiner(routine.owner) : () => {}
    if (routine.settings.length === 0) return endDefiner
    const { settings } = this.#core
    settings.pushLevel()
    const leave = (): void => {
      settings.rollbackLevel()
      endDefiner()
    }
    try {
      for (const setting of routine.settings) {
        const at = setting.indexOf('=')
        settings.set(setting.slice(0, at), setting.slice(at + 1), {
          local: true,
          superuser: this.#core.role.superuser,
        })
      }
    } catch (error) {
      leave()
      throw error
    }
    return leave
  }

  #enter(): void {
    if (this.#depth >= DEPTH) throw stackDepthExceeded()
    this.#depth++
  }
}

/** The one value of a call: of its first row. */
const resultOf = ({ types }: RoutineCall, rows: readonly Datum[]): Datum =>
  types.result.oid === OID.void ? null : (rows[0] ?? null)

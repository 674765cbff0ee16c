/**
 * Settings that change what a statement's text means: backslashes in plain strings, NULL beside `=` and in arrays. While
 * one of them is not as usual, no statement is known by its text.
 */
import type { SessionSettings } from '../config/session-settings.ts'
import type { Notice } from '../errors/sql-error.ts'
import { backslashWarning } from '../errors/raise/syntax.ts'
import { type BackslashUse, parseWithBackslashes } from '../sql/backslash-strings.ts'
import { parseAs } from '../sql/front-ends.ts'
import { withNullTests } from '../sql/null-equals.ts'
import type { ParsedStatement } from '../sql/parse.ts'

export class TextReading {
  /** Whether texts mean something else than usual. */
  isSpecial = false
  private readonly settings: SessionSettings
  private readonly notice: (notice: Notice) => void

  constructor(settings: SessionSettings, notice: (notice: Notice) => void) {
    this.settings = settings
    this.notice = notice
    const read = (): void => {
      const isUsual = settings.bool('standard_conforming_strings') && settings.bool('array_nulls')
      this.isSpecial = !isUsual || settings.bool('transform_null_equals')
    }
    read()
    settings.onChange(read)
  }

  /** Every statement of a query string. Throws 42601, 0A000. */
  parse(sql: string): ParsedStatement[] {
    const { settings } = this
    const statements = settings.bool('standard_conforming_strings')
      ? parseAs(settings.text('tesseradb.parser'), sql)
      : parseWithBackslashes(sql, (uses) => this.warn(uses))
    if (!settings.bool('transform_null_equals')) return statements
    return statements.map((statement) => ({ ...statement, node: withNullTests(statement.node) }))
  }

  private warn(uses: readonly BackslashUse[]): void {
    if (!this.settings.bool('escape_string_warning')) return
    for (const { kind, position } of uses) this.notice(backslashWarning(kind, position))
  }
}

/** How a session's settings say values are read and written; kept up to date as settings change. */
import type { SessionSettings } from '../config/session-settings.ts'
import type { FormatContext, ObjectNames } from '../types/sql-type.ts'

export class SessionFormat implements FormatContext {
  dateStyle: FormatContext['dateStyle'] = 'ISO'
  dateOrder: FormatContext['dateOrder'] = 'MDY'
  intervalStyle: FormatContext['intervalStyle'] = 'postgres'
  timeZone = 'UTC'
  extraFloatDigits = 1
  byteaOutput: FormatContext['byteaOutput'] = 'hex'
  xmlOption: NonNullable<FormatContext['xmlOption']> = 'content'
  arrayNulls = true
  transactionTimestamp = 0
  readonly names: ObjectNames
  readonly checkDomain: NonNullable<FormatContext['checkDomain']>

  constructor(settings: SessionSettings, names: ObjectNames, checkDomain: SessionFormat['checkDomain']) {
    this.names = names
    this.checkDomain = checkDomain
    const read = (): void => {
      const [style, order] = settings
        .text('DateStyle')
        .split(',')
        .map((part) => part.trim())
      this.dateStyle = STYLES[style?.toLowerCase() ?? ''] ?? 'ISO'
      this.dateOrder = (order as FormatContext['dateOrder'] | undefined) ?? 'MDY'
      this.intervalStyle = settings.text('IntervalStyle') as FormatContext['intervalStyle']
      this.timeZone = settings.text('TimeZone')
      this.extraFloatDigits = settings.int('extra_float_digits')
      this.xmlOption = settings.text('xmloption') as NonNullable<FormatContext['xmlOption']>
      this.arrayNulls = settings.bool('array_nulls')
      this.byteaOutput = settings.text('bytea_output') as FormatContext['byteaOutput']
    }
    read()
    settings.onChange(read)
  }
}

const STYLES: Readonly<Record<string, FormatContext['dateStyle']>> = {
  iso: 'ISO',
  postgres: 'Postgres',
  sql: 'SQL',
  german: 'German',
}

/** Time zones out of the machine's time zone database: files in the format of RFC 8536. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { posixZone } from './posix-zone.ts'
import { type TimeZone, UNIX_EPOCH_SECONDS, type ZonePeriod } from './time-zone.ts'

const DATABASE = '/usr/share/zoneinfo'

const MAGIC = 'TZif'
const HEADER_LENGTH = 44

/** What a file says; instants are seconds since 2000-01-01 UTC, ascending. */
interface ZoneData {
  readonly instants: Float64Array
  /** The state that each instant begins. */
  readonly periods: readonly ZonePeriod[]
  /** The state before the first instant. */
  readonly first: ZonePeriod
  /** Rules after the last instant. */
  readonly rules: TimeZone | null
}

/** Counts of a header: indicators (UT, standard), leap seconds, transitions, types, characters. */
const readCounts = (view: DataView, at: number) => ({
  indicators: view.getUint32(at + 20) + view.getUint32(at + 24),
  leaps: view.getUint32(at + 28),
  times: view.getUint32(at + 32),
  types: view.getUint32(at + 36),
  chars: view.getUint32(at + 40),
})

type Counts = ReturnType<typeof readCounts>

const blockLength = ({ indicators, leaps, times, types, chars }: Counts, timeSize: number): number =>
  times * (timeSize + 1) + types * 6 + chars + leaps * (timeSize + 4) + indicators

/** Reads a file's second, 64-bit block; null for other files and for zones with leap seconds. */
const readZoneData = (bytes: Buffer): ZoneData | null => {
  if (bytes.toString('latin1', 0, 4) !== MAGIC || (bytes[4] ?? 0) < 0x32) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const header = HEADER_LENGTH + blockLength(readCounts(view, 0), 4)
  const counts = readCounts(view, header)
  if (counts.leaps > 0 || counts.types === 0) return null
  const times = header + HEADER_LENGTH
  const indexes = times + counts.times * 8
  const types = indexes + counts.times
  const chars = types + counts.types * 6
  const period = (index: number): ZonePeriod => {
    const at = types + index * 6
    const name = chars + view.getUint8(at + 5)
    return {
      offset: view.getInt32(at),
      isSummer: view.getUint8(at + 4) !== 0,
      abbreviation: bytes.toString('latin1', name, bytes.indexOf(0, name)),
    }
  }
  const all = Array.from({ length: counts.types }, (_, index) => period(index))
  const footer = bytes.toString('latin1', times + blockLength(counts, 8)).trim()
  return {
    instants: Float64Array.from(
      { length: counts.times },
      (_, i) => Number(view.getBigInt64(times + i * 8)) - UNIX_EPOCH_SECONDS,
    ),
    periods: Array.from({ length: counts.times }, (_, i) => all[view.getUint8(indexes + i)] as ZonePeriod),
    first: all[0] as ZonePeriod,
    rules: footer === '' ? null : posixZone(footer),
  }
}

class FileZone implements TimeZone {
  readonly name: string
  readonly isFixed: boolean
  private readonly data: ZoneData
  /** The span looked up last: [from, to) has the offset. */
  private from = 0
  private to = 0
  private offset = 0

  constructor(name: string, data: ZoneData) {
    this.name = name
    this.data = data
    this.isFixed = data.instants.length === 0 && (data.rules === null || data.rules.isFixed)
  }

  offsetAt(utcSeconds: number): number {
    if (utcSeconds >= this.from && utcSeconds < this.to) return this.offset
    const { instants, rules } = this.data
    const at = this.indexAt(utcSeconds)
    if (at === instants.length - 1 && rules !== null) return rules.offsetAt(utcSeconds)
    this.from = instants[at] ?? Number.NEGATIVE_INFINITY
    this.to = instants[at + 1] ?? Number.POSITIVE_INFINITY
    this.offset = this.periodOf(at).offset
    return this.offset
  }

  abbreviationAt(utcSeconds: number): string | null {
    const rules = this.rulesAt(utcSeconds)
    return rules === null ? this.periodOf(this.indexAt(utcSeconds)).abbreviation : rules.abbreviationAt(utcSeconds)
  }

  isSummerAt(utcSeconds: number): boolean {
    const rules = this.rulesAt(utcSeconds)
    return rules === null ? this.periodOf(this.indexAt(utcSeconds)).isSummer : rules.isSummerAt(utcSeconds)
  }

  /** The newest meaning until the instant, else the oldest one after it. */
  meaningOf(abbreviation: string, utcSeconds: number): ZonePeriod | null {
    const { instants, first } = this.data
    const at = this.indexAt(utcSeconds)
    for (let i = at; i >= 0; i--) if (this.periodOf(i).abbreviation === abbreviation) return this.periodOf(i)
    if (first.abbreviation === abbreviation) return first
    for (let i = at + 1; i < instants.length; i++)
      if (this.periodOf(i).abbreviation === abbreviation) return this.periodOf(i)
    return null
  }

  private rulesAt(utcSeconds: number): TimeZone | null {
    return this.indexAt(utcSeconds) === this.data.instants.length - 1 ? this.data.rules : null
  }

  private periodOf(index: number): ZonePeriod {
    return this.data.periods[index] ?? this.data.first
  }

  /** Number of the last instant that is not after this one, -1 before all. */
  private indexAt(utcSeconds: number): number {
    const { instants } = this.data
    let low = 0
    let high = instants.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((instants[middle] as number) <= utcSeconds) low = middle + 1
      else high = middle
    }
    return low - 1
  }
}

const folders = new Map<string, ReadonlyMap<string, string>>()

/** Names in a folder of the database by their lower-case form; empty where there is none. */
const namesIn = (folder: string): ReadonlyMap<string, string> => {
  let names = folders.get(folder)
  if (names === undefined) {
    try {
      names = new Map(readdirSync(join(DATABASE, folder)).map((name) => [name.toLowerCase(), name]))
    } catch {
      names = new Map()
    }
    folders.set(folder, names)
  }
  return names
}

const readZone = (name: string): TimeZone | null => {
  try {
    const data = readZoneData(readFileSync(join(DATABASE, name)))
    return data === null ? null : new FileZone(name, data)
  } catch {
    return null
  }
}

/** A zone of the database, found in whatever capitals; null when there is none. */
export const fileZone = (name: string): TimeZone | null => {
  let path = ''
  for (const part of name.toLowerCase().split('/')) {
    const found = namesIn(path).get(part)
    if (found === undefined) return null
    path = path === '' ? found : `${path}/${found}`
  }
  return readZone(path)
}

/** Names of all zones of the database; empty where there is none. */
export const fileZoneNames = (folder = ''): readonly string[] =>
  [...namesIn(folder).values()].flatMap((name) => {
    const path = folder === '' ? name : `${folder}/${name}`
    return statSync(join(DATABASE, path)).isDirectory() ? fileZoneNames(path) : [path]
  })

/** Whether a machine has the database. */
export const hasZoneFiles = (): boolean => namesIn('').size > 0

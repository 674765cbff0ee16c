/**
 * Makes the eight tables of TPC-H at any scale by the rules of the specification (clause 4.2): rows of values apart by
 * `|`. The same scale gives the same rows. `node bench/tpch/generate.ts SCALE DIRECTORY` writes one file a table.
 */
import { createWriteStream, mkdirSync } from 'node:fs'
import { once } from 'node:events'
import { join } from 'node:path'
import { Random } from './random.ts'
import {
  COLORS,
  CONTAINER_SYLLABLES,
  INSTRUCTIONS,
  MODES,
  NATIONS,
  PRIORITIES,
  REGIONS,
  SEGMENTS,
  TYPE_SYLLABLES,
  pseudoText,
  randomString,
} from './words.ts'

type Row = readonly (string | number)[]

const DAY = 86_400_000
const day = (date: string): number => Date.parse(date) / DAY
const START_DATE = day('1992-01-01')
const CURRENT_DATE = day('1995-06-17')
const END_DATE = day('1998-12-31')
/** The last order is early enough that its line items arrive before the end. */
const LAST_ORDER_DATE = END_DATE - 151

const dateCache = new Map<number, string>()
const dateText = (days: number): string => {
  let text = dateCache.get(days)
  if (text === undefined) {
    text = new Date(days * DAY).toISOString().slice(0, 10)
    dateCache.set(days, text)
  }
  return text
}

const money = (cents: number): string => {
  const digits = String(Math.abs(cents)).padStart(3, '0')
  return `${cents < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`
}

const numbered = (name: string, number: number): string => `${name}#${String(number).padStart(9, '0')}`

const phone = (random: Random, nation: number): string =>
  `${nation + 10}-${random.int(100, 999)}-${random.int(100, 999)}-${random.int(1000, 9999)}`

/** Numbers of rows at a scale; nation and region never change, line items follow from orders. */
const sizes = (scale: number) => ({
  supplier: Math.round(scale * 10_000),
  part: Math.round(scale * 200_000),
  customer: Math.round(scale * 150_000),
  orders: Math.round(scale * 1_500_000),
  clerks: Math.max(Math.round(scale * 1000), 1),
})
type Sizes = ReturnType<typeof sizes>

/** One seed per table. */
const SEED = { region: 1, nation: 2, supplier: 3, part: 4, partsupp: 5, customer: 6, orders: 7 } as const

const region = function* (): Generator<Row> {
  for (const [key, name] of REGIONS.entries()) yield [key, name, pseudoText(new Random(SEED.region, key), 31, 115)]
}

const nation = function* (): Generator<Row> {
  for (const [key, [name, regionKey]] of NATIONS.entries()) {
    yield [key, name, regionKey, pseudoText(new Random(SEED.nation, key), 31, 114)]
  }
}

/** Words that query 16 and others look for, put into the comments of a few suppliers. */
const supplierComment = (random: Random, key: number): string => {
  const comment = pseudoText(random, 25, 100)
  // 5 of 10,000 complain and 5 recommend.
  const remark = key % 2000 === 1 ? 'Complaints' : key % 2000 === 1001 ? 'Recommends' : null
  if (remark === null) return comment
  const text = `Customer${' '.repeat(random.int(1, 4))}${remark}`
  return `${text}${comment}`.slice(0, 100)
}

const supplier = function* ({ supplier: count }: Sizes): Generator<Row> {
  for (let key = 1; key <= count; key++) {
    const random = new Random(SEED.supplier, key)
    const nationKey = random.int(0, 24)
    yield [
      key,
      numbered('Supplier', key),
      randomString(random, 10, 40),
      nationKey,
      phone(random, nationKey),
      money(random.int(-99_999, 999_999)),
      supplierComment(random, key),
    ]
  }
}

const retailPrice = (part: number): number => 90_000 + (Math.floor(part / 10) % 20_001) + 100 * (part % 1000)

const partName = (random: Random): string => {
  const chosen = new Set<string>()
  while (chosen.size < 5) chosen.add(random.pick(COLORS))
  return [...chosen].join(' ')
}

const part = function* ({ part: count }: Sizes): Generator<Row> {
  for (let key = 1; key <= count; key++) {
    const random = new Random(SEED.part, key)
    const name = partName(random)
    const manufacturer = random.int(1, 5)
    yield [
      key,
      name,
      `Manufacturer#${manufacturer}`,
      `Brand#${manufacturer}${random.int(1, 5)}`,
      TYPE_SYLLABLES.map((words) => random.pick(words)).join(' '),
      random.int(1, 50),
      CONTAINER_SYLLABLES.map((words) => random.pick(words)).join(' '),
      money(retailPrice(key)),
      pseudoText(random, 5, 22),
    ]
  }
}

/** The i-th (0 to 3) of the four suppliers of a part. */
const supplierOf = (partKey: number, i: number, suppliers: number): number =>
  ((partKey + i * (Math.floor(suppliers / 4) + Math.floor((partKey - 1) / suppliers))) % suppliers) + 1

const partsupp = function* ({ part: parts, supplier: suppliers }: Sizes): Generator<Row> {
  for (let key = 1; key <= parts; key++) {
    const random = new Random(SEED.partsupp, key)
    for (let i = 0; i < 4; i++) {
      yield [
        key,
        supplierOf(key, i, suppliers),
        random.int(1, 9999),
        money(random.int(100, 100_000)),
        pseudoText(random, 49, 198),
      ]
    }
  }
}

const customer = function* ({ customer: count }: Sizes): Generator<Row> {
  for (let key = 1; key <= count; key++) {
    const random = new Random(SEED.customer, key)
    const nationKey = random.int(0, 24)
    yield [
      key,
      numbered('Customer', key),
      randomString(random, 10, 40),
      nationKey,
      phone(random, nationKey),
      money(random.int(-99_999, 999_999)),
      random.pick(SEGMENTS),
      pseudoText(random, 29, 116),
    ]
  }
}

/** Eight keys of every 32 are used. */
const sparseKey = (i: number): number => Math.floor(i / 8) * 32 + (i % 8)

/** A customer of every three has no orders. */
const orderingCustomer = (random: Random, customers: number): number => {
  for (;;) {
    const key = random.int(1, customers)
    if (key % 3 !== 0) return key
  }
}

/** The i-th order (from 1) with its line items: their prices and states make the order's. */
const order = (i: number, counts: Sizes): { readonly header: Row; readonly lines: readonly Row[] } => {
  const random = new Random(SEED.orders, i)
  const key = sparseKey(i)
  const customerKey = orderingCustomer(random, counts.customer)
  const orderDate = random.int(START_DATE, LAST_ORDER_DATE)
  const lines: Row[] = []
  let total = 0
  let shipped = 0
  for (let number = random.int(1, 7), line = 1; line <= number; line++) {
    const partKey = random.int(1, counts.part)
    const quantity = random.int(1, 50)
    const price = quantity * retailPrice(partKey)
    const discount = random.int(0, 10)
    const tax = random.int(0, 8)
    const shipDate = orderDate + random.int(1, 121)
    const commitDate = orderDate + random.int(30, 90)
    const receiptDate = shipDate + random.int(1, 30)
    const isShipped = shipDate <= CURRENT_DATE
    if (isShipped) shipped++
    total += Math.round((price * (100 + tax) * (100 - discount)) / 10_000)
    lines.push([
      key,
      partKey,
      supplierOf(partKey, random.int(0, 3), counts.supplier),
      line,
      quantity,
      money(price),
      money(discount),
      money(tax),
      receiptDate <= CURRENT_DATE ? random.pick(['R', 'A']) : 'N',
      isShipped ? 'F' : 'O',
      dateText(shipDate),
      dateText(commitDate),
      dateText(receiptDate),
      random.pick(INSTRUCTIONS),
      random.pick(MODES),
      pseudoText(random, 10, 43),
    ])
  }
  const header = [
    key,
    customerKey,
    shipped === lines.length ? 'F' : shipped === 0 ? 'O' : 'P',
    money(total),
    dateText(orderDate),
    random.pick(PRIORITIES),
    numbered('Clerk', random.int(1, counts.clerks)),
    0,
    pseudoText(random, 19, 78),
  ]
  return { header, lines }
}

const orders = function* (counts: Sizes): Generator<Row> {
  for (let i = 1; i <= counts.orders; i++) yield order(i, counts).header
}

const lineitem = function* (counts: Sizes): Generator<Row> {
  for (let i = 1; i <= counts.orders; i++) yield* order(i, counts).lines
}

/** In an order in which foreign keys find what they refer to. */
const GENERATORS = { region, nation, supplier, part, partsupp, customer, orders, lineitem } as const
export type Table = keyof typeof GENERATORS
export const TABLES = Object.keys(GENERATORS) as readonly Table[]

/** The rows of a table. */
export const tableRows = (table: Table, scale: number): Generator<Row> => GENERATORS[table](sizes(scale))

/** Writes a table to a file, one row a line. */
export const writeTable = async (table: Table, scale: number, file: string): Promise<void> => {
  const stream = createWriteStream(file)
  let chunk = ''
  for (const row of tableRows(table, scale)) {
    chunk += `${row.join('|')}\n`
    if (chunk.length < 1 << 20) continue
    if (!stream.write(chunk)) await once(stream, 'drain')
    chunk = ''
  }
  stream.end(chunk)
  await once(stream, 'finish')
}

if (import.meta.main) {
  const [scale = '0.1', directory = '.'] = process.argv.slice(2)
  mkdirSync(directory, { recursive: true })
  for (const table of TABLES) await writeTable(table, Number(scale), join(directory, `${table}.tbl`))
}

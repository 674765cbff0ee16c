/** Vector forms of count, sum, avg, min and max: loops over typed arrays, exact whatever the size of the sums. */
import type { ExactInteger } from '../../types/int64.ts'
import { checkInt64 } from '../../types/int64.ts'
import { numericAdd, numericDiv } from '../../types/numeric/arithmetic.ts'
import { Numeric } from '../../types/numeric/numeric.ts'
import type { Datum } from '../../types/sql-type.ts'
import type { Batch } from '../../vector/batch.ts'
import type { AnyVector } from '../../vector/vector.ts'
import { checkFloat } from '../inline-helpers.ts'
import type { GroupedAggregation } from '../records.ts'
import { forEachDatum, groupCount, growFlags, growFloats, type NumberColumn, numberColumn } from './group-state.ts'
import { isLarge, LargeDeviations } from './large-deviations.ts'

const MAX_SAFE = Number.MAX_SAFE_INTEGER

class GroupedCount implements GroupedAggregation {
  private counts: Float64Array = new Float64Array(0)

  update(batch: Batch, groups: Int32Array, args: readonly AnyVector[], mask: Uint8Array | null): void {
    const rows = batch.count
    this.counts = growFloats(this.counts, groupCount(groups, rows))
    const { counts } = this
    const vector = args[0]
    const isAllRows = vector === undefined || (mask === null && hasNoNulls(vector))
    if (isAllRows && mask === null) {
      for (let k = 0; k < rows; k++) (counts[groups[k] as number] as number)++
      return
    }
    for (let k = 0; k < rows; k++) {
      if (mask !== null && mask[k] === 0) continue
      if (vector === undefined || !vector.isNull(batch.position(k))) (counts[groups[k] as number] as number)++
    }
  }

  finish(group: number): Datum {
    return this.counts[group] ?? 0
  }
}

const hasNoNulls = (vector: AnyVector): boolean => 'nulls' in vector && vector.nulls === null

/** Sums of integers and decimals: doubles while they stay safe integers, bigints beyond, Numeric for mixed scales. */
class ExactSums {
  private sums: Float64Array = new Float64Array(0)
  private readonly spilled: (bigint | undefined)[] = []
  private readonly others: (Numeric | undefined)[] = []
  /** 1 where `sums` and `spilled` hold something at the current scale. */
  private present: Uint8Array = new Uint8Array(0)
  private scale = 0
  counts: Float64Array = new Float64Array(0)

  update(batch: Batch, groups: Int32Array, vector: AnyVector, mask: Uint8Array | null): void {
    const groupsNow = groupCount(groups, batch.count)
    this.sums = growFloats(this.sums, groupsNow)
    this.counts = growFloats(this.counts, groupsNow)
    this.present = growFlags(this.present, groupsNow)
    const column = numberColumn(vector)
    if (column !== null) this.addColumn(batch, groups, column, mask)
    else
      forEachDatum(batch, groups, vector, mask, (group, value) => this.addDatum(group, value as Numeric | ExactInteger))
  }

  private addColumn(batch: Batch, groups: Int32Array, column: NumberColumn, mask: Uint8Array | null): void {
    if (column.scale !== this.scale) this.changeScale(column.scale)
    const { sums, counts, present } = this
    const { values, nulls } = column
    const { selection } = batch
    const rows = batch.count
    if (mask === null && nulls === null) {
      for (let k = 0; k < rows; k++) {
        const value = values[selection === null ? k : (selection[k] as number)] as number
        const group = groups[k] as number
        const sum = (sums[group] as number) + value
        ;(counts[group] as number)++
        present[group] = 1
        if (sum <= MAX_SAFE && sum >= -MAX_SAFE) sums[group] = sum
        else this.spill(group, value)
      }
      return
    }
    for (let k = 0; k < rows; k++) {
      if (mask !== null && mask[k] === 0) continue
      const position = selection === null ? k : (selection[k] as number)
      if (nulls !== null && nulls[position] === 1) continue
      const group = groups[k] as number
      const sum = (sums[group] as number) + (values[position] as number)
      ;(counts[group] as number)++
      present[group] = 1
      if (sum <= MAX_SAFE && sum >= -MAX_SAFE) sums[group] = sum
      else this.spill(group, values[position] as number)
    }
  }

  private spill(group: number, value: number): void {
    this.spilled[group] = (this.spilled[group] ?? 0n) + BigInt(this.sums[group] as number) + BigInt(value)
    this.sums[group] = 0
  }

  private addDatum(group: number, value: Numeric | ExactInteger): void {
    const numeric = value instanceof Numeric ? value : Numeric.fromInteger(value)
    const sum = this.others[group]
    this.others[group] = sum === undefined ? numeric : numericAdd(sum, numeric)
    ;(this.counts[group] as number)++
  }

  /** Sets what was summed at the old scale aside. */
  private changeScale(scale: number): void {
    for (let group = 0; group < this.present.length; group++) {
      if (this.present[group] === 0) continue
      this.others[group] = this.sum(group)
      this.sums[group] = 0
      this.spilled[group] = undefined
      this.present[group] = 0
    }
    this.scale = scale
  }

  /** The sum of a group that has values. */
  sum(group: number): Numeric {
    const other = this.others[group]
    if (this.present[group] !== 1) return other ?? Numeric.zero
    const spilled = this.spilled[group]
    const own = this.sums[group] as number
    const current =
      spilled === undefined ? Numeric.fromScaled(own, this.scale) : Numeric.of(spilled + BigInt(own), this.scale)
    return other === undefined ? current : numericAdd(other, current)
  }

  count(group: number): number {
    return this.counts[group] ?? 0
  }
}

/** Sums of doubles. */
class FloatSums {
  private sums: Float64Array = new Float64Array(0)
  private counts: Float64Array = new Float64Array(0)
  private readonly deviations: Map<number, LargeDeviations> | null

  constructor(deviations: Map<number, LargeDeviations> | null = null) {
    this.deviations = deviations
  }

  update(batch: Batch, groups: Int32Array, vector: AnyVector, mask: Uint8Array | null): void {
    const groupsNow = groupCount(groups, batch.count)
    this.sums = growFloats(this.sums, groupsNow)
    this.counts = growFloats(this.counts, groupsNow)
    const column = numberColumn(vector)
    if (column !== null) this.addColumn(batch, groups, column, mask)
    else forEachDatum(batch, groups, vector, mask, (group, value) => this.add(group, value as number))
  }

  private addColumn(batch: Batch, groups: Int32Array, { values, nulls }: NumberColumn, mask: Uint8Array | null): void {
    const { selection } = batch
    const rows = batch.count
    for (let k = 0; k < rows; k++) {
      if (mask !== null && mask[k] === 0) continue
      const position = selection === null ? k : (selection[k] as number)
      if (nulls === null || nulls[position] === 0) this.add(groups[k] as number, values[position] as number)
    }
  }

  private add(group: number, value: number): void {
    const before = this.sums[group] as number
    const sum = before + value
    this.sums[group] = Number.isFinite(sum) ? sum : checkFloat(sum, before, value)
    const count = ++(this.counts[group] as number)
    if (this.deviations !== null && (isLarge(value) || isLarge(sum))) this.deviate(group, value, before, count)
  }

  private deviate(group: number, value: number, before: number, count: number): void {
    const kept = this.deviations?.get(group) ?? new LargeDeviations()
    this.deviations?.set(group, kept)
    kept.add(value, before, count)
  }

  sum(group: number): number {
    return this.sums[group] ?? 0
  }

  count(group: number): number {
    return this.counts[group] ?? 0
  }
}

/** Least or greatest values: doubles for numbers of one form, datums for everything else. */
class GroupedExtreme implements GroupedAggregation {
  private readonly sign: 1 | -1
  private readonly compare: (a: Datum, b: Datum) => number
  private best: Float64Array = new Float64Array(0)
  private present: Uint8Array = new Uint8Array(0)
  private readonly others: Datum[] = []
  /** Scale of the decimals in `best`, -1 for plain numbers. */
  private scale = -1

  /** Of equal values the earliest stays, else the latest. */
  private readonly keepsFirst: boolean

  constructor(sign: 1 | -1, compare: (a: Datum, b: Datum) => number, keepsFirst: boolean) {
    this.sign = sign
    this.compare = compare
    this.keepsFirst = keepsFirst
  }

  update(batch: Batch, groups: Int32Array, args: readonly AnyVector[], mask: Uint8Array | null): void {
    const vector = args[0] as AnyVector
    const groupsNow = groupCount(groups, batch.count)
    this.best = growFloats(this.best, groupsNow)
    this.present = growFlags(this.present, groupsNow)
    const column = numberColumn(vector)
    if (column === null) {
      forEachDatum(batch, groups, vector, mask, (group, value) => this.offer(group, value))
      return
    }
    const scale = vector.kind === 'decimal' ? vector.scale : -1
    if (scale !== this.scale) this.changeScale(scale)
    this.offerColumn(batch, groups, column, mask)
  }

  private offerColumn(
    batch: Batch,
    groups: Int32Array,
    { values, nulls }: NumberColumn,
    mask: Uint8Array | null,
  ): void {
    const { best, present, sign } = this
    const { selection } = batch
    const rows = batch.count
    for (let k = 0; k < rows; k++) {
      if (mask !== null && mask[k] === 0) continue
      const position = selection === null ? k : (selection[k] as number)
      if (nulls !== null && nulls[position] === 1) continue
      const group = groups[k] as number
      const value = values[position] as number
      const held = best[group] as number
      if (present[group] === 0 || (sign < 0 ? value <= held || held !== held : value >= held || value !== value)) {
        best[group] = value
        present[group] = 1
      }
    }
  }

  private offer(group: number, value: Datum): void {
    const held = this.others[group]
    const order = held === undefined ? 1 : Math.sign(this.compare(value, held)) * this.sign
    if (order > 0 || (order === 0 && !this.keepsFirst)) this.others[group] = value
  }

  private held(group: number): Datum {
    const value = this.best[group] as number
    return this.scale < 0 ? value : Numeric.fromScaled(value, this.scale)
  }

  private changeScale(scale: number): void {
    for (let group = 0; group < this.present.length; group++) {
      if (this.present[group] === 1) this.offer(group, this.held(group))
      this.present[group] = 0
    }
    this.scale = scale
  }

  finish(group: number): Datum {
    if (this.present[group] === 1) this.offer(group, this.held(group))
    return this.others[group] ?? null
  }
}

export const groupedCount = (): GroupedAggregation => new GroupedCount()

export const groupedExtreme = (
  sign: 1 | -1,
  compare: (a: Datum, b: Datum) => number,
  keepsFirst: boolean,
): GroupedAggregation => new GroupedExtreme(sign, compare, keepsFirst)

/** sum() with a result of the type named. */
export const groupedSum = (result: 'int8' | 'numeric' | 'float8'): GroupedAggregation => {
  if (result === 'float8') {
    const sums = new FloatSums()
    return {
      update: (batch, groups, args, mask) => sums.update(batch, groups, args[0] as AnyVector, mask),
      finish: (group) => (sums.count(group) === 0 ? null : sums.sum(group)),
    }
  }
  const sums = new ExactSums()
  const read = result === 'int8' ? (sum: Numeric): Datum => checkInt64(sum.coefficient) : (sum: Numeric): Datum => sum
  return {
    update: (batch, groups, args, mask) => sums.update(batch, groups, args[0] as AnyVector, mask),
    finish: (group) => (sums.count(group) === 0 ? null : read(sums.sum(group))),
  }
}

/** avg() with a result of the type named. */
export const groupedAverage = (result: 'numeric' | 'float8'): GroupedAggregation => {
  if (result === 'float8') {
    const sums = new FloatSums(new Map())
    return {
      update: (batch, groups, args, mask) => sums.update(batch, groups, args[0] as AnyVector, mask),
      finish: (group) => (sums.count(group) === 0 ? null : sums.sum(group) / sums.count(group)),
    }
  }
  const sums = new ExactSums()
  return {
    update: (batch, groups, args, mask) => sums.update(batch, groups, args[0] as AnyVector, mask),
    finish: (group) =>
      sums.count(group) === 0 ? null : numericDiv(sums.sum(group), Numeric.fromInteger(sums.count(group))),
  }
}

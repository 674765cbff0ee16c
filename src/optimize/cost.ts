/**
 * Costs in PostgreSQL's units (a sequentially read page is 1), weighted for this executor: a row read by its address
 * costs some twenty times one read in sequence, and starting an input anew as much as fifty rows.
 */

/** Bytes of a page, by which table widths become page counts. */
const PAGE_BYTES = 8192
/** Per row and column bytes beside the values, as PostgreSQL's heap has them. */
const ROW_OVERHEAD = 24

export const COST = {
  page: 1,
  row: 0.01,
  operator: 0.0025,
  /** Finding the first entry in an index. */
  descent: 0.5,
  /** One row by its address, entry included. */
  indexRow: 0.4,
  /** Opening the inner side of a nested loop for another outer row. */
  rescan: 1,
  hashBuild: 0.03,
  hashProbe: 0.015,
  /** A row put together by a join. */
  joinRow: 0.01,
  groupRow: 0.02,
} as const

/** Reading a table from end to end. */
export const sequentialCost = (rows: number, width: number, conditions: number): number =>
  Math.ceil((rows * (width + ROW_OVERHEAD)) / PAGE_BYTES) * COST.page + rows * (COST.row + conditions * COST.operator)

export const sortCost = (rows: number, keys: number): number =>
  rows < 2 ? COST.row : 2 * COST.operator * keys * rows * Math.log2(rows)

/** Keeping the first `kept` of the rows in order. */
export const topSortCost = (rows: number, keys: number, kept: number): number =>
  2 * COST.operator * keys * rows * Math.log2(2 * Math.max(1, Math.min(kept, rows)))

export const hashJoinCost = (left: number, right: number, joined: number): number =>
  right * COST.hashBuild + left * COST.hashProbe + joined * COST.joinRow

/** The inner side is kept; each pair is looked at. */
export const nestedLoopCost = (left: number, right: number, joined: number, conditions: number): number =>
  left * (COST.hashProbe * 4 + right * COST.operator * (1 + conditions)) + right * COST.row + joined * COST.joinRow

/** The inner side is run once per left row at `inner` each. */
export const parameterisedCost = (left: number, inner: number, joined: number): number =>
  left * (COST.rescan + inner) + joined * COST.joinRow

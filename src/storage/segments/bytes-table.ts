/** A hash table from byte strings to small integers, that looks strings up where they lie in a buffer. */
const FIRST_SLOTS = 256
/** Strings met last, by their length and outermost bytes: where few different ones come, hashes need not be computed. */
const RECENT = 256

export class BytesTable {
  /** Per slot: entry + 1; 0 is free. */
  #slots = new Int32Array(FIRST_SLOTS)
  readonly #hashes: number[] = []
  readonly #values: number[] = []
  readonly #ends: number[] = []
  #pool: Buffer = Buffer.allocUnsafeSlow(4096)
  #end = 0
  /** Entry + 1; 0: none. */
  readonly #recent = new Int32Array(RECENT)

  /** The value of bytes[from … to), -1 when there is none. */
  find(bytes: Buffer, from: number, to: number): number {
    const ends = to > from ? (bytes[from] as number) + 5 * (bytes[to - 1] as number) : 0
    const place = (ends + 31 * (to - from)) % RECENT
    const recent = (this.#recent[place] as number) - 1
    if (recent >= 0 && this.#isEqual(recent, bytes, from, to)) return this.#values[recent] as number
    const entry = this.#entry(bytes, from, to)
    if (entry < 0) return -1
    this.#recent[place] = entry + 1
    return this.#values[entry] as number
  }

  #entry(bytes: Buffer, from: number, to: number): number {
    const hash = hashOf(bytes, from, to)
    const mask = this.#slots.length - 1
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = (this.#slots[slot] as number) - 1
      if (entry < 0 || (this.#hashes[entry] === hash && this.#isEqual(entry, bytes, from, to))) return entry
    }
  }

  #isEqual(entry: number, bytes: Buffer, from: number, to: number): boolean {
    const start = entry === 0 ? 0 : (this.#ends[entry - 1] as number)
    const length = (this.#ends[entry] as number) - start
    if (length !== to - from) return false
    const pool = this.#pool
    for (let i = 0; i < length; i++) if (pool[start + i] !== bytes[from + i]) return false
    return true
  }

  /** Adds a string that is not there yet. */
  add(bytes: Buffer, from: number, to: number, value: number): void {
    const length = to - from
    if (this.#end + length > this.#pool.length) {
      const larger = Buffer.allocUnsafeSlow(2 * (this.#end + length))
      this.#pool.copy(larger, 0, 0, this.#end)
      this.#pool = larger
    }
    bytes.copy(this.#pool, this.#end, from, to)
    this.#end += length
    this.#ends.push(this.#end)
    this.#hashes.push(hashOf(bytes, from, to))
    this.#values.push(value)
    if (2 * this.#values.length > this.#slots.length) this.#grow()
    else this.#place(this.#values.length - 1)
  }

  #place(entry: number): void {
    const mask = this.#slots.length - 1
    let slot = (this.#hashes[entry] as number) & mask
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask
    this.#slots[slot] = entry + 1
  }

  #grow(): void {
    this.#slots = new Int32Array(2 * this.#slots.length)
    for (let entry = 0; entry < this.#values.length; entry++) this.#place(entry)
  }
}

/** FNV-1a, 32 bits. */
const hashOf = (bytes: Buffer, from: number, to: number): number => {
  let hash = 0x811c9dc5
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193)
  return hash ^ (hash >>> 15)
}

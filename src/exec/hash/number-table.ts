/** Open-addressing hash table from doubles to dense codes in order of first appearance. NaN equals itself, -0 is 0. */
const FIRST_CAPACITY = 1024
const MULTIPLIER = 0x9e3779b1

const float = new Float64Array(1)
const words = new Uint32Array(float.buffer)

const hash = (value: number): number => {
  const small = value | 0
  if (small === value) {
    const mixed = Math.imul(small, MULTIPLIER)
    return mixed ^ (mixed >>> 15)
  }
  float[0] = value
  // The low bits of such doubles are mostly zero, so every bit must reach the low ones.
  let mixed = (words[0] as number) ^ Math.imul(words[1] as number, 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}

export class NumberTable {
  /** Codes by slot, -1 where free. */
  #slots = new Int32Array(FIRST_CAPACITY).fill(-1)
  #keys = new Float64Array(FIRST_CAPACITY / 2)
  #count = 0

  /** Number of distinct values. */
  get count(): number {
    return this.#count
  }

  /** The value that has a code. */
  key(code: number): number {
    return this.#keys[code] as number
  }

  /** The code of a value, -1 when it is not there. */
  find(value: number): number {
    const slots = this.#slots
    const keys = this.#keys
    const mask = slots.length - 1
    for (let slot = hash(value) & mask; ; slot = (slot + 1) & mask) {
      const code = slots[slot] as number
      if (code < 0) return -1
      const key = keys[code] as number
      if (key === value || (key !== key && value !== value)) return code
    }
  }

  /** The code of a value, which gets the next one when it is new. */
  add(value: number): number {
    const slots = this.#slots
    const keys = this.#keys
    const mask = slots.length - 1
    for (let slot = hash(value) & mask; ; slot = (slot + 1) & mask) {
      const code = slots[slot] as number
      if (code < 0) return this.#insert(value, slot)
      const key = keys[code] as number
      if (key === value || (key !== key && value !== value)) return code
    }
  }

  #insert(value: number, slot: number): number {
    const code = this.#count++
    this.#slots[slot] = code
    this.#keys[code] = value
    if (this.#count * 2 >= this.#slots.length) this.#grow()
    return code
  }

  #grow(): void {
    const size = this.#slots.length * 2
    const slots = new Int32Array(size).fill(-1)
    const keys = new Float64Array(size / 2)
    keys.set(this.#keys)
    const mask = size - 1
    for (let code = 0; code < this.#count; code++) {
      let slot = hash(keys[code] as number) & mask
      while ((slots[slot] as number) >= 0) slot = (slot + 1) & mask
      slots[slot] = code
    }
    this.#slots = slots
    this.#keys = keys
  }
}

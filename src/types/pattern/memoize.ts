/** A bounded memory for compiled patterns. */

const CAPACITY = 512

/** `compile` with its latest results remembered; the memory starts afresh when it is full. */
export const memoize = <T>(compile: (source: string) => T): ((source: string) => T) => {
  const known = new Map<string, T>()
  let lastSource: string | null = null
  let lastResult: T
  return (source) => {
    if (source === lastSource) return lastResult
    let result = known.get(source)
    if (result === undefined) {
      result = compile(source)
      if (known.size >= CAPACITY) known.clear()
      known.set(source, result)
    }
    lastSource = source
    lastResult = result
    return result
  }
}

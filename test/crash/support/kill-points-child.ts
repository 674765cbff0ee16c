/**
 * Loaded into a server with `node --import`: kills the process at a named point of its storage, given by the
 * environment as KIND:MOMENT:N, at the N-th call of that kind.
 */
import { WriteBatch } from '../../../src/storage/kv/key-value-store.ts'
import { LevelStore } from '../../../src/storage/kv/level-store.ts'
import { DirectorySegmentStore } from '../../../src/storage/segments/segment-store.ts'

/** Kinds of calls; of batches, what they have keys of. */
const KINDS = ['commit', 'segment-batch', 'run-batch', 'catalog-batch', 'clear', 'put', 'put-run', 'delete'] as const
type Kind = (typeof KINDS)[number]

/** Before the call, once it has begun, and when it is done but nobody knows. */
const MOMENTS = ['before', 'during', 'after'] as const

/** Every point there is, as KIND:MOMENT. */
export const KILL_POINTS: readonly string[] = KINDS.flatMap((kind) => MOMENTS.map((moment) => `${kind}:${moment}`))

const [kind, moment, count] = (process.env['TESSERADB_TEST_KILL_POINT'] ?? '').split(':')
let left = Number(count)

const die = (): void => process.kill(process.pid, 'SIGKILL') as unknown as undefined

/** Makes a call of a kind, or dies at it. */
const passing = async <T>(kinds: readonly Kind[], call: () => Promise<T>): Promise<T> => {
  if (!kinds.includes(kind as Kind) || --left !== 0) return call()
  if (moment === 'before') die()
  const running = call()
  if (moment === 'during') setImmediate(die)
  const result = await running
  die()
  return result
}

const PREFIXES: Readonly<Record<string, Kind>> = { s: 'segment-batch', i: 'run-batch', m: 'catalog-batch' }

const kindsOf = (batch: WriteBatch): Kind[] => [
  'commit',
  ...new Set(batch.keys.flatMap((key) => PREFIXES[String.fromCharCode(key[0] as number)] ?? [])),
]

if (kind !== undefined && kind !== '') {
  const { write, clear } = LevelStore.prototype
  LevelStore.prototype.write = function (batch, sync) {
    return passing(kindsOf(batch), () => write.call(this, batch, sync))
  }
  LevelStore.prototype.clear = function (from, to) {
    return passing(['clear'], () => clear.call(this, from, to))
  }
  const files = DirectorySegmentStore.prototype
  const { put, delete: remove } = files
  files.put = function (name, bytes) {
    return passing(name.endsWith('.run') ? ['put', 'put-run'] : ['put'], () => put.call(this, name, bytes))
  }
  files.delete = function (name) {
    return passing(['delete'], () => remove.call(this, name))
  }
}

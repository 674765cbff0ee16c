/** The thread that makes segment files of columns while its server goes on. */
import { parentPort } from 'node:worker_threads'
import { fromPlainSegment, type PlainSegment } from './segment-content.ts'
import { encodeSegment } from './segment-file.ts'
import { zoneMapOf } from './zone-map.ts'

const encode = async (segment: PlainSegment) => {
  const { vectors, descriptors } = fromPlainSegment(segment)
  const zones = vectors.map((vector, i) => zoneMapOf(vector, (descriptors[i] as (typeof descriptors)[0]).type, null))
  const { file, length } = segment
  return encodeSegment(file, { length, columns: vectors, zones, absent: null, liveRows: length }, descriptors)
}

parentPort?.on('message', ({ id, segment }: { id: number; segment: PlainSegment }) => {
  encode(segment).then(
    ({ bytes, manifest }) => parentPort?.postMessage({ id, bytes, manifest }, [bytes.buffer as ArrayBuffer]),
    (error: Error) => parentPort?.postMessage({ id, error: error.message }),
  )
})

/** Domains and enums: types made from facts of the catalog. */
import { expect, test } from 'vitest'
import { domainType } from '../../src/types/domain-type.ts'
import { enumType, isEnumType } from '../../src/types/enum-type.ts'
import { arrayTypeOf } from '../../src/types/array.ts'
import { typeByName } from '../../src/types/index.ts'
import type { SqlType } from '../../src/types/sql-type.ts'
import { referenceFormat } from './fixtures.ts'

test('a domain reads and writes as its base does', () => {
  const base = typeByName('numeric') as SqlType
  const price = domainType({ oid: 90010, arrayOid: 90011, name: 'price', namespace: 2200, base })
  expect(price).toMatchObject({
    oid: 90010,
    name: 'price',
    sqlName: 'price',
    kind: 'd',
    category: 'N',
    preferred: false,
  })
  expect(price.format(price.parse('1.50', -1, referenceFormat), referenceFormat)).toBe('1.50')
})

const mood = enumType({ oid: 90020, arrayOid: 90021, name: 'mood', namespace: 2200, labels: ['sad', 'ok', 'happy'] })

test('an enum is ordered by its labels and refuses others', () => {
  expect(isEnumType(mood)).toBe(true)
  expect(['happy', 'sad', 'ok'].toSorted(mood.compare ?? undefined)).toEqual(['sad', 'ok', 'happy'])
  expect(() => mood.parse('angry', -1, referenceFormat)).toThrow('invalid input value for enum mood: "angry"')
})

test('an array of an enum', () => {
  const moods = arrayTypeOf(mood)
  expect(moods).toMatchObject({ oid: 90021, name: '_mood', sqlName: 'mood[]' })
  expect(moods.format(moods.parse('{sad,NULL,happy}', -1, referenceFormat), referenceFormat)).toBe('{sad,NULL,happy}')
})

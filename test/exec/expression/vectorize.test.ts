/** Whatever the vectors' kinds, evaluation by vectors answers what the interpreter answers for each row. */
import { describe, expect, test } from 'vitest'
import type { Expr } from '../../../src/analyze/expression.ts'
import type { ExecutionContext } from '../../../src/exec/context.ts'
import { compileCondition, compileExpression } from '../../../src/exec/expression/compile.ts'
import type { Compilation } from '../../../src/exec/expression/evaluator.ts'
import { interpret } from '../../../src/exec/expression/interpret.ts'
import { SqlError } from '../../../src/errors/sql-error.ts'
import { functionByOid, operatorsByName } from '../../../src/functions/index.ts'
import type { OperatorRecord, ScalarFunction } from '../../../src/functions/records.ts'
import { typeByName } from '../../../src/types/index.ts'
import type { Datum, SqlType } from '../../../src/types/sql-type.ts'
import { Batch } from '../../../src/vector/batch.ts'
import type { AnyVector } from '../../../src/vector/vector.ts'
import { randomNumbers, vectorsOf } from './random-vectors.ts'

const LENGTH = 200
const context = { outer: [], parameters: [], eval: {}, catalog: {} } as unknown as ExecutionContext
const scope: Compilation = { context, layout: new Map([0, 1, 2].map((i) => [i + 1, i])) }
const type = (name: string): SqlType => typeByName(name) as SqlType
const bool = type('bool')

const column = (id: number, name: string): Expr => ({
  kind: 'column',
  id,
  name: `c${id}`,
  type: type(name),
  typmod: -1,
})
const literal = (value: Datum, name: string): Expr => ({ kind: 'const', value, type: type(name), typmod: -1 })

const operatorOn = (name: string, left: string, right: string): OperatorRecord =>
  operatorsByName(name).find((o) => o.left === type(left).oid && o.right === type(right).oid) as OperatorRecord

const binary = (name: string, on: string, left: Expr, right: Expr): Expr => {
  const operator = operatorOn(name, on, on)
  const fn = functionByOid(operator.function) as ScalarFunction
  const result = ['+', '-', '*', '/', '||', '%'].includes(name) ? type(on) : bool
  return { kind: 'call', function: fn, args: [left, right], operator, cast: false, type: result, typmod: -1 }
}

/** A value, or the code of the error that stood in its place. */
const attempt = <T>(evaluate: () => T): T | string => {
  try {
    return evaluate()
  } catch (error) {
    if (error instanceof SqlError) return error.code
    throw error
  }
}

/** Compares values and selections over all rows and over a selection of them. */
const check = (expr: Expr, columns: readonly AnyVector[], random: () => number): void => {
  const some = Int32Array.from({ length: LENGTH }, (_, i) => i).filter(() => random() < 0.6)
  for (const selection of [null, some]) {
    const batch = new Batch(columns, LENGTH, selection)
    const value = interpret(expr, scope)
    const live = Array.from({ length: batch.count }, (_, k) => batch.position(k))
    const expected = attempt(() => live.map((p) => value(batch, p)))
    const actual = attempt(() => {
      const vector = compileExpression(expr, scope, { transient: true }).vector(batch)
      return live.map((p) => vector.get(p))
    })
    expect(actual).toEqual(expected)
    if (expr.type !== bool) continue
    const selected = attempt(() => compileCondition(expr, scope)(batch))
    if (typeof selected === 'string') expect(selected).toBe(expected)
    else {
      const kept = selected === null ? [] : Array.from({ length: selected.count }, (_, k) => selected.position(k))
      expect(kept).toEqual(live.filter((_, k) => expected[k] === true))
    }
  }
}

const COMPARISONS = ['=', '<>', '<', '<=', '>', '>=']
const OPERATORS: Readonly<Record<string, readonly string[]>> = {
  int4: [...COMPARISONS, '+', '-', '*', '%'],
  date: COMPARISONS,
  int8: [...COMPARISONS, '+', '-', '*'],
  float8: [...COMPARISONS, '+', '*'],
  numeric: [...COMPARISONS, '+', '-', '*'],
  text: [...COMPARISONS, '||', '~~'],
  bool: COMPARISONS,
}

describe.each(Object.entries(OPERATORS))('%s', (name, operators) => {
  test.each(operators)('%s', (operator) => {
    const random = randomNumbers(operators.indexOf(operator) + 1)
    for (const left of vectorsOf(name, LENGTH, random)) {
      for (const right of vectorsOf(name, LENGTH, random)) {
        check(binary(operator, name, column(1, name), column(2, name)), [left, right], random)
      }
    }
  })
})

describe('other nodes', () => {
  const random = randomNumbers(7)
  const every = (expr: Expr): void => {
    for (const a of vectorsOf('int4', LENGTH, random)) {
      for (const b of vectorsOf('text', LENGTH, random)) {
        for (const c of vectorsOf('numeric', LENGTH, random)) check(expr, [a, b, c], random)
      }
    }
  }
  const positive = binary('>', 'int4', column(1, 'int4'), literal(0, 'int4'))
  const like = binary('~~', 'text', column(2, 'text'), literal('%b%', 'text'))
  const combined = (kind: 'and' | 'or', ...args: Expr[]): Expr => ({ kind, args, type: bool, typmod: -1 })
  const not = (arg: Expr): Expr => ({ kind: 'not', arg, type: bool, typmod: -1 })

  test('AND, OR and NOT', () => {
    every(combined('and', positive, like))
    every(combined('or', positive, not(like)))
    every(not(combined('and', positive, not(like))))
  })

  test('IS NULL', () => {
    for (const negated of [false, true]) {
      every({ kind: 'is-null', arg: column(2, 'text'), negated, type: bool, typmod: -1 })
    }
  })

  test('IN and NOT IN', () => {
    for (const [quantifier, operator] of [
      ['any', '='],
      ['all', '<>'],
    ] as const) {
      for (const last of ['green', null]) {
        const record = operatorOn(operator, 'text', 'text')
        every({
          kind: 'array-comparison',
          left: column(2, 'text'),
          operator: record,
          function: functionByOid(record.function) as ScalarFunction,
          quantifier,
          list: [literal('a', 'text'), literal(last, 'text')],
          array: null,
          type: bool,
          typmod: -1,
        })
      }
    }
  })

  test('CASE', () => {
    const product = binary('*', 'numeric', column(3, 'numeric'), column(3, 'numeric'))
    const whens = [
      { when: positive, then: product },
      { when: like, then: column(3, 'numeric') },
    ]
    every({ kind: 'case', whens, otherwise: literal(null, 'numeric'), type: type('numeric'), typmod: -1 })
    const counted = [{ when: like, then: literal(1, 'int4') }]
    every({ kind: 'case', whens: counted, otherwise: column(1, 'int4'), type: type('int4'), typmod: -1 })
  })

  test('rows that a condition excludes raise no errors', () => {
    const zero = binary('<>', 'int4', column(1, 'int4'), literal(0, 'int4'))
    const quotient = binary('/', 'int4', literal(100, 'int4'), column(1, 'int4'))
    every(combined('and', zero, binary('>', 'int4', quotient, literal(20, 'int4'))))
  })
})

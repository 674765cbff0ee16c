/** Functions of the geometric types. */
import type { ScalarFunction } from '../../records.ts'
import { boxFunctions } from './boxes.ts'
import { circleFunctions } from './circles.ts'
import { pathAndPolygonFunctions } from './paths.ts'
import { pointAndLineFunctions } from './points.ts'

export const geometricFunctions: readonly ScalarFunction[] = [
  ...pointAndLineFunctions,
  ...boxFunctions,
  ...pathAndPolygonFunctions,
  ...circleFunctions,
]

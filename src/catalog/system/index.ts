/** The relations of pg_catalog and information_schema: one file each, listed here. */
import type { RelationObject } from '../objects.ts'

/** OID of the schema information_schema. */
export const INFORMATION_SCHEMA = 13200

export const systemRelations = (): RelationObject[] => []

/** Tests of a server under load take long: a limit is there to end one that hangs, not to judge its speed. */
import { defineConfig } from 'vitest/config'

export default defineConfig({ test: { testTimeout: 60_000, hookTimeout: 60_000 } })

/** Runs a script of the project on the project's Node: `node bin/run.mjs bench/main.ts tpch`. */
import { launch } from './bootstrap.mjs'

const [script, ...args] = process.argv.slice(2)
launch(script, args)

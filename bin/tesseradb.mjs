#!/usr/bin/env node
/** Starts the server: `tesseradb --port 5432 --data-dir ./data`. */
import { launch } from './bootstrap.mjs'

launch('src/main.ts', process.argv.slice(2), { isServer: true })

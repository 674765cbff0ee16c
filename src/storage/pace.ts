/** How long work in storage gives way to the sessions: it runs in slices of a few milliseconds. */

/** Resolves after everything that waits in the event loop had its turn. */
export const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

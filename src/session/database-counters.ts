/** What is counted of a database since the server started, for pg_stat_database. */
export class DatabaseCounters {
  commits = 0
  rollbacks = 0
  deadlocks = 0
  sessions = 0
  /** Temporary files that were closed, and what they held at most. */
  temporaryFiles = 0
  temporaryBytes = 0

  ended(committed: boolean): void {
    if (committed) this.commits++
    else this.rollbacks++
  }

  spilled(bytes: number): void {
    this.temporaryFiles++
    this.temporaryBytes += bytes
  }
}

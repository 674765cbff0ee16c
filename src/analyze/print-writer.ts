/** Text of printed SQL: keywords that begin lines, and the indentation that they share. */

export class SqlWriter {
  text = ''
  indentation: number

  constructor(indentation = 0) {
    this.indentation = indentation
  }

  add(text: string): void {
    this.text += text
  }

  /** Begins a line: the indentation changes by `before`, shows with `extra` more blanks, then changes by `after`. */
  line(text: string, before: number, after: number, extra = 0): void {
    this.indentation = Math.max(this.indentation + before, 0)
    this.text = `${this.text.trimEnd()}\n${' '.repeat(Math.max(this.indentation + extra, 0))}${text}`
    this.indentation = Math.max(this.indentation + after, 0)
  }
}

// A snapshot as NDJSON: one entry a line, each line whole in itself.

import { createListReader, type ListReader, type Steps } from './byte-reader.ts';
import { type EntrySink, UNUSABLE_ENTRY } from './json-list.ts';
import { JsonScanner } from './json-scanner.ts';
import { Row } from './row.ts';

export function createLineListReader(sink: EntrySink): ListReader {
  return createListReader(new LineList(sink));
}

class LineList implements Steps {
  readonly scanner = new JsonScanner();
  readonly #sink: EntrySink;
  readonly #row = new Row();
  #entry = 0;
  #lastLine = -1;
  #isDone = false;
  #problem = '';

  constructor(sink: EntrySink) {
    this.#sink = sink;
  }

  isDone(): boolean {
    return this.#isDone;
  }

  flush(): void {
    this.#sink.flush(this.scanner.window.bytes);
  }

  verdict(): string {
    return this.#problem;
  }

  step(): boolean {
    const { scanner } = this;
    const { window } = scanner;
    scanner.skipSpace();
    if (window.at === window.end) {
      this.#isDone = window.isLast;
      return this.#isDone;
    }
    const line = scanner.newlines;
    if (line === this.#lastLine) return scanner.fail('a second entry in one line');
    if (!this.#row.scan(scanner)) return false;
    if (scanner.newlines !== line) return scanner.fail('an entry over several lines', window.at - 1);
    this.#lastLine = line;
    this.#entry += 1;
    if (!this.#sink.accept(this.#row, window.bytes) && this.#problem === '') {
      this.#problem = `entry ${this.#entry} ${UNUSABLE_ENTRY}`;
    }
    return true;
  }
}

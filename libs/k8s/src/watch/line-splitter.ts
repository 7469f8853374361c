import { NetworkError } from '../client/errors';

const NEWLINE = 0x0a;
const MAX_LINE_BYTES = 16 * 1024 * 1024;

/**
 * Cuts a byte stream into lines. Works on bytes, because a chunk may end inside a UTF-8 sequence.
 * What follows the last newline is never a line: a watch that is cut in the middle of an event has not sent it.
 */
export class LineSplitter {
  #pieces: Uint8Array[] = [];
  #size = 0;

  *push(chunk: Uint8Array): Generator<string> {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.#keep(chunk.subarray(start, end));
      start = end + 1;
      const line = Buffer.concat(this.#pieces, this.#size).toString('utf8');
      this.#pieces = [];
      this.#size = 0;
      if (line.trim() !== '') yield line;
    }
    this.#keep(chunk.subarray(start));
  }

  #keep(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.#pieces.push(piece);
    this.#size += piece.length;
    if (this.#size > MAX_LINE_BYTES) {
      throw new NetworkError('other', `a line of the watch is longer than ${MAX_LINE_BYTES} bytes`);
    }
  }
}

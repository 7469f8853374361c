import type { Readable } from 'node:stream';

/** Keeps the last lines of what a process prints: its own words are the best explanation of its end. */
export class LogTail {
  private lines: string[] = [];
  private rest = '';

  constructor(private readonly most = 20) {}

  read(stream: Readable): void {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (this.rest + chunk).split('\n');
      this.rest = lines.pop() ?? '';
      this.lines = [...this.lines, ...lines].slice(-this.most);
    });
  }

  toString(): string {
    return [...this.lines, this.rest].filter((line) => line !== '').join('\n');
  }
}

import type { Output } from '../io';

const NO_WRAP = '\x1b[?7l';
const WRAP = '\x1b[?7h';

/**
 * Draws the same place of a terminal again and again. Lines longer than the terminal is wide are cut by the
 * terminal itself (auto-wrap off): cutting them here would need the display width of every character.
 */
export class Screen {
  private height = 0;

  constructor(private readonly output: Output) {}

  /** How many lines can be drawn without scrolling; what has scrolled away cannot be drawn over. */
  get rows(): number {
    return Math.max(5, (this.output.rows ?? 24) - 1);
  }

  draw(lines: readonly string[]): void {
    const shown = lines.slice(0, this.rows);
    const home = this.height > 0 ? `\x1b[${this.height}A` : '';
    this.output.write(`${home}\r\x1b[0J${NO_WRAP}${shown.map((line) => `${line}\n`).join('')}${WRAP}`);
    this.height = shown.length;
  }

  /** What follows is printed below what was drawn last. */
  leave(): void {
    this.height = 0;
  }
}

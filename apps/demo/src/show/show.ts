import { bar, coloursFor, runChanges, runLines, Screen, type Colours, type Io, type Run } from '@keelson/cli';

/** What the demo prints: drawn over on a terminal, plain lines elsewhere. Counts what was seen. */
export class Show {
  readonly seen: string[] = [];
  readonly colours: Colours;
  private readonly screen: Screen;
  private readonly terminal: boolean;
  private steps = 0;
  private lastRun: Run | undefined;

  constructor(
    private readonly io: Pick<Io, 'env' | 'stdout'>,
    private readonly of: number,
  ) {
    this.colours = coloursFor(io, io.stdout);
    this.terminal = io.stdout.isTTY === true;
    this.screen = new Screen(io.stdout);
  }

  step(title: string): void {
    this.steps += 1;
    this.settle();
    this.line('');
    this.line(this.colours.bold(`[${this.steps}/${this.of}] ${title}`));
  }

  say(text: string): void {
    this.settle();
    for (const line of text.split('\n')) this.line(this.colours.dim(`    ${line}`));
  }

  /** Something that was claimed and has been seen. */
  check(text: string): void {
    this.settle();
    this.seen.push(text);
    this.line(`  ${this.colours.green('✓')} ${text}`);
  }

  failed(text: string): void {
    this.settle();
    const [first = '', ...rest] = text.split('\n');
    this.line(`  ${this.colours.red('✗')} ${first}`);
    for (const line of rest) this.line(`    ${line}`);
  }

  /** A bar that moves; without a terminal only its end is told. */
  progress(label: string, done: number, whole: number): void {
    if (this.terminal) this.screen.draw([`    ${bar(this.colours, done, whole)} ${done}/${whole} ${label}`]);
    else if (done === whole) this.line(`    ${done}/${whole} ${label}`);
  }

  run(run: Run): void {
    if (this.terminal) {
      const lines = runLines(run, this.colours, Date.now(), this.screen.rows - 1);
      this.screen.draw(lines.map((line) => `    ${line}`));
    } else {
      const before = this.lastRun?.id === run.id ? this.lastRun : undefined;
      for (const line of runChanges(before, run)) this.line(`    ${line}`);
    }
    this.lastRun = run;
  }

  line(text: string): void {
    this.io.stdout.write(`${text}\n`);
  }

  /** What was drawn last stays where it is. */
  private settle(): void {
    this.screen.leave();
  }
}

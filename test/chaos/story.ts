/** What happened, in order, with the time since the beginning: what a person reads when something went wrong. */
export class Story {
  readonly lines: string[] = [];
  private readonly from = performance.now();

  /** `aloud` says each line as it comes. */
  constructor(private readonly aloud: boolean) {}

  tell(line: string): void {
    const seconds = ((performance.now() - this.from) / 1_000).toFixed(1).padStart(6);
    this.lines.push(`${seconds} ${line}`);
    if (this.aloud) process.stderr.write(`${seconds} ${line}\n`);
  }
}

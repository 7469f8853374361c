/** What was started, to be stopped in the opposite order; one that fails to stop does not keep the others from it. */
export class Teardown {
  private readonly steps: { readonly what: string; readonly stop: () => Promise<unknown> }[] = [];
  private running: Promise<void> | undefined;

  constructor(private readonly onError: (what: string, error: unknown) => void) {}

  add(what: string, stop: () => Promise<unknown>): void {
    this.steps.push({ what, stop });
  }

  /** The same promise however often it is asked for. */
  run(): Promise<void> {
    return (this.running ??= this.stopAll());
  }

  private async stopAll(): Promise<void> {
    for (const { what, stop } of this.steps.reverse()) {
      try {
        await stop();
      } catch (error) {
        this.onError(what, error);
      }
    }
  }
}

/**
 * What keeps a cluster from being started, or from its next batch. It stops nothing that is under way; but for a Run:
 * another run that moves the same pods, and is not as far.
 */
export interface Blocker {
  readonly kind: 'Hold' | 'Window' | 'Dependency' | 'Run';
  /** Id of the hold or run, name of the window, or name of the application that is depended on. */
  readonly id: string;
  readonly message: string;
}

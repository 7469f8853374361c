/** What keeps a cluster from being started, or from its next batch. It stops nothing that is under way. */
export interface Blocker {
  readonly kind: 'Hold' | 'Window' | 'Dependency';
  /** Id of the hold, name of the window, or name of the application that is depended on. */
  readonly id: string;
  readonly message: string;
}

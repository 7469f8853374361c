import { accept, reject, type Decider } from '../kernel/decider';
import type { SidecarContent } from './content';
import type { SidecarReleaseEvent } from './events';

/** What one release of a sidecar adds to pods, frozen. */
export interface SidecarRelease extends SidecarContent {
  readonly release: string;
  readonly sidecar: string;
  readonly version: string;
  /** Content hash of containers and volumes. Two releases of the same content share it. */
  readonly revision: string;
}

export interface SidecarReleaseCommand {
  readonly type: 'FreezeSidecarRelease';
  readonly content: SidecarRelease;
}
export type SidecarReleaseState =
  { readonly exists: false } | { readonly exists: true; readonly content: SidecarRelease };

/** Written once, in a stream of its own, as an application's release is. */
export const sidecarReleaseDecider: Decider<SidecarReleaseState, SidecarReleaseCommand, SidecarReleaseEvent> =
  {
    initial: { exists: false },
    decide: (state, { content }) =>
      state.exists
        ? reject('conflict', 'release-is-frozen', `release ${state.content.release} exists and never changes`)
        : accept({ type: 'SidecarReleaseFrozen', data: content }),
    evolve: (state, event) =>
      event.type === 'SidecarReleaseFrozen' ? { exists: true, content: event.data } : state,
  };

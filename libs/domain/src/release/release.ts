import { accept, reject, type Decider, type DomainEvent } from '../kernel/decider';
import type { KubeObject } from '../kubernetes/objects';

/** One revision of an application: images and manifests, frozen. */
export interface Release {
  readonly release: string;
  readonly application: string;
  readonly version: string;
  /** Content hash of the objects. Two releases of the same content share it. */
  readonly revision: string;
  readonly images: Readonly<Record<string, string>>;
  readonly objects: readonly KubeObject[];
  /** The earlier release that this one brings back, where it is a rollback. */
  readonly restores?: string;
}

export type ReleaseEvent = DomainEvent<'ReleaseFrozen', Release>;
export type ReleaseCommand = { readonly type: 'FreezeRelease'; readonly content: Release };
export type ReleaseState = { readonly exists: false } | { readonly exists: true; readonly content: Release };

/** A release is written once, in a stream of its own: manifests are large, and nothing else has to load them. */
export const releaseDecider: Decider<ReleaseState, ReleaseCommand, ReleaseEvent> = {
  initial: { exists: false },
  decide: (state, command) =>
    state.exists
      ? reject('conflict', 'release-is-frozen', `release ${state.content.release} exists and never changes`)
      : accept({ type: 'ReleaseFrozen', data: command.content }),
  evolve: (state, event) => (event.type === 'ReleaseFrozen' ? { exists: true, content: event.data } : state),
};

export const releaseStream = (release: string): string => `release/${release}`;

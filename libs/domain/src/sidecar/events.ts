import type { DomainEvent } from '../kernel/decider';
import type { SidecarDefinition, SidecarFacet } from './definition';
import type { SidecarRelease } from './release';

export type SidecarEvent =
  | DomainEvent<'SidecarDefined', { sidecar: string; definition: SidecarDefinition }>
  | DomainEvent<
      'SidecarRedefined',
      { sidecar: string; facets: Partial<Pick<SidecarDefinition, SidecarFacet>> }
    >
  | DomainEvent<
      'SidecarReleaseRequested',
      {
        sidecar: string;
        release: string;
        version: string;
        revision: string;
        run: string;
        sequence: number;
      }
    >
  | DomainEvent<'SidecarDeleted', { sidecar: string }>;

export type SidecarReleaseEvent = DomainEvent<'SidecarReleaseFrozen', SidecarRelease>;

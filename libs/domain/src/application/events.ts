import type { DomainEvent } from '../kernel/decider';
import type { Scale } from '../rendering';
import type { ApplicationDefinition, Facet } from './definition';

export type ApplicationEvent =
  | DomainEvent<'ApplicationDefined', { application: string; definition: ApplicationDefinition }>
  | DomainEvent<
      'ApplicationRedefined',
      { application: string; facets: Partial<Pick<ApplicationDefinition, Facet>> }
    >
  | DomainEvent<'ApplicationScaled', { application: string; scale: Scale }>
  | DomainEvent<
      'ReleaseRequested',
      {
        application: string;
        release: string;
        version: string;
        revision: string;
        run: string;
        sequence: number;
        /** The earlier release whose content comes back. */
        restores?: string;
      }
    >
  | DomainEvent<'ApplicationDeleted', { application: string }>;

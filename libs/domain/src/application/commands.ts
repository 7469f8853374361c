import type { Scale } from '../rendering';
import type { ApplicationDefinition } from './definition';

export type ApplicationCommand =
  | {
      readonly type: 'DefineApplication';
      readonly application: string;
      readonly definition: ApplicationDefinition;
    }
  | { readonly type: 'ScaleApplication'; readonly scale: Scale }
  | {
      readonly type: 'RequestRelease';
      readonly version: string;
      readonly revision: string;
      /** The earlier release whose content comes back. */
      readonly restores?: string;
    }
  | { readonly type: 'DeleteApplication' };

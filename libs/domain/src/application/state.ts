import type { Scale } from '../rendering';
import type { ApplicationDefinition } from './definition';

export type ApplicationState =
  | { readonly exists: false; readonly sequence: number; readonly activeRun?: string }
  | {
      readonly exists: true;
      readonly application: string;
      readonly definition: ApplicationDefinition;
      /** In order; the last that matches a workload and a cluster wins. */
      readonly scales: readonly Scale[];
      /** Releases ever requested; numbers releases and runs, and survives deletion so that no id is used twice. */
      readonly sequence: number;
      readonly release?: { readonly id: string; readonly version: string; readonly revision: string };
      /** The run of the latest release, whatever became of it. */
      readonly activeRun?: string;
    };

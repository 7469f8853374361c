import type { SidecarDefinition } from './definition';

/** `sequence` numbers releases and runs, and survives deletion so that no id is used twice. */
export type SidecarState =
  | { readonly exists: false; readonly sequence: number; readonly activeRun?: string }
  | {
      readonly exists: true;
      readonly sidecar: string;
      readonly definition: SidecarDefinition;
      readonly sequence: number;
      readonly release?: { readonly id: string; readonly version: string; readonly revision: string };
      /** The run of the latest release, whatever became of it. */
      readonly activeRun?: string;
    };

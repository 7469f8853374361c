import type { SidecarDefinition } from './definition';

export type SidecarCommand =
  | { readonly type: 'DefineSidecar'; readonly sidecar: string; readonly definition: SidecarDefinition }
  | { readonly type: 'RequestSidecarRelease'; readonly version: string; readonly revision: string }
  | { readonly type: 'DeleteSidecar' };

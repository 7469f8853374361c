import { accept, reject, type Decider, type Decision } from '../kernel/decider';
import { sameJson } from '../kernel/same-json';
import type { SidecarCommand } from './commands';
import { SIDECAR_FACETS, type SidecarDefinition } from './definition';
import type { SidecarEvent } from './events';
import { sidecarReleaseId, sidecarRunId } from './ids';
import type { SidecarState } from './state';

const decide = (state: SidecarState, command: SidecarCommand): Decision<SidecarEvent> => {
  if (command.type === 'DefineSidecar') return define(state, command.sidecar, command.definition);
  if (!state.exists) return reject('notFound', 'sidecar-not-found', 'no such sidecar');
  const { sidecar } = state;
  switch (command.type) {
    case 'RequestSidecarRelease': {
      const sequence = state.sequence + 1;
      const { version, revision } = command;
      return accept({
        type: 'SidecarReleaseRequested',
        data: {
          sidecar,
          release: sidecarReleaseId(sidecar, sequence),
          version,
          revision,
          run: sidecarRunId(sidecar, sequence),
          sequence,
        },
      });
    }
    case 'DeleteSidecar':
      return accept({ type: 'SidecarDeleted', data: { sidecar } });
  }
};

const define = (
  state: SidecarState,
  sidecar: string,
  definition: SidecarDefinition,
): Decision<SidecarEvent> => {
  if (!state.exists) return accept({ type: 'SidecarDefined', data: { sidecar, definition } });
  const changed = SIDECAR_FACETS.filter((facet) => !sameJson(state.definition[facet], definition[facet]));
  if (changed.length === 0) return accept();
  const facets = Object.fromEntries(changed.map((facet) => [facet, definition[facet]]));
  return accept({ type: 'SidecarRedefined', data: { sidecar, facets } });
};

const evolve = (state: SidecarState, event: SidecarEvent): SidecarState => {
  if (event.type === 'SidecarDefined') {
    const { sidecar, definition } = event.data;
    return { exists: true, sidecar, definition, sequence: state.sequence };
  }
  if (!state.exists) return state;
  switch (event.type) {
    case 'SidecarRedefined':
      return { ...state, definition: { ...state.definition, ...event.data.facets } };
    case 'SidecarReleaseRequested': {
      const { release: id, version, revision, run, sequence } = event.data;
      return { ...state, sequence, release: { id, version, revision }, activeRun: run };
    }
    case 'SidecarDeleted':
      return {
        exists: false,
        sequence: state.sequence,
        ...(state.activeRun ? { activeRun: state.activeRun } : {}),
      };
    default:
      return state;
  }
};

export const sidecarDecider: Decider<SidecarState, SidecarCommand, SidecarEvent> = {
  initial: { exists: false, sequence: 0 },
  decide,
  evolve,
};

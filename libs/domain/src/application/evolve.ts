import { sameJson } from '../kernel/same-json';
import type { Scale } from '../rendering';
import type { ApplicationEvent } from './events';
import type { ApplicationState } from './state';

export const evolveApplication = (state: ApplicationState, event: ApplicationEvent): ApplicationState => {
  if (event.type === 'ApplicationDefined') {
    const { application, definition } = event.data;
    return { exists: true, application, definition, scales: [], sequence: state.sequence };
  }
  if (!state.exists) return state;
  switch (event.type) {
    case 'ApplicationRedefined':
      return { ...state, definition: { ...state.definition, ...event.data.facets } };
    case 'ApplicationScaled':
      return { ...state, scales: addScale(state.scales, event.data.scale) };
    case 'ReleaseRequested': {
      const { release: id, version, revision, run, sequence } = event.data;
      return { ...state, sequence, release: { id, version, revision }, activeRun: run };
    }
    case 'ApplicationDeleted':
      return {
        exists: false,
        sequence: state.sequence,
        ...(state.activeRun ? { activeRun: state.activeRun } : {}),
      };
    default:
      return state;
  }
};

/** A new scale replaces those that it covers, so that the list stays as short as the distinct selectors in use. */
const addScale = (scales: readonly Scale[], added: Scale): Scale[] => [
  ...scales.filter(
    (scale) =>
      scale.workload !== added.workload ||
      (added.clusterSelector !== undefined && !sameJson(scale.clusterSelector, added.clusterSelector)),
  ),
  added,
];

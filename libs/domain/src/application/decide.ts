import { accept, reject, type Decision } from '../kernel/decider';
import { sameJson } from '../kernel/same-json';
import { scalableWorkloads } from '../manifests';
import type { Scale } from '../rendering';
import type { ApplicationCommand } from './commands';
import { FACETS, type ApplicationDefinition } from './definition';
import type { ApplicationEvent } from './events';
import { releaseId, runId } from './ids';
import type { ApplicationState } from './state';

export const decideApplication = (
  state: ApplicationState,
  command: ApplicationCommand,
): Decision<ApplicationEvent> => {
  if (command.type === 'DefineApplication') return define(state, command.application, command.definition);
  if (!state.exists) return reject('notFound', 'application-not-found', 'no such application');
  const { application } = state;
  switch (command.type) {
    case 'ScaleApplication':
      return scale(application, state.definition, command.scale);
    case 'RequestRelease': {
      const sequence = state.sequence + 1;
      const { version, revision, restores } = command;
      return accept({
        type: 'ReleaseRequested',
        data: {
          application,
          release: releaseId(application, sequence),
          version,
          revision,
          run: runId(application, sequence),
          sequence,
          ...(restores === undefined ? {} : { restores }),
        },
      });
    }
    case 'DeleteApplication':
      return accept({ type: 'ApplicationDeleted', data: { application } });
  }
};

const define = (
  state: ApplicationState,
  application: string,
  definition: ApplicationDefinition,
): Decision<ApplicationEvent> => {
  if (!state.exists) return accept({ type: 'ApplicationDefined', data: { application, definition } });
  if (state.definition.namespace !== definition.namespace) {
    return reject(
      'conflict',
      'namespace-is-fixed',
      `the application lives in namespace "${state.definition.namespace}"`,
      [{ path: '/namespace', message: 'cannot be changed; delete the application and define it anew' }],
    );
  }
  const changed = FACETS.filter(
    (facet) => definition[facet] !== undefined && !sameJson(state.definition[facet], definition[facet]),
  );
  if (changed.length === 0) return accept();
  const facets = Object.fromEntries(changed.map((facet) => [facet, definition[facet]]));
  return accept({ type: 'ApplicationRedefined', data: { application, facets } });
};

const scale = (
  application: string,
  { objects }: ApplicationDefinition,
  wanted: Scale,
): Decision<ApplicationEvent> => {
  const workloads = scalableWorkloads(objects);
  const names = workloads.map(({ ref }) => `${ref.kind}/${ref.name}`);
  const chosen = wanted.workload
    ? workloads.filter(
        ({ ref }) => wanted.workload === ref.name || wanted.workload === `${ref.kind}/${ref.name}`,
      )
    : workloads;
  const [only] = chosen;
  if (!only) {
    return invalid(
      'workload-not-found',
      names.length ? `the scalable workloads are ${names.join(', ')}` : 'nothing here can be scaled',
    );
  }
  if (chosen.length > 1) return invalid('workload-ambiguous', `name one of ${names.join(', ')}`);
  if (only.autoscaled) {
    return reject(
      'conflict',
      'workload-is-autoscaled',
      `${only.ref.kind}/${only.ref.name} is scaled by a HorizontalPodAutoscaler`,
    );
  }
  return accept({
    type: 'ApplicationScaled',
    data: { application, scale: { ...wanted, workload: `${only.ref.kind}/${only.ref.name}` } },
  });
};

const invalid = (code: string, message: string): Decision<ApplicationEvent> =>
  reject('invalid', code, message, [{ path: '/workload', message }]);

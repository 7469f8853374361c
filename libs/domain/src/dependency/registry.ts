import { accept, reject, type Decider, type DomainEvent } from '../kernel/decider';
import { sameJson } from '../kernel/same-json';
import { cycleThrough, type Edges } from './cycle';

export type DependencyEvent = DomainEvent<
  'DependenciesChanged',
  { readonly application: string; readonly dependsOn: readonly string[] }
>;

export interface DependencyCommand {
  readonly type: 'SetDependencies';
  readonly application: string;
  /** In the order of the definition, so that an error can name the place. */
  readonly dependsOn: readonly string[];
}

/**
 * Who waits for whom, of all applications, in one stream. It is written in the same unit as the definition that says
 * so: two definitions that would close a cycle together meet in this stream's version, and the slower one sees the
 * other. Definitions without dependencies never touch it.
 */
export const dependencyRegistry: Decider<Edges, DependencyCommand, DependencyEvent> = {
  initial: {},

  decide: (edges, { application, dependsOn }) => {
    if (sameJson(edges[application] ?? [], dependsOn)) return accept();
    const cycle = cycleThrough({ ...edges, [application]: dependsOn }, application);
    if (cycle) {
      const message = `would wait for itself: ${cycle.join(' → ')}`;
      const index = dependsOn.indexOf(cycle[1] as string);
      return reject('invalid', 'dependency-cycle', `${application} ${message}`, [
        { path: `/dependsOn/${index}/application`, message },
      ]);
    }
    return accept({ type: 'DependenciesChanged', data: { application, dependsOn } });
  },

  evolve: (edges, event) => {
    if (event.type !== 'DependenciesChanged') return edges;
    const { application, dependsOn } = event.data;
    const { [application]: _, ...others } = edges;
    return dependsOn.length > 0 ? { ...others, [application]: dependsOn } : others;
  },
};

export const DEPENDENCY_STREAM = 'dependencies';

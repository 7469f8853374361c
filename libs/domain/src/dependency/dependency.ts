import type { FieldError } from '../kernel/decider';
import type { TargetPhase } from '../target';

/** An application waits, cluster by cluster, until another one is well there. */
export interface Dependency {
  readonly application: string;
  /** Phases of the other's target that are good enough. */
  readonly phases: readonly TargetPhase[];
}

export const DEFAULT_ACCEPTED_PHASES: readonly TargetPhase[] = ['Available'];

/** What the type of dependencies cannot say; cycles are found by the registry, which knows those of the others. */
export const validateDependencies = (
  dependencies: readonly Dependency[],
  base = '/dependsOn',
): FieldError[] => {
  const named = dependencies.map(({ application }) => application);
  return dependencies.flatMap(({ application, phases }, index) => {
    const errors: FieldError[] = [];
    const tell = (field: string, message: string): void =>
      void errors.push({ path: `${base}/${index}/${field}`, message });
    if (named.indexOf(application) !== index) tell('application', `${application} is named twice`);
    if (phases.length === 0) tell('phases', 'at least one phase must be good enough');
    return errors;
  });
};

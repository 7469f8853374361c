import { DEPENDENCY_STREAM, dependencyRegistry, type Dependency } from '@keelson/domain';
import type { CommandUnit } from '@keelson/event-store';

/**
 * Keeps the registry of who waits for whom, in the unit that changes a definition; refuses a cycle. Where neither the
 * definition before nor the new one depends on anything the registry is not even read, so that the definitions of a
 * fleet do not contend for one stream.
 */
export const registerDependencies = async (
  unit: CommandUnit,
  application: string,
  before: readonly Dependency[],
  after: readonly Dependency[],
): Promise<void> => {
  if (before.length + after.length === 0) return;
  await unit.decide(dependencyRegistry, DEPENDENCY_STREAM, {
    type: 'SetDependencies',
    application,
    dependsOn: after.map((dependency) => dependency.application),
  });
};

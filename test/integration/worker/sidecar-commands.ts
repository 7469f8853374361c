import {
  checkContent,
  DEFAULT_SIDECAR_STRATEGY,
  runDecider,
  runStream,
  sidecarDecider,
  sidecarOwner,
  sidecarReleaseDecider,
  sidecarReleaseStream,
  sidecarRevision,
  sidecarStream,
  type SidecarDefinition,
  type Strategy,
} from '@keelson/domain';
import type { Fleet } from './fleet-harness';

const definition: SidecarDefinition = {
  containers: [{ name: 'agent', image: 'agent:0' }],
  volumes: [],
  applicationSelector: { matchLabels: { logs: 'yes' } },
  placement: { clusterSelector: {} },
  strategy: DEFAULT_SIDECAR_STRATEGY,
};

/** Straight to the deciders, as the harness does it for applications. */
export const sidecarCommands = ({ execute }: Fleet) => ({
  define: (name: string, change: Partial<SidecarDefinition> = {}) =>
    execute((unit) =>
      unit.decide(sidecarDecider, sidecarStream(name), {
        type: 'DefineSidecar',
        sidecar: name,
        definition: { ...definition, ...change },
      }),
    ),
  delete: (name: string) =>
    execute((unit) => unit.decide(sidecarDecider, sidecarStream(name), { type: 'DeleteSidecar' })),
  /** Of the container `agent`'s image, or of the definition as it is. Answers the run. */
  release: async (name: string, image?: string, change: Partial<Strategy> = {}): Promise<string> => {
    const { value } = await execute(async (unit) => {
      const stream = sidecarStream(name);
      const { state: before } = await unit.load(sidecarDecider, stream);
      if (!before.exists) throw new Error('no such sidecar');
      const checked = checkContent(before.definition, image === undefined ? {} : { agent: image });
      if (!checked.ok) throw new Error(JSON.stringify(checked.errors));
      const revision = sidecarRevision(checked.content);
      const version = image?.split(':')[1] ?? '1';
      const state = await unit.decide(sidecarDecider, stream, {
        type: 'RequestSidecarRelease',
        version,
        revision,
      });
      if (!state.exists || !state.release || !state.activeRun) throw new Error('no release');
      const { id: release } = state.release;
      const run = state.activeRun;
      await unit.decide(sidecarReleaseDecider, sidecarReleaseStream(release), {
        type: 'FreezeSidecarRelease',
        content: { release, sidecar: name, version, revision, ...checked.content },
      });
      await unit.decide(runDecider, runStream(run), {
        type: 'CreateRun',
        run,
        application: sidecarOwner(name),
        release,
        version,
        revision,
        strategy: { ...before.definition.strategy, ...change },
      });
      if (before.activeRun) {
        await unit.decide(runDecider, runStream(before.activeRun), { type: 'SupersedeRun', by: run });
      }
      return run;
    });
    return value!;
  },
});

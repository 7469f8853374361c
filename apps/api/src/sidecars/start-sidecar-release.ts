import {
  runDecider,
  runStream,
  sidecarDecider,
  sidecarOwner,
  sidecarReleaseDecider,
  sidecarReleaseStream,
  sidecarRevision,
  sidecarStream,
  type SidecarContent,
  type Strategy,
} from '@keelson/domain';
import type { CommandUnit } from '@keelson/event-store';

export interface RequestedSidecarRelease {
  readonly release: { readonly id: string; readonly version: string; readonly revision: string };
  readonly run: { readonly id: string };
}

export interface NewSidecarRelease {
  readonly version: string;
  readonly strategy: Strategy;
  readonly content: SidecarContent;
}

/** One unit over four streams, as with an application's release: all or nothing. */
export const startSidecarRelease = async (
  unit: CommandUnit,
  sidecar: string,
  { version, strategy, content }: NewSidecarRelease,
): Promise<RequestedSidecarRelease> => {
  const stream = sidecarStream(sidecar);
  const revision = sidecarRevision(content);
  const { state: before } = await unit.load(sidecarDecider, stream);
  const after = await unit.decide(sidecarDecider, stream, {
    type: 'RequestSidecarRelease',
    version,
    revision,
  });
  if (!after.exists || !after.release || !after.activeRun) {
    throw new Error(`sidecar ${sidecar} took a release and does not have it`);
  }
  const { release, activeRun: run } = after;
  await unit.decide(sidecarReleaseDecider, sidecarReleaseStream(release.id), {
    type: 'FreezeSidecarRelease',
    content: { release: release.id, sidecar, version, revision, ...content },
  });
  await unit.decide(runDecider, runStream(run), {
    type: 'CreateRun',
    run,
    application: sidecarOwner(sidecar),
    release: release.id,
    version,
    revision,
    strategy,
  });
  if (before.activeRun !== undefined) {
    await unit.decide(runDecider, runStream(before.activeRun), { type: 'SupersedeRun', by: run });
  }
  return { release, run: { id: run } };
};

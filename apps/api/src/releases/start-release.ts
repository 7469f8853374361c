import {
  applicationDecider,
  applicationStream,
  releaseDecider,
  releaseStream,
  runDecider,
  runStream,
  warningsOf,
  type Callback,
  type Rejection,
  type Warning,
} from '@keelson/domain';
import type { CommandUnit } from '@keelson/event-store';
import type { PreparedRelease } from './prepare-release';

export interface RequestedRelease {
  readonly release: { readonly id: string; readonly version: string; readonly revision: string };
  readonly run: { readonly id: string };
  readonly warnings: readonly Warning[];
}

export interface NewRelease extends PreparedRelease {
  readonly version: string;
  readonly images: Readonly<Record<string, string>>;
  /** The earlier release that it brings back. */
  readonly restores?: string;
  readonly callback?: Callback;
}

export const NO_APPLICATION: Rejection = {
  kind: 'notFound',
  code: 'application-not-found',
  message: 'no such application',
};

/**
 * One unit over four streams: the application asks for the release, the release is frozen, its run is created and the
 * run before it superseded. All or nothing, so no run is ever without its release.
 */
export const startRelease = async (
  unit: CommandUnit,
  application: string,
  { version, revision, images, objects, strategy, restores, callback }: NewRelease,
): Promise<RequestedRelease> => {
  const stream = applicationStream(application);
  const { state: before } = await unit.load(applicationDecider, stream);
  const origin = restores === undefined ? {} : { restores };
  const after = await unit.decide(applicationDecider, stream, {
    type: 'RequestRelease',
    version,
    revision,
    ...origin,
  });
  if (!after.exists || !after.release || !after.activeRun) {
    throw new Error(`application ${application} took a release and does not have it`);
  }
  const { release, activeRun: run } = after;
  const content = { release: release.id, application, version, revision, images, objects, ...origin };
  await unit.decide(releaseDecider, releaseStream(release.id), { type: 'FreezeRelease', content });
  await unit.decide(runDecider, runStream(run), {
    type: 'CreateRun',
    run,
    application,
    release: release.id,
    version,
    revision,
    strategy,
    ...(restores === undefined ? {} : { rollback: true as const }),
    ...(callback ? { callback } : {}),
  });
  if (before.activeRun !== undefined) {
    await unit.decide(runDecider, runStream(before.activeRun), { type: 'SupersedeRun', by: run });
  }
  return { release, run: { id: run }, warnings: warningsOf(objects) };
};

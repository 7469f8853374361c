/**
 * Sidecars and applications may share a name: their releases (`logs-sr3`, `logs-r3`) and runs (`logs-s3`, `logs-3`)
 * differ in what follows the last dash, which for an application is never an `s`.
 */
export const sidecarReleaseId = (sidecar: string, sequence: number): string => `${sidecar}-sr${sequence}`;
export const sidecarRunId = (sidecar: string, sequence: number): string => `${sidecar}-s${sequence}`;

const PREFIX = 'sidecar/';

/** What stands in a run's `application` when it brings a sidecar: no application's name has a slash in it. */
export const sidecarOwner = (sidecar: string): string => `${PREFIX}${sidecar}`;

/** The sidecar that a run's `application` means; undefined when it is an application's. */
export const sidecarOf = (owner: string): string | undefined =>
  owner.startsWith(PREFIX) ? owner.slice(PREFIX.length) : undefined;

export const sidecarStream = (sidecar: string): string => `sidecar/${sidecar}`;
export const sidecarReleaseStream = (release: string): string => `sidecar-release/${release}`;

import type { LookupFunction } from 'node:net';
import {
  failedMeasurement,
  fillIn,
  judgeMeasurement,
  namespaceOfJob,
  verificationSettings,
  type Evidence,
  type JobProvider,
  type Measurement,
  type Verification,
  type VerificationContext,
  type VerificationProvider,
} from '@keelson/domain';
import { askHttp } from './ask-http';
import { askPrometheus } from './ask-prometheus';
import { withDeadline } from './deadline';
import type { JobCluster } from './job-cluster';
import { runJob } from './run-job';

export interface MeasurementDeps {
  /** What `{{…}}` stands for. */
  readonly context: VerificationContext & { readonly run: string };
  /** Where the gate stands in the run, such as `canary/after/0`; with the index it names a Job. */
  readonly gate: string;
  /** Which measurement of the gate this is, errors included. */
  readonly index: number;
  /** The cluster `context.cluster`, for Jobs. */
  readonly cluster?: JobCluster;
  /** The resolver of names; the system's unless told. */
  readonly lookup?: LookupFunction;
}

/**
 * Takes one measurement and judges it. Everything that goes wrong is an outcome `Error` with its message; the only thing
 * thrown is the signal's reason. Trying again is the caller's business.
 */
export const takeMeasurement = async (
  verification: Verification,
  deps: MeasurementDeps,
  signal: AbortSignal,
): Promise<Measurement> => {
  signal.throwIfAborted();
  try {
    const filled = fillIn(verification.provider, deps.context);
    if (!filled.ok) return failedMeasurement(filled.why);
    const { timeoutMs } = verificationSettings(verification);
    const evidence = await evidenceOf(filled.provider, timeoutMs, deps, signal);
    return judgeMeasurement({ ...verification, provider: filled.provider }, evidence);
  } catch (error) {
    signal.throwIfAborted();
    return failedMeasurement(messageOf(error));
  }
};

const evidenceOf = (
  provider: VerificationProvider,
  timeoutMs: number,
  deps: MeasurementDeps,
  signal: AbortSignal,
): Promise<Evidence> => {
  if ('job' in provider) return jobEvidenceOf(provider.job, timeoutMs, deps, signal);
  const { lookup } = deps;
  return withDeadline(timeoutMs, signal, (bounded) => {
    const options = { timeoutMs, signal: bounded, ...(lookup ? { lookup } : {}) };
    return 'prometheus' in provider
      ? askPrometheus(provider.prometheus, options)
      : askHttp(provider.http, options);
  });
};

const jobEvidenceOf = async (
  provider: JobProvider,
  timeoutMs: number,
  { context, gate, index, cluster }: MeasurementDeps,
  signal: AbortSignal,
): Promise<Evidence> => {
  const namespace = namespaceOfJob(provider.manifest) ?? context.namespace;
  if (cluster === undefined || context.cluster === undefined)
    throw new Error('there is no cluster for the Job');
  if (namespace === undefined) throw new Error('there is no namespace for the Job');
  const identity = { run: context.run, gate, index, cluster: context.cluster };
  return runJob(provider, { cluster, identity, namespace, timeoutMs, signal });
};

/** In another realm (a test runner's) `instanceof Error` denies the errors of sockets, which are known by their parts. */
const messageOf = (error: unknown): string => {
  const { message, code, cause } = (typeof error === 'object' && error !== null ? error : {}) as {
    message?: unknown;
    code?: unknown;
    cause?: unknown;
  };
  if (typeof message === 'string' && message !== '') return message;
  if (typeof code === 'string') return code;
  return cause === undefined ? String(error) : messageOf(cause);
};

import {
  releaseCallbackSecrets,
  runStream,
  webhookStream,
  webhookWants,
  type Callback,
  type ToldEvent,
  type Webhook,
} from '@keelson/domain';
import type { LogFilter } from '@keelson/event-store';

/** Who is told of events: a webhook, or whoever a release was to call back. */
export interface Subscriber {
  /** `webhook/NAME` or `run/ID`. */
  readonly name: string;
  readonly callback: Callback;
  /** Under which the vault has the versions of its secret. */
  readonly secretName: string;
  /** Leaves out of the log what cannot be wanted; a coarse sieve, so that `wants` is asked less often. */
  readonly sieve: Pick<LogFilter, 'application' | 'type' | 'run'>;
  wants(event: ToldEvent): boolean;
}

export const webhookSubscriber = (webhook: Webhook): Subscriber => {
  const { types = [], applications = [] } = webhook;
  const [type, otherType] = types;
  const [application, otherApplication] = applications;
  // A type as it is sent has a dot.
  const oneType = type !== undefined && otherType === undefined && !type.includes('.') ? { type } : {};
  const oneApplication = application !== undefined && otherApplication === undefined ? { application } : {};
  return {
    name: webhookStream(webhook.webhook),
    callback: webhook,
    secretName: webhookStream(webhook.webhook),
    sieve: { ...oneType, ...oneApplication },
    wants: (event) => webhookWants(webhook, event),
  };
};

/** The course of a run, without the steps of its clusters. */
const COURSE: ReadonlySet<string> = new Set([
  'RunCreated',
  'RunPaused',
  'RunResumed',
  'RunRollbackStarted',
  'RunSucceeded',
  'RunFailed',
  'RunRolledBack',
  'RunSuperseded',
  'RunAborted',
]);

const isAskedFor = ({ type, data }: ToldEvent): boolean =>
  type === 'GateStarted' && (data as { readonly gateType?: unknown }).gateType === 'Approval';

export const runSubscriber = (run: string, application: string, callback: Callback): Subscriber => ({
  name: runStream(run),
  callback,
  secretName: releaseCallbackSecrets(application),
  sieve: { run },
  wants: (event) => COURSE.has(event.type) || isAskedFor(event),
});

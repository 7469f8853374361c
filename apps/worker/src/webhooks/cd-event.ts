import type { RecordedEvent } from '@keelson/event-store';
import type { ClusterFacts } from './run-facts.queries';

/** Where every event of the log comes from. */
export const SOURCE = '/keelson';

/** https://github.com/cdevents/spec/blob/v0.4.1/spec.md */
const VERSION = '0.4.1';

interface CdSubject {
  readonly id: string;
  readonly source: string;
  readonly type: 'environment' | 'pipelineRun' | 'service';
  readonly content: object;
}

/**
 * A CDEvent in its JSON form; what only Keelson knows goes along as custom data. Goes into a CloudEvent as
 * https://github.com/cdevents/spec/blob/v0.4.1/cloudevents-binding.md wants it.
 */
export const cdEvent = (
  { id, source, type, time }: { id: string; source: string; type: string; time: string },
  subject: CdSubject,
  customData: object,
): object => ({
  context: { version: VERSION, id, source, type, timestamp: time },
  subject,
  customData,
  customDataContentType: 'application/json',
});

interface Fields {
  readonly application?: string;
  readonly cluster?: string;
  readonly run?: string;
  readonly message?: string;
}

/** An application in a cluster is a service in an environment, its run a pipeline run. */
export const subjectOf = ({ type, data }: RecordedEvent, facts: ClusterFacts | undefined): CdSubject => {
  const { application = '', cluster = '', run = '', message } = data as Fields;
  switch (type) {
    case 'ClusterRegistered':
    case 'ClusterLabelsChanged':
    case 'ClusterForgotten':
      return { id: cluster, source: SOURCE, type: 'environment', content: { name: cluster } };
    case 'ClusterSucceeded':
    case 'ClusterRolledBack': {
      const version = type === 'ClusterSucceeded' ? facts?.version : facts?.before;
      const environment = { id: cluster, source: SOURCE };
      const content = { environment, artifactId: packageUrl(application, version ?? '') };
      return { id: application, source: SOURCE, type: 'service', content };
    }
    default: {
      const of = { pipelineName: application, url: `urn:keelson:run:${run}` };
      const outcome = OUTCOMES[type];
      const content = outcome
        ? { ...of, outcome, ...(message === undefined ? {} : { errors: message }) }
        : of;
      return { id: run, source: SOURCE, type: 'pipelineRun', content };
    }
  }
};

/** `error` is for what neither succeeded nor failed: a newer release or a person came first. */
const OUTCOMES: Readonly<Record<string, 'success' | 'failure' | 'error'>> = {
  RunSucceeded: 'success',
  RunFailed: 'failure',
  RunRolledBack: 'failure',
  RunSuperseded: 'error',
  RunAborted: 'error',
};

/** A release is a package of no ecosystem: https://github.com/package-url/purl-spec, type `generic`. */
const packageUrl = (name: string, version: string): string =>
  `pkg:generic/${name.split('/').map(encodeURIComponent).join('/')}@${encodeURIComponent(version)}`;

import { table, type AuditEvent } from '@keelson/cli';
import { Pipeline, type Message } from '../harness/pipeline';
import type { Stage } from '../stage';

const TYPES = ['RunCreated', 'RunSucceeded', 'RunFailed', 'RunRolledBack', 'RunSuperseded', 'RunAborted'];

/** A pipeline that comes late hears of everything that has happened, and of all of it again when it asks. */
export const pipelineTold = async (stage: Stage): Promise<void> => {
  stage.show.step('Tell a pipeline what has happened, from the first position of the log on');
  const pipeline = await Pipeline.start();
  try {
    stage.show.say('keelson apply -f pipeline.yaml     # kind: Webhook, fromPosition: 1');
    const { url, secret } = pipeline;
    await stage.api.put('/webhooks/pipeline', { url, secret, types: TYPES, fromPosition: 1 });
    const { length: expected } = (await stage.audit({})).filter(({ type }: AuditEvent) =>
      TYPES.includes(type),
    );
    await heard(stage, pipeline, expected);
    const first = [...pipeline.messages];
    stage.show.say(table(['RUN', 'SENT AS', 'OUTCOME'], first.map(row)));
    stage.claim(
      `it was told of every run's beginning and end: ${first.length} CDEvents`,
      first.length === expected,
    );
    stage.claim('each of them signed', pipeline.unsigned === 0, `${pipeline.unsigned} were not`);
    stage.show.say('keelson webhooks replay pipeline --from 1');
    await stage.api.post('/webhooks/pipeline/replay', { from: 1 });
    await heard(stage, pipeline, 2 * expected);
    const ids = (messages: readonly Message[]): string =>
      messages
        .map(({ id }) => id)
        .sort()
        .join();
    stage.claim(
      'a replay tells all of it again, with the same ids',
      ids(pipeline.messages.slice(expected)) === ids(first),
    );
  } finally {
    await pipeline.stop();
  }
};

const heard = (stage: Stage, { messages }: Pipeline, count: number): Promise<true> =>
  stage.until(`the pipeline was told ${count} times`, (note) => {
    note(`it was told ${messages.length} times`);
    return messages.length >= count || undefined;
  });

const row = ({ subject, type, data }: Message): string[] => [
  subject,
  type,
  data.subject?.content?.outcome ?? '',
];

import { given } from '../kernel/scenario';
import { webhookDecider, type WebhookCommand, type WebhookEvent } from './decider';
import { messageTypeOf, messageTypesOf } from './message-type';
import { validateWebhook, webhookWants, type Webhook } from './webhook';

const ci: Webhook = { webhook: 'ci', url: 'https://ci.example/hook', types: ['RunSucceeded'] };
const defined = (change: Partial<Webhook> = {}): WebhookEvent => ({
  type: 'WebhookDefined',
  data: { ...ci, ...change },
});
const define = (change: Partial<Webhook> = {}): WebhookCommand => {
  const { webhook, fromPosition, ...definition } = { ...ci, ...change };
  return {
    type: 'DefineWebhook',
    webhook,
    definition,
    ...(fromPosition === undefined ? {} : { fromPosition }),
  };
};
const replayed = (from: number): WebhookEvent => ({
  type: 'WebhookReplayRequested',
  data: { webhook: 'ci', from },
});

/** The events that a command is answered with, after a history. */
const after = (...history: WebhookEvent[]) => ({
  when: (command: WebhookCommand): readonly WebhookEvent[] => {
    const decision = given(webhookDecider, history).when(command);
    if (!decision.ok) throw new Error(decision.rejection.code);
    return decision.events;
  },
});

describe('a webhook', () => {
  it('is defined, and begins with what comes then', () => {
    expect(after().when(define())).toEqual([defined()]);
  });

  it('begins at the position that it names', () => {
    const at7 = define({ fromPosition: 7 });
    expect(after().when(at7)).toEqual([defined({ fromPosition: 7 }), replayed(7)]);
  });

  it('records nothing when it is defined as it is', () => {
    expect(after(defined({ fromPosition: 7 })).when(define({ fromPosition: 7 }))).toEqual([]);
  });

  it('does not tell everything again because its address changes', () => {
    const moved = { fromPosition: 7, url: 'https://ci.example/other' };
    expect(after(defined({ fromPosition: 7 })).when(define(moved))).toEqual([defined(moved)]);
  });

  it('goes to another position that it is given', () => {
    const events = after(defined({ fromPosition: 7 })).when(define({ fromPosition: 3 }));
    expect(events).toEqual([defined({ fromPosition: 3 }), replayed(3)]);
  });

  it('goes there again when it was deleted in between', () => {
    const gone: WebhookEvent = { type: 'WebhookDeleted', data: { webhook: 'ci' } };
    const events = after(defined({ fromPosition: 7 }), gone).when(define({ fromPosition: 7 }));
    expect(events).toEqual([defined({ fromPosition: 7 }), replayed(7)]);
  });

  it('is replayed and redelivers', () => {
    expect(after(defined()).when({ type: 'ReplayWebhook', from: 3 })).toEqual([replayed(3)]);
    expect(after(defined()).when({ type: 'RedeliverWebhook', delivery: 12 })).toEqual([
      { type: 'WebhookRedeliveryRequested', data: { webhook: 'ci', delivery: 12 } },
    ]);
  });

  it.each<WebhookCommand>([
    { type: 'DeleteWebhook' },
    { type: 'ReplayWebhook', from: 1 },
    { type: 'RedeliverWebhook', delivery: 1 },
  ])('refuses $type when there is none', (command) => {
    expect(() => after().when(command)).toThrow('webhook-not-found');
  });
});

describe('what a webhook wants', () => {
  const event = (type: string, application?: string) => ({
    type,
    messageType: messageTypeOf(type, false),
    data: application === undefined ? {} : { application },
  });

  it.each([
    ['everything without a choice', {}, event('NodeReady'), true],
    ['a type of the log', { types: ['RunSucceeded'] }, event('RunSucceeded'), true],
    [
      'a type as it is sent',
      { types: ['dev.cdevents.pipelinerun.finished.0.2.0'] },
      event('RunFailed'),
      true,
    ],
    ['no other type', { types: ['RunSucceeded'] }, event('RunFailed'), false],
    ['one of its applications', { applications: ['shop', 'pay'] }, event('RunFailed', 'pay'), true],
    ['no other application', { applications: ['shop'] }, event('RunFailed', 'pay'), false],
    ['nothing of no application', { applications: ['undefined-app'] }, event('NodeReady'), false],
    [
      'a type of an application',
      { types: ['RunFailed'], applications: ['shop'] },
      event('RunFailed', 'shop'),
      true,
    ],
  ])('%s', (_, choice, told, wanted) => {
    expect(webhookWants({ url: 'https://ci.example', ...choice }, told)).toBe(wanted);
  });
});

describe('the type of a message', () => {
  it('is of CDEvents where there is one', () => {
    expect(messageTypesOf('RunSucceeded')).toEqual(['dev.cdevents.pipelinerun.finished.0.2.0']);
    expect(messageTypeOf('DriftDetected', true)).toBe('dev.keelson.DriftDetected');
  });

  it('tells an upgrade from a first deployment', () => {
    expect(messageTypeOf('ClusterSucceeded', false)).toBe('dev.cdevents.service.deployed.0.2.0');
    expect(messageTypeOf('ClusterSucceeded', true)).toBe('dev.cdevents.service.upgraded.0.2.0');
  });
});

describe('a definition', () => {
  const known = new Set(['RunSucceeded', 'DriftDetected']);

  it('is accepted with types of both kinds', () => {
    const types = ['DriftDetected', 'dev.keelson.DriftDetected', 'dev.cdevents.pipelinerun.finished.0.2.0'];
    expect(validateWebhook({ url: 'https://ci.example', types }, known)).toEqual([]);
  });

  it('is told of each mistake', () => {
    expect(
      validateWebhook({ url: 'ftp://ci.example', types: ['RunSucceeded', 'RunFinished'] }, known),
    ).toEqual([
      { path: '/url', message: 'must be a URL that begins with http:// or https://' },
      { path: '/types/1', message: 'there is no type of event RunFinished' },
    ]);
  });
});

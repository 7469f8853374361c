import type { WebhookEvent } from '@keelson/domain';
import type { RecordedEvent } from '@keelson/event-store';
import { heed } from './heed';

/** A stream whose events are at these positions of the log. */
const streamOf = (...events: [position: number, event: WebhookEvent][]): RecordedEvent[] =>
  events.map(([position, event], index) => ({ ...event, position, version: index + 1 }) as RecordedEvent);

const defined: WebhookEvent = { type: 'WebhookDefined', data: { webhook: 'ci', url: 'https://ci.example' } };
const deleted: WebhookEvent = { type: 'WebhookDeleted', data: { webhook: 'ci' } };
const replay = (from: number): WebhookEvent => ({
  type: 'WebhookReplayRequested',
  data: { webhook: 'ci', from },
});
const redeliver = (delivery: number): WebhookEvent => ({
  type: 'WebhookRedeliveryRequested',
  data: { webhook: 'ci', delivery },
});
const cursor = (version: number, position: number) => ({ version, position, done: false });

describe('what a webhook asks', () => {
  it('is to be told of what comes after its definition', () => {
    expect(heed(streamOf([7, defined]), undefined)).toMatchObject({
      webhook: { webhook: 'ci' },
      forget: false,
      cursor: cursor(1, 7),
      again: [],
    });
  });

  it('does not take a cursor back that has gone on', () => {
    expect(heed(streamOf([7, defined], [30, defined]), cursor(1, 20)).cursor).toEqual(cursor(2, 20));
  });

  it('is to begin anew where it says, once', () => {
    const stream = streamOf([7, defined], [30, replay(3)]);
    expect(heed(stream, cursor(1, 20))).toMatchObject({ cursor: cursor(2, 2), replayedFrom: 3 });
    expect(heed(stream, cursor(2, 25))).toMatchObject({ cursor: cursor(2, 25) });
    expect(heed(stream, cursor(2, 25)).replayedFrom).toBeUndefined();
  });

  it('of several replays takes the last word, and what is pending from the first on', () => {
    const stream = streamOf([7, defined], [30, replay(3)], [31, replay(9)]);
    expect(heed(stream, cursor(1, 20))).toMatchObject({ cursor: cursor(3, 8), replayedFrom: 3 });
  });

  it('is to have deliveries once more', () => {
    const stream = streamOf([7, defined], [30, redeliver(4)], [31, redeliver(5)]);
    expect(heed(stream, cursor(2, 20))).toMatchObject({ cursor: cursor(3, 20), again: [5] });
  });

  it('ends with its deletion', () => {
    expect(heed(streamOf([7, defined], [9, deleted]), cursor(1, 8))).toMatchObject({
      webhook: undefined,
      forget: true,
    });
  });

  it('of one that is defined anew has nothing to do with the one before', () => {
    const stream = streamOf([7, defined], [8, redeliver(4)], [9, deleted], [12, defined]);
    expect(heed(stream, cursor(1, 8))).toEqual({
      webhook: defined.data,
      forget: true,
      cursor: cursor(4, 12),
      again: [],
    });
  });
});

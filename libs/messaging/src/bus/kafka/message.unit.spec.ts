import type { KafkaMessage } from 'kafkajs';
import { recordedEvent } from '../memory-log.fixture';
import { fromMessage, packed, toMessage } from './message';

const sent = (change: Partial<{ value: string; headers: Record<string, string> }> = {}): KafkaMessage => {
  const message = { ...toMessage(recordedEvent(7), 'log-a'), ...change };
  return { ...message, value: Buffer.from(message.value) } as unknown as KafkaMessage;
};

describe('messages', () => {
  it('carry the event there and back', () => {
    expect(fromMessage(sent(), 'log-a')).toEqual(recordedEvent(7));
  });

  it.each([
    ['of another log', sent(), 'log-b'],
    ['that are no JSON', sent({ value: '{"position": 7' }), 'log-a'],
    ['whose header tells another position', sent({ headers: { log: 'log-a', position: '8' } }), 'log-a'],
    ['without headers', sent({ headers: {} }), 'log-a'],
  ])('%s are none of ours', (_, message, log) => {
    expect(fromMessage(message, log)).toBeUndefined();
  });
});

describe('packing', () => {
  const sized = (...sizes: number[]) => sizes.map((size) => ({ value: 'x'.repeat(size) }));

  it('keeps the order and every group under the limit', () => {
    const { groups, leftOut } = packed(sized(4, 4, 4, 10, 1), 10);
    expect(groups.map((group) => group.map(({ value }) => value.length))).toEqual([[4, 4], [4], [10], [1]]);
    expect(leftOut).toBe(0);
  });

  it('leaves out what is over the limit alone, counted in bytes', () => {
    expect(packed([{ value: 'é'.repeat(6) }], 10)).toEqual({ groups: [], leftOut: 1 });
    expect(packed(sized(3, 11, 3), 10)).toEqual({ groups: [sized(3, 3)], leftOut: 1 });
  });

  it('makes no group of nothing', () => {
    expect(packed([], 10)).toEqual({ groups: [], leftOut: 0 });
  });
});

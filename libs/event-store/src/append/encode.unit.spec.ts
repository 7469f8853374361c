import canonicalize from 'canonicalize';
import { UnstorableEventError } from '../errors';
import type { AppendUnit } from '../types';
import { encodeUnit, eventId } from './encode';

const unit = (data: unknown, more: Partial<AppendUnit> = {}): AppendUnit => ({
  streams: [{ stream: 'run/"a"', expectedVersion: 'any', events: [{ type: 'Noted', data }] }],
  meta: { commandId: 'c', correlationId: 'd', actor: 'test' },
  ...more,
});

describe('the encoding of a unit', () => {
  it('is RFC 8785 once the database has put in what it knows', () => {
    const data = {
      b: 1e21,
      a: [0.1, -0, null, { z: 1, y: undefined }],
      é: '€ \u2028 "\\',
      '': {},
      10: 'ten',
      9: 'nine',
    };
    const { head = '', tail = '' } = encodeUnit(unit(data)).streams[0]?.events[0] ?? {};
    const text = `${head}2024-05-06T07:08:09.012Z${tail}17}`;
    expect(text).toBe(canonicalize(JSON.parse(text)));
    expect(JSON.parse(text)).toEqual({
      data: JSON.parse(JSON.stringify(data)),
      id: eventId('c', 0),
      meta: { actor: 'test', commandId: 'c', correlationId: 'd' },
      recordedAt: '2024-05-06T07:08:09.012Z',
      schemaVersion: 1,
      stream: 'run/"a"',
      type: 'Noted',
      version: 17,
    });
  });

  it('gives the same command the same ids, and every event its own', () => {
    const streams = ['a', 'b'].map((stream) => ({
      stream,
      expectedVersion: 0,
      events: [
        { type: 'X', data: {} },
        { type: 'X', data: {} },
      ],
    }));
    const ids = () =>
      encodeUnit(unit({}, { streams })).streams.flatMap(({ events }) => events.map(({ id }) => id));
    expect(ids()).toEqual([0, 1, 2, 3].map((index) => eventId('c', index)));
    expect(new Set([...ids(), eventId('another', 0)]).size).toBe(5);
    expect(ids()[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it.each([
    ['NUL', { text: 'a\u0000b' }],
    ['NUL in a key', { 'a\u0000b': 1 }],
    ['half a surrogate pair', { text: '\udc00' }],
    ['NaN', { n: NaN }],
    ['infinity', { n: -Infinity }],
    ['a bigint', { n: 1n }],
    ['nothing', undefined],
    ['a function', () => 1],
  ])('refuses %s', (_, data) => {
    expect(() => encodeUnit(unit(data))).toThrow(UnstorableEventError);
  });

  it.each([['\\u0000'], ['\\\\ud800'], ['🚢'], ['\u0001'], ['\ud83d\udea2']])('accepts %j', (text) => {
    expect(() => encodeUnit(unit({ text }))).not.toThrow();
  });

  it('refuses a stream that appears twice: its versions would depend on the order', () => {
    const stream = { stream: 'a', expectedVersion: 0, events: [] };
    expect(() => encodeUnit(unit({}, { streams: [stream, stream] }))).toThrow(UnstorableEventError);
  });

  it('leaves out of the metadata what is not part of it', () => {
    const meta = { commandId: 'c', correlationId: 'd', actor: 'test', password: 'secret' };
    expect(encodeUnit(unit({}, { meta })).streams[0]?.events[0]?.head).not.toContain('secret');
  });
});

import { type KubeObject } from '@keelson/domain';
import { ApiError } from './api-error';
import { EVERYTHING, matchesSelector, parseFieldSelector, parseLabelSelector } from './selectors';

const pod = (labels: Record<string, string>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'n', labels },
  spec: { nodeName: 'node-1' },
});

describe('label selectors', () => {
  it.each([
    ['a=1', true],
    ['a==1', true],
    ['a!=1', false],
    ['b!=1', true],
    ['a', true],
    ['!a', false],
    ['!b', true],
    ['a in (1, 2)', true],
    ['a in (2,3)', false],
    ['a notin (2,3)', true],
    ['b notin (2,3)', true],
    ['b in (1)', false],
    ['a=1,x.y/z=w,!b', true],
    ['a=1,b', false],
    ['empty=', true],
  ])('%s', (selector, expected) => {
    expect(parseLabelSelector(selector)(pod({ a: '1', 'x.y/z': 'w', empty: '' }))).toBe(expected);
  });

  it('match everything when they say nothing', () => {
    expect(parseLabelSelector('')).toBe(EVERYTHING);
    expect(parseLabelSelector(null)).toBe(EVERYTHING);
  });

  it.each(['a===b', 'a in', '=1', 'a b'])('refuse %s', (selector) => {
    expect(() => parseLabelSelector(selector)).toThrow(ApiError);
  });
});

describe('field selectors', () => {
  it.each([
    ['metadata.name=p,metadata.namespace=n', true],
    ['spec.nodeName!=node-1', false],
    ['status.phase=', true],
  ])('%s', (selector, expected) => {
    expect(parseFieldSelector(selector)(pod({}))).toBe(expected);
  });

  it('refuse fields that are not indexed', () => {
    expect(() => parseFieldSelector('spec.unknown=1')).toThrow(/not supported/);
  });
});

describe('LabelSelector objects', () => {
  const labels = { app: 'web', tier: 'front' };
  it.each([
    [{ matchLabels: { app: 'web' } }, true],
    [{ matchLabels: { app: 'db' } }, false],
    [{ matchExpressions: [{ key: 'tier', operator: 'In', values: ['front'] }] }, true],
    [{ matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['front'] }] }, false],
    [{ matchExpressions: [{ key: 'none', operator: 'DoesNotExist' }] }, true],
    [{ matchExpressions: [{ key: 'none', operator: 'Exists' }] }, false],
    [{}, true],
    [undefined, false],
  ])('%j', (selector, expected) => {
    expect(matchesSelector(selector, labels)).toBe(expected);
  });
});

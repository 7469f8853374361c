import { maxUnavailableOf } from './max-unavailable';
import { sameQuantity } from './quantity';

const workload = (kind: string, spec: object) => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name: 'web' },
  spec,
});
const rolling = (maxUnavailable: unknown, more: object = {}) => ({
  rollingUpdate: { maxUnavailable, ...more },
});

it.each<[string, ReturnType<typeof workload>, number, number]>([
  ['a count', workload('Deployment', { strategy: rolling(3) }), 10, 3],
  ['a share, rounded down', workload('Deployment', { strategy: rolling('25%') }), 10, 2],
  ['the default of a Deployment', workload('Deployment', {}), 10, 2],
  ['at least one', workload('Deployment', { strategy: rolling(0, { maxSurge: 2 }) }), 10, 1],
  ['Recreate takes all', workload('Deployment', { strategy: { type: 'Recreate' } }), 10, 10],
  ['one of a StatefulSet', workload('StatefulSet', {}), 10, 1],
  ['a count of a StatefulSet', workload('StatefulSet', { updateStrategy: rolling(4) }), 10, 4],
  ['a share of a DaemonSet, rounded up', workload('DaemonSet', { updateStrategy: rolling('25%') }), 10, 3],
  ['a DaemonSet that surges', workload('DaemonSet', { updateStrategy: rolling(0, { maxSurge: 1 }) }), 10, 1],
])('pods that may be unavailable: %s', (_, planned, desired, expected) => {
  expect(maxUnavailableOf(planned, desired)).toBe(expected);
});

it.each<[unknown, unknown, boolean]>([
  ['0.1', '100m', true],
  ['65536Ki', '64Mi', true],
  ['1e3', '1k', true],
  [2, '2', true],
  ['.5', '500m', true],
  ['1Gi', '1G', false],
  ['100m', '101m', false],
  ['64Mi', 'lots', false],
  ['1x', '1x ', false],
])('the amounts %p and %p', (a, b, same) => {
  expect(sameQuantity(a, b)).toBe(same);
  expect(sameQuantity(b, a)).toBe(same);
});

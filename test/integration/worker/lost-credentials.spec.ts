import { DEFAULT_STRATEGY, type RunEvent, type Strategy } from '@keelson/domain';
import { until } from '../../support/until';
import { configMap, deployment, startFleet, type Fleet } from './fleet-harness';

jest.setTimeout(60_000);

describe('a cluster whose credentials cannot be decrypted any more', () => {
  let fleet: Fleet;

  beforeAll(async () => {
    fleet = await startFleet(['eu-1', 'eu-2']);
    await fleet.register('eu-1');
    await fleet.register('eu-2');
    await fleet.stopWorker();
    await fleet.pool.query(
      `update secrets set ciphertext = set_byte(ciphertext, 0, 255 - get_byte(ciphertext, 0)) where name = 'cluster/eu-1'`,
    );
    await fleet.startWorker();
  });
  afterAll(() => fleet?.stop());

  const objects = [deployment('shop:1'), configMap('one')];

  it('fails the gate whose Job it cannot be given, and says why', async () => {
    const strategy: Strategy = {
      ...DEFAULT_STRATEGY,
      stages: [
        {
          name: 'all',
          maxConcurrency: '100%',
          maxFailures: 0,
          before: [{ type: 'Verification', provider: { job: { manifest: {} } }, errorLimit: 0 }],
          after: [],
        },
      ],
    };
    await fleet.define('shop', { placement: { clusterNames: ['eu-1'] } });
    const { value: run } = await fleet.release('shop', '1', objects, strategy);
    await until('the run is paused', async () => (await pauseOf(run!)) !== undefined);
    expect(await pauseOf(run!)).toMatchObject({
      reason: 'GateFailed',
      message: expect.stringContaining(
        'eu-1: the secret cluster/eu-1 was encrypted with another key, or was altered; register the cluster again',
      ),
    });
  });

  it('is told of as unreachable, once, and served when it is registered again', async () => {
    const lost = () => fleet.store.log.read({ cluster: 'eu-1', type: 'ClusterUnreachable' });
    await until('it is told of', async () => (await lost()).length > 0);
    await fleet.define('third', { placement: { clusterNames: ['eu-2'] } });
    expect(await lost()).toMatchObject([
      { data: { reason: 'Credentials', message: expect.stringContaining('register the cluster again') } },
    ]);
    await fleet.register('eu-1');
    await until('it is connected', async () => {
      const events = await fleet.store.log.read({ cluster: 'eu-1', type: 'ClusterConnected' });
      const [told] = await lost();
      return events.some(({ position }) => position > told!.position);
    });
  });

  it('does not keep the worker from the others', async () => {
    await fleet.define('other', { placement: { clusterNames: ['eu-2'] } });
    const { value: run } = await fleet.release('other', '1', objects);
    await until('the run succeeds', async () => {
      const ends = await fleet.store.log.read({ run: run!, type: 'RunSucceeded' });
      return ends.length > 0;
    });
  });

  const pauseOf = async (run: string): Promise<RunEvent['data'] | undefined> =>
    (await fleet.store.log.read({ run, type: 'RunPaused' }))[0]?.data as RunEvent['data'] | undefined;
});

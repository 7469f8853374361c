import { given, typesOf } from '../kernel/scenario';
import {
  checkContent,
  DEFAULT_SIDECAR_STRATEGY,
  joins,
  sidecarDecider,
  sidecarOf,
  sidecarOwner,
  sidecarReleaseDecider,
  sidecarRevision,
  type SidecarDefinition,
  type SidecarEvent,
} from './index';

const agent = { name: 'agent', image: 'agent:1' };
const definition: SidecarDefinition = {
  containers: [agent],
  volumes: [],
  applicationSelector: { matchLabels: { logs: 'yes' } },
  placement: { clusterSelector: { matchLabels: { tier: 'prod' } } },
  strategy: DEFAULT_SIDECAR_STRATEGY,
};
const defined: SidecarEvent = { type: 'SidecarDefined', data: { sidecar: 'logs', definition } };
const define = (change: Partial<SidecarDefinition> = {}) =>
  ({ type: 'DefineSidecar', sidecar: 'logs', definition: { ...definition, ...change } }) as const;
const requested = (sequence: number): SidecarEvent => ({
  type: 'SidecarReleaseRequested',
  data: {
    sidecar: 'logs',
    release: `logs-sr${sequence}`,
    run: `logs-s${sequence}`,
    version: '1',
    revision: 'abc',
    sequence,
  },
});
const deleted: SidecarEvent = { type: 'SidecarDeleted', data: { sidecar: 'logs' } };
const release = { type: 'RequestSidecarRelease', version: '1', revision: 'abc' } as const;

describe('a sidecar', () => {
  it('is defined once, and redefined by what differs', () => {
    expect(given(sidecarDecider, []).when(define())).toEqual({ ok: true, events: [defined] });
    expect(typesOf(given(sidecarDecider, [defined]).when(define()))).toEqual([]);
    expect(
      given(sidecarDecider, [defined]).when(define({ containers: [{ ...agent, image: 'a:2' }] })),
    ).toEqual({
      ok: true,
      events: [
        {
          type: 'SidecarRedefined',
          data: { sidecar: 'logs', facets: { containers: [{ ...agent, image: 'a:2' }] } },
        },
      ],
    });
  });

  it('numbers its releases, and uses no number twice', () => {
    expect(given(sidecarDecider, [defined]).when(release)).toEqual({ ok: true, events: [requested(1)] });
    const reborn = [defined, requested(1), deleted, defined];
    expect(given(sidecarDecider, reborn).when(release)).toEqual({ ok: true, events: [requested(2)] });
  });

  it('remembers the run under way over its deletion, so that it can be ended', () => {
    expect(given(sidecarDecider, [defined, requested(1), deleted]).state).toEqual({
      exists: false,
      sequence: 1,
      activeRun: 'logs-s1',
    });
  });

  it.each([release, { type: 'DeleteSidecar' } as const])('that is not there takes no %j', (command) => {
    expect(typesOf(given(sidecarDecider, []).when(command))).toEqual(['rejected: sidecar-not-found']);
    expect(typesOf(given(sidecarDecider, [defined, deleted]).when(command))).toEqual([
      'rejected: sidecar-not-found',
    ]);
  });

  it('freezes a release once', () => {
    const content = { release: 'logs-sr1', sidecar: 'logs', version: '1', revision: 'abc', ...definition };
    const command = { type: 'FreezeSidecarRelease', content } as const;
    const frozen = given(sidecarReleaseDecider, []).when(command);
    expect(typesOf(frozen)).toEqual(['SidecarReleaseFrozen']);
    const history = frozen.ok ? frozen.events : [];
    expect(typesOf(given(sidecarReleaseDecider, history).when(command))).toEqual([
      'rejected: release-is-frozen',
    ]);
  });

  it('stands in a run under a name that no application can have', () => {
    expect(sidecarOf(sidecarOwner('logs'))).toBe('logs');
    expect(sidecarOf('logs')).toBeUndefined();
  });

  it.each([
    ['yes', 'prod', true],
    ['no', 'prod', false],
    ['yes', 'canary', false],
  ])('joins applications with logs=%s in clusters of tier %s: %s', (logs, tier, expected) => {
    expect(joins(definition, { logs }, { name: 'eu-1', labels: { tier } })).toBe(expected);
  });
});

describe('what a sidecar adds', () => {
  it('takes images by container name, and its revision follows from the content', () => {
    const other = { name: 'other', image: 'other:1', args: ['-v'] };
    const checked = checkContent({ containers: [agent, other], volumes: [] }, { other: 'other:2' });
    expect(checked).toEqual({
      ok: true,
      content: { containers: [agent, { ...other, image: 'other:2' }], volumes: [] },
    });
    expect(sidecarRevision({ containers: [agent], volumes: [] })).toBe(
      sidecarRevision({ volumes: [], containers: [{ image: 'agent:1', name: 'agent' }] }),
    );
    expect(sidecarRevision({ containers: [agent], volumes: [] })).not.toBe(
      sidecarRevision({ containers: [{ ...agent, image: 'agent:2' }], volumes: [] }),
    );
  });

  it('tells every mistake by its path', () => {
    const checked = checkContent(
      {
        containers: [{ name: 'Agent', image: 'agent:1' }, agent, { name: 'agent' }, null],
        volumes: [{ name: 'spool' }, { name: 'spool' }, {}],
      },
      { nobody: 'a:1', agent: 'A b' },
    );
    expect(checked.ok ? [] : checked.errors.map(({ path }) => path)).toEqual([
      '/containers/0/name',
      '/containers/2/name',
      '/containers/3',
      '/containers/2/image',
      '/volumes/1/name',
      '/volumes/2/name',
      '/images/nobody',
      '/images/agent',
    ]);
  });

  it('is something', () => {
    expect(checkContent({ containers: [], volumes: [] })).toEqual({
      ok: false,
      errors: [{ path: '/containers', message: 'at least one is needed' }],
    });
  });
});

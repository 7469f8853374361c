import type { KubeObject } from '@keelson/domain';
import { IN_PLACE_ANNOTATION } from './marks';
import { formatNote, nextNote, noteOf } from './pod-note';
import { podState } from './pod-state';

interface Given {
  /** In the spec. */
  readonly image: string;
  readonly id?: string;
  readonly running?: boolean;
  readonly ready?: boolean;
  readonly note?: string | object;
  readonly generation?: number;
  readonly observed?: number;
}

const pod = ({
  image,
  id,
  running = true,
  ready = running,
  note,
  generation,
  observed,
}: Given): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'web-1',
    ...(generation === undefined ? {} : { generation }),
    annotations: note
      ? { [IN_PLACE_ANNOTATION]: typeof note === 'string' ? note : JSON.stringify(note) }
      : {},
  },
  spec: { containers: [{ name: 'log', image }] },
  status: {
    ...(observed === undefined ? {} : { observedGeneration: observed }),
    conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
    containerStatuses: [
      { name: 'log', ...(id ? { containerID: id } : {}), state: running ? { running: {} } : { waiting: {} } },
    ],
  },
});

const was = (id: string, image: string) => ({ containers: { log: { id, image } } });

describe('whether a pod can be counted on', () => {
  it.each<[string, Given, { pending: boolean; available: boolean }]>([
    ['never touched', { image: 'log:1', id: 'a' }, { pending: false, available: true }],
    [
      'patched, and the kubelet has done nothing yet',
      { image: 'log:2', id: 'a', note: was('a', 'log:1') },
      { pending: true, available: false },
    ],
    [
      'stopped',
      { image: 'log:2', id: 'a', running: false, note: was('a', 'log:1') },
      { pending: false, available: false },
    ],
    [
      'started anew',
      { image: 'log:2', id: 'b', note: was('a', 'log:1') },
      { pending: false, available: true },
    ],
    [
      'started anew and not ready',
      { image: 'log:2', id: 'b', ready: false, note: was('a', 'log:1') },
      { pending: false, available: false },
    ],
    [
      'put back before the kubelet had looked',
      { image: 'log:1', id: 'a', note: was('a', 'log:1') },
      { pending: false, available: true },
    ],
    [
      'a note that is spoiled',
      { image: 'log:2', id: 'a', note: '{"containers":' },
      { pending: false, available: true },
    ],
    [
      'a status of an earlier generation',
      { image: 'log:1', id: 'a', generation: 3, observed: 2 },
      { pending: true, available: false },
    ],
    [
      'a status of this generation',
      { image: 'log:1', id: 'a', generation: 3, observed: 3 },
      { pending: false, available: true },
    ],
  ])('%s', (_, given, expected) => {
    expect(podState(pod(given))).toMatchObject(expected);
  });
});

describe('the note of a patch', () => {
  const none = { labels: [], annotations: [] };

  it('says what runs', () => {
    expect(nextNote(pod({ image: 'log:1', id: 'a' }), ['log'], none).containers).toEqual(
      was('a', 'log:1').containers,
    );
  });

  it('keeps to what runs when the image changes again before the kubelet has acted', () => {
    const twice = pod({ image: 'log:2', id: 'a', note: was('a', 'log:1') });
    expect(nextNote(twice, ['log'], none).containers).toEqual(was('a', 'log:1').containers);
  });

  it('says nothing of a container that has never run', () => {
    expect(nextNote(pod({ image: 'log:1', running: false }), ['log'], none).containers).toEqual({});
  });

  it('remembers the keys that upgrades have touched', () => {
    const touched = pod({ image: 'log:1', id: 'a', note: { labels: ['b'], annotations: ['x'] } });
    const note = nextNote(touched, [], { labels: ['a', 'b'], annotations: [] });
    expect(note.keys).toEqual({ labels: ['a', 'b'], annotations: ['x'] });
    expect(noteOf(pod({ image: 'log:1', note: formatNote(note) }))).toEqual(note);
  });
});

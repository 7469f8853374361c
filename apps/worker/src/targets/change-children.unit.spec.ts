import { ApiError, type ChildPatch, type ChildRemoval } from '@keelson/k8s';
import { changeChildren } from './change-children';
import type { TargetHost } from './target-host';

const child = (name: string, generation = 7) => ({
  ref: { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name },
  uid: `uid-${name}`,
  resourceVersion: '12',
  generation,
});
const patch = (name: string, generation?: number): ChildPatch => ({
  ...child(name, generation),
  type: 'strategic',
  patch: {},
});
const removal = (name: string): ChildRemoval => ({ ...child(name), why: 'its image cannot be pulled' });

describe('changes of pods', () => {
  let asked: string[];
  let answer: (name: string) => unknown;
  beforeEach(() => {
    asked = [];
    answer = () => undefined;
  });

  const change = (isOvertaken: () => boolean = () => false, ofB?: number) => {
    const request = async (method: string, path: string, { body }: any): Promise<object> => {
      const name = path.split('/').at(-1)!;
      asked.push(`${method} ${name}`);
      answer(name);
      if (method === 'PATCH') expect(body.metadata.annotations).toEqual({ 'keelson.dev/generation': '7' });
      return { metadata: { name } };
    };
    const pods = { apiVersion: 'v1', kind: 'Pod', plural: 'pods', namespaced: true };
    const host = {
      deps: { client: { request }, discovery: { resolve: async () => pods } },
      children: { store: () => undefined },
      signal: new AbortController().signal,
    } as unknown as TargetHost;
    const changes = { patches: [patch('a'), patch('b', ofB)], removals: [removal('c')] };
    return changeChildren(host, changes, 7, isOvertaken);
  };

  it('are made one after the other; one that came too late keeps no other', async () => {
    answer = (name) => {
      if (name === 'a') throw new ApiError(409, 'Conflict', 'the object has been modified');
    };
    expect(await change()).toBe(true);
    expect(asked).toEqual(['PATCH a', 'PATCH b', 'DELETE c']);
  });

  it('leave alone what a newer plan has reached', async () => {
    expect(await change(undefined, 8)).toBe(false);
    expect(asked).toEqual(['PATCH a']);
  });

  it('are not begun once a newer plan is seen', async () => {
    expect(await change(() => true)).toBe(false);
    expect(asked).toEqual([]);
  });

  it('end at the pod before which a newer plan is seen', async () => {
    let overtaken = false;
    answer = () => (overtaken = true);
    expect(await change(() => overtaken)).toBe(false);
    expect(asked).toEqual(['PATCH a']);
  });
});

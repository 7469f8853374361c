import type { KubeObject } from '@keelson/domain';

/** ConfigMaps of one contestant, each with one value that is as planned or not. */
export const RIGHT = 'as planned';

export const nameOf = (index: number): string => `settings-${index}`;

export const pathOf = (namespace: string, name?: string): string =>
  `/api/v1/namespaces/${namespace}/configmaps${name === undefined ? '' : `/${name}`}`;

export const settings = (namespace: string, index: number): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: nameOf(index), namespace },
  data: { value: RIGHT, text: 'x'.repeat(512) },
});

export interface WatchedSettings {
  readonly type: string;
  readonly object: {
    readonly metadata: { readonly name: string; readonly resourceVersion: string };
    readonly data?: { readonly value?: string };
  };
}

export const isRight = ({ type, object }: WatchedSettings): boolean =>
  type !== 'DELETED' && object.data?.value === RIGHT;

import type { KubeObject } from '@keelson/domain';
import { imageOf, NAMESPACE } from './workload';

export const BARE_NAMESPACE = `${NAMESPACE}-bare`;

export interface BareBody {
  readonly path: string;
  readonly json: string;
}

const PATHS: Readonly<Record<string, (name: string) => string>> = {
  Namespace: (name) => `/api/v1/namespaces/${name}`,
  ConfigMap: (name) => `/api/v1/namespaces/${BARE_NAMESPACE}/configmaps/${name}`,
  Deployment: (name) => `/apis/apps/v1/namespaces/${BARE_NAMESPACE}/deployments/${name}`,
};

/** A plan's object moved to the loop's namespace, with the image and the marks of the round. */
export const bareBody = (object: KubeObject, round: number): BareBody => {
  const moved = JSON.parse(
    JSON.stringify(object)
      .replaceAll(`"namespace":"${NAMESPACE}"`, `"namespace":"${BARE_NAMESPACE}"`)
      .replaceAll('"keelson.dev/', '"baseline.dev/')
      .replaceAll(imageOf(0), imageOf(round))
      .replaceAll(imageOf(1), imageOf(round)),
  ) as KubeObject;
  const path = PATHS[moved.kind];
  if (!path) throw new Error(`the benchmark has no ${moved.kind}`);
  const name = moved.kind === 'Namespace' ? BARE_NAMESPACE : moved.metadata.name;
  // A new plan changes its marks on every object; the loop's writes must be as real as that.
  const annotations = { ...moved.metadata.annotations, 'baseline.dev/generation': String(1_000 + round) };
  return {
    path: path(name),
    json: JSON.stringify({ ...moved, metadata: { ...moved.metadata, name, annotations } }),
  };
};

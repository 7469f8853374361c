import { CLONE_SET_CRD, SIDECAR_SET_CRD } from '../../../libs/k8s/src/simulator/open-kruise';
import { type Body } from './body';
import { type ContractContext } from './context';
import { until } from './until';

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** OpenKruise as its users meet it: two CRDs, and somebody who follows them. */
export class Kruise {
  constructor(private readonly context: ContractContext) {}

  /** Installs the CRDs where they are missing, and waits until they are served. They stay. */
  async installed(): Promise<void> {
    const { client } = this.context;
    for (const crd of [CLONE_SET_CRD, SIDECAR_SET_CRD]) {
      const path = `${CRDS}/${crd.metadata.name}`;
      if ((await client.get(path)).status === 404) await client.apply(path, crd);
      await until(
        `${crd.metadata.name} to be Established`,
        () => client.get(path),
        ({ body }) =>
          (body.status?.conditions ?? []).some(
            (each: Body) => each.type === 'Established' && each.status === 'True',
          ),
      );
    }
    for (const plural of ['clonesets', 'sidecarsets']) {
      await until(
        `${plural} to be served`,
        () => client.get(`/apis/apps.kruise.io/v1alpha1/${plural}`),
        ({ status }) => status === 200,
      );
    }
  }
}

import { describeApply } from './kubernetes/apply';
import { describeCloneSets } from './kubernetes/clone-sets';
import { ContractContext } from './kubernetes/context';
import { describeCustomResources } from './kubernetes/custom-resources';
import { describeDaemonSets } from './kubernetes/daemon-sets';
import { describeDeletion } from './kubernetes/deletion';
import { describeDeployments } from './kubernetes/deployments';
import { describeDiscovery } from './kubernetes/discovery';
import { describeEvictions } from './kubernetes/evictions';
import { describeExactness } from './kubernetes/exactness';
import { describeHeldDeployments } from './kubernetes/held-deployments';
import { describeInPlaceDeployments } from './kubernetes/in-place-deployments';
import { describeNodes } from './kubernetes/nodes';
import { describeOwnership } from './kubernetes/ownership';
import { describePausedDeployments } from './kubernetes/paused-deployments';
import { describePaging } from './kubernetes/paging';
import { describePods } from './kubernetes/pods';
import { describeScale } from './kubernetes/scale';
import { describeSidecarSets } from './kubernetes/sidecar-sets';
import { describeStatefulSets } from './kubernetes/stateful-sets';
import { type ContractTarget } from './kubernetes/target';
import { describeVerbs } from './kubernetes/verbs';
import { describeWatch } from './kubernetes/watch';
import { describeWholeness } from './kubernetes/wholeness';

export { type ContractTarget } from './kubernetes/target';

/**
 * What the product relies on in an API server. The simulator and real servers are held to the same words;
 * where they differ, the simulator is wrong. Nothing is asserted that Kubernetes 1.20 does not do.
 * @param target opened before the first test; its `close` is called after the last
 */
export function describeKubernetesContract(title: string, target: () => Promise<ContractTarget>): void {
  describe(title, () => {
    let context: ContractContext | undefined;
    const lazily = (): ContractContext => {
      if (!context) throw new Error('the contract has no target yet');
      return context;
    };
    beforeAll(async () => {
      context = new ContractContext(await target());
    }, 180_000);
    afterAll(async () => {
      await context?.close();
    }, 60_000);

    describeDiscovery(lazily);
    describeVerbs(lazily);
    describeDeletion(lazily);
    describeApply(lazily);
    describeOwnership(lazily);
    describeExactness(lazily);
    describeWholeness(lazily);
    describePaging(lazily);
    describeWatch(lazily);
    describeCustomResources(lazily);
    describeDeployments(lazily);
    describeHeldDeployments(lazily);
    describePausedDeployments(lazily);
    describePods(lazily);
    describeInPlaceDeployments(lazily);
    describeStatefulSets(lazily);
    describeDaemonSets(lazily);
    describeScale(lazily);
    describeEvictions(lazily);
    describeNodes(lazily);
    describeCloneSets(lazily);
    describeSidecarSets(lazily);
  });
}

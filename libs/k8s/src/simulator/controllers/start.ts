import { type ClusterState } from '../api/cluster-state';
import { OpenKruise } from '../open-kruise/simulated';
import { type WatchHub } from '../api/watch-hub';
import { type SimulatorTimings } from '../timings';
import { BudgetController } from './budgets/budget-controller';
import { ClaimController } from './claims';
import { type Controller, ControllerContext } from './context';
import { CustomResourceController } from './custom-resources';
import { DaemonSetController } from './daemon-set/daemon-set-controller';
import { DeploymentController } from './deployment/deployment-controller';
import { GarbageCollector } from './garbage-collector';
import { JobController } from './job';
import { Kubelet } from './kubelet/kubelet';
import { NamespaceController } from './namespaces';
import { admitNodesAndPods } from './nodes/admission';
import { Heartbeats } from './nodes/heartbeats';
import { NodeLifecycle } from './nodes/node-lifecycle';
import { PodCollector } from './nodes/pod-collector';
import { TaintEvictions } from './nodes/taint-evictions';
import { ReplicaSetController } from './replica-set';
import { type Scheduler } from './scheduler';
import { Binder } from './scheduling/binder';
import { StatefulSetController } from './stateful-set/stateful-set-controller';

/** Starts every controller of a cluster; they stop with the scheduler. */
export function startControllers(
  state: ClusterState,
  scheduler: Scheduler,
  timings: SimulatorTimings,
  hub: WatchHub,
): { kubelet: Kubelet } {
  const as = (manager: string) => new ControllerContext(state, scheduler, timings, manager);
  const manager = as('kube-controller-manager');
  const heartbeats = new Heartbeats();
  const nodeLifecycle = new NodeLifecycle(manager, heartbeats);
  const kubelet = new Kubelet(as('kubelet'), heartbeats, (node) => nodeLifecycle.silent(node));
  const openKruise = new OpenKruise(as('kruise-manager'));
  state.admission.push(admitNodesAndPods(timings.nodeTolerationMs), (type, object) =>
    openKruise.admit(type, object),
  );
  const controllers: readonly Controller[] = [
    new CustomResourceController(as('kube-apiserver'), hub),
    new DeploymentController(manager),
    new ReplicaSetController(manager),
    new StatefulSetController(manager),
    new DaemonSetController(manager),
    new JobController(manager),
    openKruise,
    new Binder(as('kube-scheduler')),
    kubelet,
    nodeLifecycle,
    new TaintEvictions(manager),
    new PodCollector(manager),
    new BudgetController(manager),
    new ClaimController(manager),
    new NamespaceController(manager),
    new GarbageCollector(manager),
  ];
  state.store.onChange((change) => {
    for (const controller of controllers) controller.observe(change);
  });
  return { kubelet };
}

import type { KubeObject } from '@keelson/domain';
import type { Dice } from '../../support/dice';
import type { Membership } from './faults-membership';
import { drawStrategy } from './faults-strategies';
import { sidecarCommands } from './sidecar-commands';
import type { Fleet } from './fleet-harness';

type Undo = () => void | Promise<void>;
type Trick = () => Undo | void | Promise<Undo | void>;

const WEB = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' };
const SETTINGS = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'settings' };

/** Everything that is made to go wrong, one thing at a time; what lasts can be put right again. */
export class Mischief {
  private readonly wounds: { readonly what: string; readonly undo: Undo }[] = [];
  private image = '';
  private sidecarVersion = 0;
  /** Of the sidecar that goes along; the newest last. */
  readonly sidecarRuns: string[] = [];

  constructor(
    private readonly fleet: Fleet,
    private readonly membership: Membership,
    private readonly dice: Dice,
  ) {}

  /** The image that is on its way; the clusters cannot pull it from where it is refused. */
  async target(image: string, refusedSomewhere: boolean): Promise<void> {
    this.image = image;
    if (refusedSomewhere) await this.play('a bad image');
  }

  /** Does the next thing, and says what. */
  async strike(): Promise<string> {
    const what = this.dice.pick([...Object.keys(this.tricks), 'healing']);
    await this.play(what);
    return what;
  }

  async heal(): Promise<void> {
    for (const { undo } of this.wounds.splice(0).reverse()) await undo();
  }

  private async play(what: string): Promise<void> {
    if (what === 'healing') {
      const [wound] = this.wounds.splice(this.dice.below(Math.max(1, this.wounds.length)), 1);
      await wound?.undo();
      return;
    }
    const undo = await this.tricks[what]!();
    if (undo) this.wounds.push({ what, undo });
  }

  private readonly tricks: Readonly<Record<string, Trick>> = {
    'a bad image': () => {
      const { image } = this;
      return this.inSome(4, (cluster) => {
        cluster.refuseImage(image);
        return () => cluster.refuseImage(image, false);
      });
    },
    'lost clusters': () =>
      this.inSome(4, (cluster) => {
        cluster.setReachable(false);
        return () => cluster.setReachable(true);
      }),
    // No node takes new pods: they are there, and do not become ready.
    'slow pods': () =>
      this.inSome(6, (cluster) => {
        const cordon = (unschedulable: boolean) => () => {
          for (const { metadata } of cluster.list('v1', 'Node')) {
            cluster.edit({ apiVersion: 'v1', kind: 'Node', name: metadata.name }, (node) => {
              (node['spec'] as { unschedulable?: boolean }).unschedulable = unschedulable;
            });
          }
        };
        cordon(true)();
        return cordon(false);
      }),
    'a slow API server': () =>
      this.inSome(5, (cluster) => {
        cluster.delay(150);
        return () => cluster.delay(0);
      }),
    'errors of the API server': () => {
      void this.inSome(8, (cluster) => cluster.failNext(5, this.dice.pick([500, 503, 429])));
    },
    'lost history': () => {
      void this.inSome(10, (cluster) => cluster.compact());
    },
    'foreign edits': () => {
      void this.inSome(6, (cluster) => {
        if (!cluster.get(WEB)) return;
        cluster.edit(WEB, (web) => {
          const spec = web['spec'] as { replicas: number; template: { spec: { containers: KubeObject[] } } };
          if (this.dice.chance(0.5)) spec.replicas += 1;
          else Object.assign(spec.template.spec.containers[0]!, { image: 'shop:foreign' });
        });
      });
    },
    'foreign deletes': () => {
      void this.inSome(4, (cluster) => {
        const ref = this.dice.pick([WEB, SETTINGS]);
        if (cluster.get(ref)) cluster.delete(ref);
      });
    },
    'a scale command': async () => {
      const replicas = 2 + this.dice.below(4);
      await this.fleet.application('shop', { type: 'ScaleApplication', scale: { replicas } });
    },
    'a sidecar release': async () => {
      this.sidecarVersion += 1;
      const { stages: _, ...strategy } = drawStrategy(
        this.dice,
        this.dice.pick(['Pause', 'Rollback', 'Continue']),
      );
      const image = `agent:${this.sidecarVersion}`;
      const undo = this.dice.chance(0.3)
        ? this.inSome(2, (cluster) => {
            cluster.refuseImage(image);
            return () => cluster.refuseImage(image, false);
          })
        : undefined;
      const update = 'InPlaceIfPossible';
      const { release } = sidecarCommands(this.fleet);
      this.sidecarRuns.push(await release('logs', image, { ...strategy, update }));
      return undo;
    },
    'a cluster joins': async () => {
      for (const name of this.dice.some(1 + this.dice.below(3), this.membership.outside))
        await this.membership.join(name);
    },
    'a cluster leaves': async () => {
      const { all, members } = this.membership;
      if (members.length <= all.length * 0.7) return;
      for (const name of this.dice.some(1 + this.dice.below(3), members))
        await this.membership.leave(name, this.dice.pick(['orphan', 'delete']));
    },
    'the worker restarts': async () => {
      await this.fleet.stopWorker();
      await this.fleet.startWorker();
    },
    'the worker is away for a while': async () => {
      await this.fleet.stopWorker();
      const undo =
        await this.tricks[this.dice.pick(['lost clusters', 'foreign edits', 'a scale command'])]!();
      await this.fleet.startWorker();
      return undo;
    },
    'a second worker': async () => {
      if (this.wounds.some(({ what }) => what === 'a second worker')) return;
      const other = await this.fleet.joinWorker();
      return () => other.stop();
    },
  };

  /** Does it in up to so many clusters; the answer undoes it wherever there is something to undo. */
  private inSome(
    most: number,
    trick: (cluster: ReturnType<Fleet['simulator']['cluster']>) => Undo | void,
  ): Undo {
    const undos = this.dice
      .some(1 + this.dice.below(most), this.membership.all)
      .map((name) => trick(this.fleet.simulator.cluster(name)));
    return async () => {
      for (const undo of undos) await undo?.();
    };
  }
}

import type { Mischief } from '../script/mischief';
import type { Foreign } from '../oracle/compare-cluster';
import type { World } from './world';

type Undo = () => Promise<void>;

/** Does what the script says is to go wrong, and puts it right when its step has come. */
export class Hands {
  private readonly wounds: { readonly until: number; readonly undo: Undo }[] = [];
  private readonly unlabelled = new Set<string>();
  private readonly planted = new Map<string, Map<string, string>>();

  constructor(private readonly world: World) {}

  async strike(mischief: Mischief): Promise<void> {
    const undo = await this.doIt(mischief);
    if (!undo || !('until' in mischief)) return undo?.();
    this.wounds.push({ until: mischief.until ?? 0, undo });
  }

  /** Everything that was to last until before this step. */
  async heal(step: number): Promise<void> {
    const due = this.wounds.filter(({ until }) => until < step);
    for (const wound of due) {
      this.wounds.splice(this.wounds.indexOf(wound), 1);
      await wound.undo();
    }
  }

  healAll(): Promise<void> {
    return this.heal(Infinity);
  }

  foreignIn(cluster: string): Foreign {
    return { unlabelled: this.unlabelled, planted: this.planted.get(cluster) ?? new Map<string, string>() };
  }

  private async doIt(mischief: Mischief): Promise<Undo | void> {
    const { simulator, postgres } = this.world;
    switch (mischief.trick) {
      case 'kill': {
        const server = this.world.server(mischief.process);
        await server.end(mischief.signal);
        // Not waited for: what happens while it starts is the point.
        return async () => void server.start();
      }
      case 'freeze': {
        const server = this.world.server(mischief.process);
        server.freeze();
        return async () => server.thaw();
      }
      case 'crash-database':
        return postgres.crash(mischief.signal, mischief.awayMs);
      case 'faults':
        return this.inEach(mischief.clusters, async (cluster) => {
          await simulator.ask({ ask: 'faults', cluster, plan: mischief.plan });
          return async () => void (await simulator.ask({ ask: 'faults', cluster, plan: {} }));
        });
      case 'cordon':
        return this.inEach(mischief.clusters, async (cluster) => {
          await simulator.ask({ ask: 'cordon', cluster, cordoned: true });
          return async () => void (await simulator.ask({ ask: 'cordon', cluster, cordoned: false }));
        });
      case 'sicken':
        return this.inEach(mischief.clusters, async (cluster) => {
          const { nodes, how } = mischief;
          await simulator.ask({ ask: 'sicken', cluster, nodes, how });
          return async () => void (await simulator.ask({ ask: 'sicken', cluster, nodes }));
        });
      case 'refuse-image':
        return this.inEach(mischief.clusters, async (cluster) => {
          const { image } = mischief;
          await simulator.ask({ ask: 'refuse-image', cluster, image, refused: true });
          return async () =>
            void (await simulator.ask({ ask: 'refuse-image', cluster, image, refused: false }));
        });
      case 'sever':
      case 'compact':
        return this.inEach(mischief.clusters, async (cluster) => {
          await simulator.ask({ ask: mischief.trick, cluster });
        });
      case 'edit':
        return this.inEach(mischief.clusters, async (cluster) => {
          const { object, how } = mischief;
          const uid = await simulator.ask({ ask: 'edit', cluster, object, how, mark: 'by hand' });
          if (how === 'unlabel' && typeof uid === 'string') this.unlabelled.add(uid);
        });
      case 'remove':
        return this.inEach(mischief.clusters, async (cluster) => {
          await simulator.ask({ ask: 'remove', cluster, object: mischief.object });
        });
      case 'plant':
        return this.inEach(mischief.clusters, async (cluster) => {
          const { namespace, name } = mischief;
          const uid = await simulator.ask({ ask: 'plant', cluster, namespace, name });
          if (typeof uid !== 'string') return;
          const known = this.planted.get(cluster) ?? new Map<string, string>();
          this.planted.set(cluster, known.set(`ConfigMap/${namespace}/${name}`, uid));
        });
    }
  }

  private async inEach(
    clusters: readonly string[],
    trick: (cluster: string) => Promise<Undo | void>,
  ): Promise<Undo> {
    const undos = await Promise.all(clusters.map(trick));
    return async () => {
      for (const undo of undos) await undo?.();
    };
  }
}

import type { ApiClient, AuditEvent, ReleaseAccepted, Run, Target } from '@keelson/cli';
import { allPages } from '@keelson/cli';
import type { LiveCluster } from './live-cluster';
import { APPLICATION, imageOf } from './shop';
import type { Show } from './show/show';
import type { SimulatedFleet } from './simulated-fleet';
import { NotSeenError, until, type Look, type Until } from './until';

/** Everything that a step has at hand. What it claims it must have seen through `api` or `live`. */
export class Stage {
  constructor(
    readonly api: ApiClient,
    readonly fleet: SimulatedFleet,
    readonly show: Show,
    private readonly signal: AbortSignal,
  ) {}

  live(name: string): LiveCluster {
    return this.fleet.live(name);
  }

  until<T>(what: string, look: Look<T>, options: Omit<Until, 'signal'> = {}): Promise<T> {
    return until(what, look, { ...options, signal: this.signal });
  }

  /** Prints what was seen, or stops the demo. */
  claim(text: string, isSo: boolean, instead = ''): void {
    if (!isSo) throw new NotSeenError(instead ? `${text}; instead: ${instead}` : text);
    this.show.check(text);
  }

  async release(version: string, reason: string, more: object = {}): Promise<ReleaseAccepted> {
    this.show.say(`keelson release ${APPLICATION} --version ${version} --image web=${imageOf(version)}`);
    const body = { version, images: { web: imageOf(version) }, reason, ...more };
    return this.api.post<ReleaseAccepted>(`/applications/${APPLICATION}/releases`, body);
  }

  scale(replicas: number, reason: string): Promise<{ position: number }> {
    this.show.say(`keelson scale ${APPLICATION} ${replicas}`);
    return this.api.post(`/applications/${APPLICATION}/scale`, { replicas, reason });
  }

  act(
    run: string,
    action: string,
    reason: string,
    on: { stage?: string } = {},
  ): Promise<{ position: number }> {
    const where = on.stage ? ` --stage ${on.stage}` : '';
    this.show.say(`keelson ${action} ${run}${where} --reason "${reason}"`);
    return this.api.post(`/runs/${run}/actions`, { action, reason, ...on });
  }

  run(id: string, minPosition?: number): Promise<Run> {
    return this.api.get<Run>(`/runs/${id}`, minPosition === undefined ? {} : { minPosition });
  }

  /** Shows a run until it is as described. */
  runUntil(
    what: string,
    { run, position }: ReleaseAccepted,
    is: (run: Run) => boolean,
    deadlineMs = 60_000,
  ): Promise<Run> {
    return this.until(
      `run ${run.id} ${what}`,
      async (note) => {
        const seen = await this.run(run.id, position);
        this.show.run(seen);
        note(describe(seen));
        return is(seen) ? seen : undefined;
      },
      { deadlineMs },
    );
  }

  targets(minPosition?: number): Promise<Target[]> {
    const path = `/applications/${APPLICATION}/targets`;
    return allPages<Target>(this.api, path, {}, minPosition);
  }

  audit(query: Readonly<Record<string, string | number>>): Promise<AuditEvent[]> {
    return allPages<AuditEvent>(this.api, '/audit', query);
  }

  /** The names of the clusters where a look at the live objects says no. */
  async clustersWhereNot(
    names: readonly string[],
    is: (live: LiveCluster) => Promise<boolean>,
  ): Promise<string[]> {
    const answers = await Promise.all(names.map(async (name) => ({ name, is: await is(this.live(name)) })));
    return answers.filter((answer) => !answer.is).map(({ name }) => name);
  }

  /** Waits until the live objects of all these clusters are as described. */
  async everywhere(
    what: string,
    names: readonly string[],
    is: (live: LiveCluster) => Promise<boolean>,
    deadlineMs = 30_000,
  ): Promise<void> {
    await this.until(
      what,
      async (note) => {
        const not = await this.clustersWhereNot(names, is);
        note(`not in ${not.join(', ')}`);
        return not.length === 0 || undefined;
      },
      { deadlineMs, everyMs: 20 },
    );
  }
}

const describe = ({ phase, reason, stages }: Run): string =>
  [phase, reason, ...stages.flatMap(({ clusters }) => clusters.map(({ name, phase: is }) => `${name} ${is}`))]
    .filter(Boolean)
    .join(', ');

/** Whether all the pods that a cluster runs are of one version, as many as wanted and Ready. */
export const runs =
  (version: string, replicas: number) =>
  async (live: LiveCluster): Promise<boolean> => {
    const [pods, ready] = await Promise.all([live.pods(), live.readyPods(imageOf(version))]);
    return ready === replicas && pods.length === replicas;
  };

import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Ask, LiveObjects, Told } from './simulator-protocol';

const RUN_TYPESCRIPT = join(__dirname, '../../support/run-typescript.cjs');

/** The clusters, in a process that nothing happens to: what is in them must be there when the dust has settled. */
export class SimulatorProcess {
  private asked = 0;
  private readonly waiting = new Map<
    number,
    { resolve(answer: unknown): void; reject(error: Error): void }
  >();

  private constructor(
    private readonly child: ChildProcess,
    /** By cluster. */
    readonly kubeconfigs: Readonly<Record<string, string>>,
  ) {
    child.on('message', (told: Told) => {
      if (!('id' in told)) return;
      const waiting = this.waiting.get(told.id);
      this.waiting.delete(told.id);
      if (told.error === undefined) waiting?.resolve(told.answer);
      else waiting?.reject(new Error(told.error));
    });
    child.once('exit', (code) => {
      for (const { reject } of this.waiting.values()) reject(new Error(`the simulator ended (${code})`));
    });
  }

  static async start(clusters: readonly string[]): Promise<SimulatorProcess> {
    const child = fork(RUN_TYPESCRIPT, [join(__dirname, 'simulator-main.ts'), ...clusters]);
    const [told] = (await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(([code]) => Promise.reject(new Error(`the simulator ended (${code})`))),
    ])) as [Extract<Told, { ready: unknown }>];
    return new SimulatorProcess(child, told.ready);
  }

  ask(ask: Ask): Promise<unknown> {
    this.asked += 1;
    const id = this.asked;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.child.send({ id, ask });
    });
  }

  async objects(cluster: string): Promise<LiveObjects> {
    return (await this.ask({ ask: 'objects', cluster })) as LiveObjects;
  }

  freeze(): void {
    this.child.kill('SIGSTOP');
  }

  thaw(): void {
    this.child.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.disconnect();
    await exited;
  }
}

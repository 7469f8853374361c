import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Access } from '../clusters/access';
import type { Counts, FromSimulator, ToSimulator } from './protocol';

/** Simulated clusters in a process of their own: their work must not be counted as the server's or the loop's. */
export class Simulator {
  private constructor(
    private readonly child: ChildProcess,
    readonly clusters: readonly Access[],
  ) {}

  static async start(clusters: number): Promise<Simulator> {
    const child = fork(join(__dirname, 'process.js'), [String(clusters)]);
    const answer = await hear(child, 'ready');
    return new Simulator(child, answer.clusters);
  }

  async counts(): Promise<Counts> {
    return (await this.ask({ ask: 'counts' }, 'counts')).counts;
  }

  async reset(): Promise<void> {
    await this.ask({ ask: 'reset' }, 'reset');
  }

  /** The process ends when nobody speaks to it any more. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.disconnect();
    await exited;
  }

  private ask<Tell extends FromSimulator['tell']>(question: ToSimulator, tell: Tell) {
    const answer = hear(this.child, tell);
    this.child.send(question);
    return answer;
  }
}

const hear = <Tell extends FromSimulator['tell']>(
  child: ChildProcess,
  tell: Tell,
): Promise<Extract<FromSimulator, { tell: Tell }>> =>
  new Promise((resolve, reject) => {
    const onExit = (code: number | null) => reject(new Error(`the simulator ended with exit code ${code}`));
    const onMessage = (message: FromSimulator) => {
      if (message.tell !== tell) return;
      child.off('exit', onExit).off('message', onMessage);
      resolve(message as Extract<FromSimulator, { tell: Tell }>);
    };
    child.on('exit', onExit).on('message', onMessage);
  });

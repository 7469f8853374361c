import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

interface Told {
  readonly tell: string;
}

/** A process of the benchmark's own that answers questions; it ends when nobody speaks to it any more. */
export class Child<To extends object, From extends Told> {
  private readonly child: ChildProcess;

  constructor(
    private readonly what: string,
    module: string,
    args: readonly string[],
    execArgv: readonly string[] = [],
  ) {
    this.child = fork(module, [...args], { execArgv: [...execArgv] });
  }

  ask<Tell extends From['tell']>(question: To, tell: Tell): Promise<Extract<From, { tell: Tell }>> {
    const answer = this.hear(tell);
    this.child.send(question);
    return answer;
  }

  hear<Tell extends From['tell']>(tell: Tell): Promise<Extract<From, { tell: Tell }>> {
    return new Promise((resolve, reject) => {
      const onExit = (code: number | null, signal: string | null) => {
        reject(new Error(`${this.what} ended (${signal ?? `exit code ${code}`})`));
      };
      const onMessage = (message: From) => {
        if (message.tell !== tell) return;
        this.child.off('exit', onExit).off('message', onMessage);
        resolve(message as Extract<From, { tell: Tell }>);
      };
      this.child.on('exit', onExit).on('message', onMessage);
    });
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    if (this.child.connected) this.child.disconnect();
    await exited;
  }
}

import { randomBytes } from 'node:crypto';
import { ContractClient } from './client';
import { type ContractTarget } from './target';
import { until } from './until';

/** What every part of the contract works with. */
export class ContractContext {
  readonly client: ContractClient;
  private readonly namespaces: string[] = [];

  constructor(readonly target: ContractTarget) {
    this.client = new ContractClient(target);
  }

  /** A name that no earlier run has used: real clusters outlive a test run. */
  unique(prefix: string): string {
    return `${prefix}-${randomBytes(4).toString('hex')}`;
  }

  /** A Namespace of its own, ready for pods, gone after the last test. */
  async namespace(): Promise<string> {
    const name = this.unique('contract');
    const { status, body } = await this.client.post('/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name },
    });
    if (status !== 201) throw new Error(`no Namespace: ${JSON.stringify(body)}`);
    this.namespaces.push(name);
    const account = (namespace: string) =>
      this.client.get(`/api/v1/namespaces/${namespace}/serviceaccounts/default`);
    // Where namespaces get an account of their own, and accounts a token (up to 1.23), pods cannot be created before
    // both are there.
    const own = await account('default');
    if (own.status === 200) {
      await until(
        'the service account',
        () => account(name),
        ({ status: is, body: found }) => is === 200 && (!own.body.secrets || found.secrets?.length > 0),
      );
    }
    return name;
  }

  async close(): Promise<void> {
    for (const name of this.namespaces) await this.client.delete(`/api/v1/namespaces/${name}`);
    await this.client.close();
    await this.target.close?.();
  }
}

/** A context that exists once the tests run; suites are declared before. */
export type Lazily = () => ContractContext;

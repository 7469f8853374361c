import { linesOf } from '@keelson/demo';
import { clientFor } from './cluster';
import { isRight, nameOf, pathOf, settings, type WatchedSettings } from './settings';

/** What the baseline is told to do, as its one argument. */
export interface BareTask {
  readonly kubeconfig: string;
  readonly namespace: string;
  readonly objects: number;
}

/**
 * The baseline, in a process of its own as the server is: it watches a few ConfigMaps and applies its own copy as soon
 * as an event shows another, or none. No queue, no fence, no record.
 */
const main = async ({ kubeconfig, namespace, objects }: BareTask): Promise<void> => {
  const client = clientFor(kubeconfig);
  const own = new Map(
    Array.from({ length: objects }, (_, index) => [nameOf(index), settings(namespace, index)]),
  );
  const apply = (name: string) =>
    client.request('PATCH', pathOf(namespace, name), {
      query: { fieldManager: 'bare', force: true },
      contentType: 'application/apply-patch+yaml',
      body: own.get(name),
    });
  for (const name of own.keys()) await apply(name);
  const list = await client.request<{ metadata: { resourceVersion: string } }>('GET', pathOf(namespace));
  const stopped = new AbortController();
  const query = { resourceVersion: list.metadata.resourceVersion, timeoutSeconds: 3_600 };
  const chunks = await client.stream(pathOf(namespace), { ...query, watch: true }, stopped.signal);
  process.once('disconnect', () => {
    stopped.abort();
    void client.close();
  });
  process.send?.('ready');
  try {
    for await (const line of linesOf(chunks)) {
      const event = JSON.parse(line) as WatchedSettings;
      const { name } = event.object.metadata;
      if (own.has(name) && !isRight(event)) void apply(name);
    }
  } catch (error) {
    if (!stopped.signal.aborted) throw error;
  }
};

// A Ctrl-C in the terminal reaches every process of the group; this one ends with its parent.
process.on('SIGINT', () => undefined);
void main(JSON.parse(process.argv[2] ?? '{}') as BareTask);

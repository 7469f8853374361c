import { createServer, request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

type Matches = (method: string, path: string) => boolean;

/** An answer that the server has given and that is held back from who asked. */
export interface Held {
  /** The server has answered. */
  readonly given: Promise<void>;
  /** Lets the answer through; resolves when it has been sent, read or not. */
  release(): Promise<void>;
}

/** Stands before an HTTP server and can hold single answers back. */
export interface Gate {
  readonly url: string;
  /** Everything that was answered, in order. */
  readonly answered: readonly { readonly method: string; readonly path: string; readonly status: number }[];
  /** Holds the next answer to such a request. */
  hold(matches: Matches): Held;
  close(): Promise<void>;
}

interface Hold {
  readonly matches: Matches;
  readonly give: () => void;
  readonly released: Promise<void>;
  readonly sent: () => void;
}

export const startGate = async (origin: string): Promise<Gate> => {
  const holds = new Set<Hold>();
  const answered: { method: string; path: string; status: number }[] = [];
  const held = async ({ method = '', url = '' }: IncomingMessage): Promise<Hold | undefined> => {
    const hold = [...holds].find(({ matches }) => matches(method, url));
    if (!hold) return undefined;
    holds.delete(hold);
    hold.give();
    await hold.released;
    return hold;
  };
  const server = createServer((incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming;
    const onward = request(origin + url, { method, headers }, (answer) => {
      const status = answer.statusCode ?? 0;
      answered.push({ method, path: url, status });
      void held(incoming).then((hold) => {
        outgoing.writeHead(status, answer.headers);
        outgoing.once('finish', () => hold?.sent());
        answer.pipe(outgoing);
      });
    });
    onward.on('error', () => outgoing.destroy());
    outgoing.on('close', () => onward.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answered,
    hold: (matches) => {
      const [given, give] = promise();
      const [released, release] = promise();
      const [sentPromise, sent] = promise();
      holds.add({ matches, give, released, sent });
      return {
        given,
        release: () => {
          release();
          return sentPromise;
        },
      };
    },
    close: () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
};

const promise = (): [Promise<void>, () => void] => {
  let resolve = (): void => undefined;
  return [new Promise<void>((done) => (resolve = done)), () => resolve()];
};

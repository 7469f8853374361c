import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Matches = (method: string, path: string) => boolean;

/** A request that is held back from the server, or its answer from who asked. */
export interface Held {
  /** It is at the gate: an answer that the server has given, a request that it has not seen. */
  readonly given: Promise<void>;
  /** Lets it through; resolves when the answer has been sent, read or not, or nobody waits for it any more. */
  release(): Promise<void>;
}

/** Stands before an HTTP server and can hold single requests and answers back. */
export interface Gate {
  readonly url: string;
  /** Everything that was answered, in order. */
  readonly answered: readonly { readonly method: string; readonly path: string; readonly status: number }[];
  /** Holds the next answer to such a request. */
  hold(matches: Matches): Held;
  /** Holds the next such request before the server sees it. */
  holdRequest(matches: Matches): Held;
  close(): Promise<void>;
}

interface Hold {
  readonly at: 'request' | 'answer';
  readonly matches: Matches;
  readonly give: () => void;
  readonly released: Promise<void>;
  readonly sent: () => void;
}

export const startGate = async (origin: string): Promise<Gate> => {
  const holds = new Set<Hold>();
  const answered: { method: string; path: string; status: number }[] = [];
  const held = async (at: Hold['at'], { method = '', url = '' }: IncomingMessage) => {
    const hold = [...holds].find((each) => each.at === at && each.matches(method, url));
    if (!hold) return undefined;
    holds.delete(hold);
    hold.give();
    await hold.released;
    return hold;
  };
  const pass = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const closed = once(outgoing, 'close');
    const letThrough = async (at: Hold['at']): Promise<void> => {
      const hold = await held(at, incoming);
      if (hold) void closed.then(() => hold.sent());
    };
    await letThrough('request');
    const { method = '', url = '', headers } = incoming;
    const onward = request(origin + url, { method, headers }, (answer) => {
      const status = answer.statusCode ?? 0;
      answered.push({ method, path: url, status });
      void letThrough('answer').then(() => {
        outgoing.writeHead(status, answer.headers);
        // A watch has begun with its headers; its first event may be long in coming.
        outgoing.flushHeaders();
        answer.pipe(outgoing);
      });
    });
    onward.on('error', () => outgoing.destroy());
    outgoing.on('close', () => onward.destroy());
    incoming.pipe(onward);
  };
  const server = createServer((incoming, outgoing) => void pass(incoming, outgoing));
  const hold = (at: Hold['at'], matches: Matches): Held => {
    const [given, give] = promise();
    const [released, release] = promise();
    const [sentPromise, sent] = promise();
    holds.add({ at, matches, give, released, sent });
    return {
      given,
      release: () => {
        release();
        return sentPromise;
      },
    };
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answered,
    hold: (matches) => hold('answer', matches),
    holdRequest: (matches) => hold('request', matches),
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

import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type ApiError } from '../api/api-error';
import { type WatchSink } from '../api/watch-hub';

/** A reader this far behind is cut off, as a real API server does; it will list again. In bytes. */
const MAX_BACKLOG = 16 * 1024 * 1024;

/** Streams a watch; calls `start` with the sink and stops the watch when the client goes. */
export function respondWithWatch(
  request: IncomingMessage,
  response: ServerResponse,
  start: (sink: WatchSink) => { stop(): void },
): void {
  let isOpen = true;
  let begun = false;
  const begin = () => {
    begun = true;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
  };
  const watch = start({
    write: (line) => {
      if (!isOpen) return;
      if (!begun) begin();
      response.write(line);
      if (response.writableLength > MAX_BACKLOG) response.destroy();
    },
    end: () => {
      if (isOpen) response.end();
    },
  });
  // Not before the watch stands: a client that sees the headers may rely on it.
  if (!begun) begin();
  const onClose = () => {
    isOpen = false;
    watch.stop();
  };
  response.on('close', onClose);
  if (request.socket.destroyed) onClose();
}

/** A watch whose only event says that its past is lost. */
export function respondWithExpiry(response: ServerResponse, { status }: ApiError): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify({ type: 'ERROR', object: status })}\n`);
}

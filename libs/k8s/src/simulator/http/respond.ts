import { type ServerResponse } from 'node:http';
import { ApiError } from '../api/api-error';

export function respondJson(response: ServerResponse, code: number, body: unknown): void {
  const payload = Buffer.from(JSON.stringify(body));
  response.writeHead(code, { 'content-type': 'application/json', 'content-length': payload.length });
  response.end(payload);
}

/** Anything but an expected refusal is the simulator's own fault, and says so. */
export function respondError(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const refusal =
    error instanceof ApiError
      ? error
      : new ApiError(
          500,
          'InternalError',
          `Internal error occurred: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
          {},
        );
  respondJson(response, refusal.code, refusal.status);
}

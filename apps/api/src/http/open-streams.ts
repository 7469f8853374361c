import { Readable } from 'node:stream';
import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { LOGGER, type ApiLogger } from '../options';

/** Octets of one answer that may wait in memory for a reader that is slower than the log. */
const HIGH_WATER = 64 * 1024;
const DRAIN_MS = 1_000;

/**
 * Answers that go on for long. A chunk is made only when the one before it has been taken, so a slow reader slows down
 * its own stream and nothing else; and all of them end when the process is asked to stop.
 */
@Injectable()
export class OpenStreams implements BeforeApplicationShutdown {
  private readonly open = new Map<FastifyReply, AbortController>();

  constructor(@Inject(LOGGER) private readonly logger: ApiLogger) {}

  /** `make` is given a signal that tells it that the reader has gone or the process stops. */
  start(
    reply: FastifyReply,
    contentType: string,
    make: (signal: AbortSignal) => AsyncIterable<string>,
  ): Readable {
    const ending = new AbortController();
    const stream = Readable.from(make(ending.signal), { objectMode: false, highWaterMark: HIGH_WATER });
    this.open.set(reply, ending);
    reply.raw.once('close', () => {
      ending.abort();
      this.open.delete(reply);
    });
    stream.once('error', (err) =>
      this.logger.warn({ err, correlationId: reply.request.id }, 'a stream broke off'),
    );
    void reply.header('content-type', contentType).header('x-accel-buffering', 'no');
    return stream;
  }

  /** What does not end by itself is cut off, so that nobody takes half an export for a whole one. */
  async beforeApplicationShutdown(): Promise<void> {
    const replies = [...this.open.keys()].map(closed);
    for (const ending of this.open.values()) ending.abort();
    await Promise.all(replies);
  }
}

const closed = ({ raw }: FastifyReply): Promise<void> =>
  new Promise((resolve) => {
    if (raw.closed) return resolve();
    const timer = setTimeout(() => raw.destroy(), DRAIN_MS);
    raw.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });

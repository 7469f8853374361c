import type { KeyObject } from 'node:crypto';
import { forgetAnswers, signHead, type EventStore } from '@keelson/event-store';
import type { Logger } from 'pino';

const SIGN_MS = 60_000;
const FORGET_MS = 24 * 60 * 60 * 1000;
/** Longer than any client repeats a request. */
const ANSWER_DAYS = 30;

/** What has to be done from time to time: sign the end of the log when it has grown, forget old idempotency keys. */
export const startHousekeeping = (
  store: EventStore,
  key: KeyObject,
  logger: Logger,
): { stop(): Promise<void> } => {
  let signed = 0;
  let working: Promise<void> = Promise.resolve();

  const sign = async (): Promise<void> => {
    const { position } = await store.log.head();
    if (position === signed) return;
    signed = (await signHead(store.pool, key)).position;
  };
  const forget = async (): Promise<void> => {
    const forgotten = await forgetAnswers(store.pool, ANSWER_DAYS);
    if (forgotten > 0) logger.debug({ forgotten }, 'forgot old idempotency keys');
  };
  const queue = (what: string, work: () => Promise<void>) => (): void => {
    working = working
      .then(work)
      .catch((err: unknown) => logger.warn({ err }, `${what} failed; trying again later`));
  };

  const signing = setInterval(queue('signing the log', sign), SIGN_MS);
  const forgetting = setInterval(queue('forgetting old answers', forget), FORGET_MS);
  queue('signing the log', sign)();
  queue('forgetting old answers', forget)();
  return {
    stop: async () => {
      clearInterval(signing);
      clearInterval(forgetting);
      queue('signing the log', sign)();
      await working;
    },
  };
};

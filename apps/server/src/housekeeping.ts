import type { KeyObject } from 'node:crypto';
import { forgetAnswers, signHead, type EventStore } from '@keelson/event-store';
import { forgetDeliveries } from '@keelson/worker';
import type { Logger } from 'pino';

const SIGN_MS = 60_000;
const FORGET_MS = 24 * 60 * 60 * 1000;
/** Longer than any client repeats a request. */
const ANSWER_DAYS = 30;
/** Longer than a delivery is tried for, and than anybody asks what became of it. */
const DELIVERY_DAYS = 30;

/**
 * What has to be done from time to time: sign the end of the log when it has grown, forget old idempotency keys
 * and deliveries.
 */
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
    const deliveries = await forgetDeliveries(store.pool, DELIVERY_DAYS);
    if (forgotten + deliveries > 0)
      logger.debug({ forgotten, deliveries }, 'forgot old idempotency keys and deliveries of callbacks');
  };
  const queue = (what: string, work: () => Promise<void>) => (): void => {
    working = working
      .then(work)
      .catch((err: unknown) => logger.warn({ err }, `${what} failed; trying again later`));
  };

  const signing = setInterval(queue('signing the log', sign), SIGN_MS);
  const forgetting = setInterval(queue('forgetting what is old', forget), FORGET_MS);
  queue('signing the log', sign)();
  queue('forgetting what is old', forget)();
  return {
    stop: async () => {
      clearInterval(signing);
      clearInterval(forgetting);
      queue('signing the log', sign)();
      await working;
    },
  };
};

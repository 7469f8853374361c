import { DatabaseError } from 'pg';
import { setTimeout as delay } from 'node:timers/promises';

const tries = 4;

/** Connection lost, server shutting down or starting: what passes. The outcome is unknown; asking again tells. */
export const passes = (error: unknown): boolean => {
  if (error instanceof DatabaseError) return /^(08|57P)/.test(error.code ?? '');
  return error instanceof Error && /ECONN|EPIPE|terminated|timeout exceeded/.test(error.message);
};

/** Asks again, after 100 to 400 ms, for as long as what is in the way passes. Only for what may be done twice. */
export const patiently = async <Result>(ask: () => Promise<Result>): Promise<Result> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      if (!passes(error) || attempt === tries) throw error;
      await delay(50 * 2 ** attempt);
    }
  }
};

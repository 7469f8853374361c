import { DatabaseError, type ClientBase } from 'pg';
import { ConcurrencyError, sqlState } from '../errors';
import type { AppendOutcome, AppendUnit } from '../types';
import { appendUnits } from './append-units';
import { encodeUnit } from './encode';

/**
 * Appends inside the caller's own transaction, which it must be the first write of. Its events can be sealed only
 * after the commit, and every later one's behind it waits as long: keep such a transaction short.
 * @throws ConcurrencyError at a conflict; the transaction can then only be rolled back.
 */
export const appendWithin = async (client: ClientBase, unit: AppendUnit): Promise<AppendOutcome> => {
  try {
    const [outcome] = await appendUnits(client, [{ unit, encoded: encodeUnit(unit) }], true);
    return outcome as AppendOutcome;
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code !== sqlState.conflict) throw error;
    const found = /^(.*) is at version (\d+), expected/.exec(error.message);
    throw new ConcurrencyError(found?.[1] ?? '', Number(found?.[2]), 1);
  }
};

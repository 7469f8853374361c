import type { Pool } from 'pg';
import { isCutConnection, patientPool } from './patient-pool';

const coded = (code: string): Error => Object.assign(new Error('failed'), { code });

function poolThatFails(...errors: Error[]) {
  let calls = 0;
  const query = async (text: string, parameters: unknown[]) => {
    const error = errors[calls++];
    if (error) throw error;
    return { rows: [{ text, parameters }], rowCount: 1 };
  };
  return { pool: patientPool({ query } as unknown as Pool), calls: () => calls };
}

describe('the patient pool', () => {
  it('sends a query again when its connection was cut', async () => {
    const { pool, calls } = poolThatFails(coded('57P01'), new Error('Connection terminated unexpectedly'));
    expect(await pool.query('select $1', [1])).toEqual({
      rows: [{ text: 'select $1', parameters: [1] }],
      rowCount: 1,
    });
    expect(calls()).toBe(3);
  });

  it('gives up in the end', async () => {
    const { pool, calls } = poolThatFails(...Array.from({ length: 9 }, () => coded('ECONNREFUSED')));
    await expect(pool.query('select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(calls()).toBe(4);
  });

  it('leaves every other error to the caller', async () => {
    const { pool, calls } = poolThatFails(coded('BM001'));
    await expect(pool.query('select 1')).rejects.toMatchObject({ code: 'BM001' });
    expect(calls()).toBe(1);
  });

  it.each(['57014', '40001', '23505', '57P04'])('takes %s for no cut connection', (code) => {
    expect(isCutConnection(coded(code))).toBe(false);
  });
});

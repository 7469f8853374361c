import { randomBytes, randomUUID } from 'node:crypto';
import { createVault, VaultKeyError } from '@keelson/event-store';
import { testDatabase, type TestDatabase } from '../../support/database';

describe('the vault', () => {
  let database: TestDatabase;
  beforeAll(async () => (database = await testDatabase()));
  afterAll(() => database.drop());
  const key = randomBytes(32);

  it('gives back what was put, every version of it, until it is removed', async () => {
    const vault = createVault(database.pool, key);
    const first = await vault.put('cluster/eu-1', 'token: one');
    const second = await vault.put('cluster/eu-1', Buffer.from([0, 255, 1]));
    expect((await vault.get('cluster/eu-1', first))?.toString()).toBe('token: one');
    expect(await vault.get('cluster/eu-1', second)).toEqual(Buffer.from([0, 255, 1]));
    expect(await vault.get('cluster/eu-1', randomUUID())).toBeUndefined();
    await vault.remove('cluster/eu-1');
    expect(await vault.get('cluster/eu-1', first)).toBeUndefined();
  });

  it('stores nothing readable', async () => {
    await createVault(database.pool, key).put('plain', 'a very plain secret');
    const { rows } = await database.pool.query<{ ciphertext: Buffer }>(
      `select ciphertext from secrets where name = 'plain'`,
    );
    expect(rows[0]?.ciphertext.includes('plain')).toBe(false);
  });

  it('says so when the key is another, or no key at all', async () => {
    const version = await createVault(database.pool, key).put('a', 'secret');
    await expect(createVault(database.pool, randomBytes(32)).get('a', version)).rejects.toThrow(
      VaultKeyError,
    );
    expect(() => createVault(database.pool, randomBytes(16))).toThrow(/has 16 bytes/);
  });

  it('refuses a ciphertext that was altered or put in the place of another', async () => {
    const vault = createVault(database.pool, key);
    const mine = await vault.put('mine', 'of mine');
    const yours = await vault.put('yours', 'of yours');
    await database.pool.query(
      `update secrets set ciphertext = (select ciphertext from secrets where name = 'mine') where name = 'yours'`,
    );
    await expect(vault.get('yours', yours)).rejects.toThrow(VaultKeyError);
    await database.pool.query(
      `update secrets set ciphertext = set_byte(ciphertext, 30, 0) where name = 'mine'`,
    );
    await expect(vault.get('mine', mine)).rejects.toThrow(VaultKeyError);
    await database.pool.query(`update secrets set ciphertext = '\\x00' where name = 'mine'`);
    await expect(vault.get('mine', mine)).rejects.toThrow(VaultKeyError);
  });
});

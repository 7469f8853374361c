import { appendFileSync, cpSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate, MigrationError } from '@keelson/event-store';
import { testDatabase, type TestDatabase } from '../../support/database';

describe('migrate', () => {
  let database: TestDatabase;
  let folder: string;
  beforeEach(async () => {
    database = await testDatabase();
    await database.pool.query('drop schema public cascade; create schema public');
    folder = mkdtempSync(join(tmpdir(), 'keelson-migrations-'));
    writeFileSync(join(folder, '0001_first.sql'), 'create table first (id int);');
    writeFileSync(
      join(folder, '0002_second.sql'),
      'create table second (id int); insert into first values (1);',
    );
  });
  afterEach(async () => {
    rmSync(folder, { recursive: true });
    await database.drop();
  });

  it('applies each once, in order', async () => {
    expect(await migrate(database.pool, folder)).toEqual({ applied: ['0001_first.sql', '0002_second.sql'] });
    writeFileSync(join(folder, '0003_third.sql'), 'insert into first values (2);');
    expect(await migrate(database.url, folder)).toEqual({ applied: ['0003_third.sql'] });
    expect(await migrate(database.url, folder)).toEqual({ applied: [] });
    expect((await database.pool.query('select id from first order by id')).rows).toEqual([
      { id: 1 },
      { id: 2 },
    ]);
  });

  it('by many at once, applies each once', async () => {
    const all = await Promise.all(Array.from({ length: 6 }, () => migrate(database.url, folder)));
    expect(all.flatMap(({ applied }) => applied)).toEqual(['0001_first.sql', '0002_second.sql']);
  });

  it('leaves nothing of one that fails, and names it', async () => {
    writeFileSync(join(folder, '0003_third.sql'), 'create table third (id int); select 1 / 0;');
    await expect(migrate(database.pool, folder)).rejects.toThrow(/0003_third.sql failed: division by zero/);
    expect(
      (await database.pool.query(`select to_regclass('third') as third, to_regclass('second') as second`))
        .rows,
    ).toEqual([{ third: null, second: 'second' }]);
  });

  it('refuses a database that is newer than the program', async () => {
    await migrate(database.pool, folder);
    rmSync(join(folder, '0002_second.sql'));
    await expect(migrate(database.pool, folder)).rejects.toThrow(MigrationError);
    await expect(migrate(database.pool, folder)).rejects.toThrow(/0002_second.sql, which is newer/);
  });

  it('refuses a migration that was altered after it was applied', async () => {
    await migrate(database.pool, folder);
    appendFileSync(join(folder, '0001_first.sql'), '-- a late thought');
    await expect(migrate(database.pool, folder)).rejects.toThrow(/0001_first.sql was altered/);
  });

  it('refuses gaps and names out of line', async () => {
    renameSync(join(folder, '0002_second.sql'), join(folder, '0003_second.sql'));
    await expect(migrate(database.pool, folder)).rejects.toThrow(/expected number 2/);
    renameSync(join(folder, '0003_second.sql'), join(folder, '2-second.sql'));
    await expect(migrate(database.pool, folder)).rejects.toThrow(/is named like/);
  });

  it('does not mind line ends', async () => {
    await migrate(database.pool, folder);
    const copy = join(folder, 'copy');
    cpSync(join(folder, '0001_first.sql'), join(copy, '0001_first.sql'), { recursive: true });
    writeFileSync(
      join(folder, '0002_second.sql'),
      'create table second (id int); insert into first values (1);',
    );
    expect(await migrate(database.pool, folder)).toEqual({ applied: [] });
  });
});

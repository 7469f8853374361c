import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, type ClientBase, type Pool } from 'pg';
import { MigrationError } from '../errors';

interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

/** One migrator at a time in a database. */
const migrationLock = 7_302;

const readMigrations = (folder: string): Migration[] => {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort();
  return files.map((file, index) => {
    const number = Number(/^(\d{4})_[a-z0-9_]+\.sql$/.exec(file)?.[1]);
    if (Number.isNaN(number))
      throw new MigrationError(`${file}: a migration is named like 0001_what_it_does.sql`);
    if (number !== index + 1)
      throw new MigrationError(`${file}: expected number ${index + 1}; none may be left out`);
    const sql = readFileSync(join(folder, file), 'utf8');
    // Checkouts may differ in line ends; that is no alteration.
    const checksum = createHash('sha256').update(sql.replaceAll('\r\n', '\n')).digest('hex');
    return { number, name: file, sql, checksum };
  });
};

const check = (
  ours: readonly Migration[],
  theirs: readonly { number: number; name: string; checksum: string }[],
) => {
  for (const applied of theirs) {
    const known = ours[applied.number - 1];
    if (!known)
      throw new MigrationError(
        `the database has migration ${applied.name}, which is newer than this program: upgrade it`,
      );
    if (known.checksum !== applied.checksum)
      throw new MigrationError(
        `${known.name} was altered after it had been applied to this database; add a new one`,
      );
  }
};

const apply = async (client: ClientBase, folder: string): Promise<string[]> => {
  const migrations = readMigrations(folder);
  await client.query('select pg_advisory_lock($1)', [migrationLock]);
  try {
    await client.query(`create table if not exists migrations (
      number int primary key, name text not null, checksum text not null, applied_at timestamptz not null default now())`);
    const { rows } = await client.query<{ number: number; name: string; checksum: string }>(
      'select number, name, checksum from migrations order by number',
    );
    check(migrations, rows);
    const due = migrations.slice(rows.length);
    for (const { number, name, sql, checksum } of due) {
      try {
        await client.query('begin');
        await client.query(sql);
        await client.query('insert into migrations (number, name, checksum) values ($1, $2, $3)', [
          number,
          name,
          checksum,
        ]);
        await client.query('commit');
      } catch (cause) {
        await client.query('rollback');
        throw new MigrationError(`${name} failed: ${(cause as Error).message}`, { cause });
      }
    }
    return due.map(({ name }) => name);
  } finally {
    await client.query('select pg_advisory_unlock($1)', [migrationLock]);
  }
};

/**
 * Applies the numbered SQL files of `folder` that the database has not had, each in a transaction of its own.
 * @throws MigrationError when the database is newer than the folder, or when an applied file was altered.
 */
export const migrate = async (target: Pool | string, folder: string): Promise<{ applied: string[] }> => {
  if (typeof target === 'string') {
    const client = new Client({ connectionString: target, application_name: 'keelson migrate' });
    await client.connect();
    try {
      return { applied: await apply(client, folder) };
    } finally {
      await client.end();
    }
  }
  const client = await target.connect();
  try {
    return { applied: await apply(client, folder) };
  } finally {
    client.release();
  }
};

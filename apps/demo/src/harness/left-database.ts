import { startEmbeddedPostgres } from '@keelson/event-store';
import { readdir } from 'node:fs/promises';

/** Is there while a database serves the folder, and after one was killed. */
const LOCK = 'postmaster.pid';

/** A server that was killed leaves its database running; whoever starts in its folder takes that over and can stop it. */
export const stopLeftDatabase = async (folder: string): Promise<void> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const lock = entries.find(({ name }) => name === LOCK);
  if (!lock) return;
  const left = await startEmbeddedPostgres({ dataDir: lock.parentPath });
  await left.stop();
};

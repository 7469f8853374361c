import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a running server writes about itself; the lines are listed in PostgreSQL's pidfile.h. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  readonly ready: boolean;
}

export const pidFile = (dataDir: string): string => join(dataDir, 'postmaster.pid');

export const readPostmaster = (dataDir: string): Postmaster | undefined => {
  let lines: string[];
  try {
    lines = readFileSync(pidFile(dataDir), 'utf8').split('\n');
  } catch {
    return undefined;
  }
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return { pid, port: Number(lines[3] ?? 0), ready: lines[7]?.trim() === 'ready' };
};

/** A process that has ended stays listed until its parent asks for it: pid 1 of a container may never ask. */
const isZombie = (pid: number): boolean => {
  try {
    return /^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false; // no /proc here, or gone meanwhile
  }
};

export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return !isZombie(pid);
};

/** Pid files outlive reboots, and pids are used again: another program's pid must be neither waited for nor killed. */
export const isPostgres = (pid: number): boolean => {
  if (!isAlive(pid)) return false;
  try {
    return execFileSync('ps', ['-o', 'comm=', '-p', String(pid)], { encoding: 'utf8' }).includes('postgres');
  } catch {
    try {
      return readFileSync(`/proc/${pid}/comm`, 'utf8').includes('postgres');
    } catch {
      return false;
    }
  }
};

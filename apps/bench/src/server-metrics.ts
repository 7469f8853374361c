import type { ControlPlane } from '@keelson/demo';

/** From the server's own metrics: they are there on every system. */
const metric = async (plane: ControlPlane, name: string): Promise<number> => {
  const found = new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)`, 'm').exec(await plane.metrics());
  if (!found) throw new Error(`/metrics has no ${name}`);
  return Number(found[1]);
};

/** CPU that the server has used since it started, in seconds of one core. */
export const cpuSeconds = (plane: ControlPlane): Promise<number> =>
  metric(plane, 'process_cpu_seconds_total');

/** Resident memory of the server, in bytes. */
export const residentBytes = (plane: ControlPlane): Promise<number> =>
  metric(plane, 'process_resident_memory_bytes');

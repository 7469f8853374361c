import { table, type AuditEvent, type Verification } from '@keelson/cli';
import type { Stage } from '../stage';

export const auditTrail = async (stage: Stage, run: string): Promise<void> => {
  stage.show.step(`Who did what, and why: the trail of run ${run}`);
  const events = await stage.audit({ run });
  stage.show.say(table(['POSITION', 'WHO', 'WHAT', 'WHERE', 'WHY'], events.map(row)));
  const types = new Set(events.map(({ type }) => type));
  const expected = ['RunCreated', 'ClusterStarted', 'ClusterFailed', 'RunRollbackStarted', 'RunRolledBack'];
  const absent = expected.filter((type) => !types.has(type));
  stage.claim(
    'its whole story is in the log, from its creation to its end',
    absent.length === 0,
    `no ${absent.join(', ')}`,
  );
  const first = events[0];
  stage.claim(
    `begun by ${first?.actor}: “${first?.reason ?? ''}”`,
    first?.actor !== undefined && first.reason !== undefined,
    JSON.stringify(first),
  );
  const verified = await stage.api.get<Verification>('/audit/verify');
  stage.claim(
    `the hash chain over all ${verified.checked} events is whole`,
    verified.ok && verified.checked === verified.head.position,
    JSON.stringify(verified),
  );
};

const row = ({ position, actor, type, data, reason }: AuditEvent): string[] => [
  String(position),
  actor,
  type,
  [data['stage'], data['cluster']].filter((part) => typeof part === 'string').join('/'),
  reason ?? (typeof data['message'] === 'string' ? data['message'] : ''),
];

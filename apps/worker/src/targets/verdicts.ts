import { gist, type Health } from '@keelson/domain';
import type { Desired } from './desired';
import type { Reports } from './reports';
import type { TargetHost } from './target-host';

/** Tells of one target's health: what changes for people who watch, and what is a transition for the log. */
export class Verdicts {
  private lastCounts = '';
  private lastVerdict = '';

  constructor(
    private readonly host: TargetHost,
    private readonly reports: Reports,
  ) {}

  tell(desired: Desired, { status, message, workload }: Health): void {
    const counts = JSON.stringify(workload);
    if (workload && counts !== this.lastCounts) {
      this.lastCounts = counts;
      this.host.observations.target(desired.application, this.host.cluster, workload);
    }
    const said = `${desired.generation} ${status} ${status === 'Current' ? '' : gist(message)}`;
    if (said === this.lastVerdict) return;
    this.reports.tell({
      type: 'RecordHealth',
      generation: desired.generation,
      status,
      message,
      ...(workload ? { workload } : {}),
    });
    this.lastVerdict = said;
  }
}

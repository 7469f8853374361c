import { gist, type Health } from '@keelson/domain';
import type { Desired, Verdict } from './desired';
import type { Reports } from './reports';
import type { TargetHost } from './target-host';

/** Tells of one target's health: what changes for people who watch, and what is a transition for the log. */
export class Verdicts {
  private lastCounts = '';
  /** What the log says, or will say as soon as it has what was told. */
  private lastVerdict = '';
  private hasTold = false;

  constructor(
    private readonly host: TargetHost,
    private readonly reports: Reports,
  ) {}

  /**
   * A process that has told nothing yet goes by what the read model knows: a fleet of 100,000 targets is not read from
   * the log again because a worker started. Answers whether the log says otherwise than was thought.
   */
  want({ health }: Desired): boolean {
    if (this.hasTold || !health) return false;
    const before = this.lastVerdict;
    this.lastVerdict = inShort(health);
    return before !== '' && before !== this.lastVerdict;
  }

  tell(desired: Desired, { status, message, workload }: Health): void {
    const counts = JSON.stringify(workload);
    if (workload && counts !== this.lastCounts) {
      this.lastCounts = counts;
      this.host.observations.target(desired.application, this.host.cluster, workload);
    }
    const said = inShort({ generation: desired.generation, status, message });
    if (said === this.lastVerdict) return;
    this.reports.tell({
      type: 'RecordHealth',
      generation: desired.generation,
      status,
      message,
      ...(workload ? { workload } : {}),
    });
    this.lastVerdict = said;
    this.hasTold = true;
  }
}

const inShort = ({ generation, status, message }: Verdict): string =>
  `${generation} ${status} ${status === 'Current' ? '' : gist(message)}`;

import type { Desired, Verdict } from './desired';
import type { Reports } from './reports';
import type { TargetHost } from './target-host';
import { Verdicts } from './verdicts';

const well: Verdict = { generation: 7, status: 'Current', message: 'all 2 objects are current' };
const ill: Verdict = { generation: 7, status: 'InProgress', message: '1 of 2 ready' };
const wanting = (health?: Verdict) =>
  ({ application: 'shop', generation: 7, ...(health ? { health } : {}) }) as unknown as Desired;

describe("a target's verdicts", () => {
  let told: string[];
  let verdicts: Verdicts;
  beforeEach(() => {
    told = [];
    const reports = { tell: ({ status }: Verdict) => told.push(status) } as unknown as Reports;
    verdicts = new Verdicts({ observations: { target: () => undefined } } as unknown as TargetHost, reports);
  });
  const see = ({ status, message }: Verdict) => verdicts.tell(wanting(), { status, message });

  it('are told when they change', () => {
    for (const verdict of [ill, ill, well, well, ill]) see(verdict);
    expect(told).toEqual(['InProgress', 'Current', 'InProgress']);
  });

  it('are not told again because a process has started', () => {
    expect(verdicts.want(wanting(well))).toBe(false);
    see({ ...well, message: 'said in other words' });
    expect(told).toEqual([]);
    see(ill);
    expect(told).toEqual(['InProgress']);
  });

  it('are told again where the read model had been behind the log', () => {
    verdicts.want(wanting(well));
    see(well);
    expect(verdicts.want(wanting(ill))).toBe(true);
    see(well);
    expect(told).toEqual(['Current']);
  });

  it('are our own once one was told: the read model is behind them', () => {
    verdicts.want(wanting(well));
    see(ill);
    expect(verdicts.want(wanting(well))).toBe(false);
    see(ill);
    expect(told).toEqual(['InProgress']);
  });
});

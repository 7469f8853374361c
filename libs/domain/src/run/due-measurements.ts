import { tally, verificationSettings, type Verification } from '../verification';
import { rulesOf } from './engine/rules';
import type { GateSide } from './events';
import { isOver, type Run, type RunGate, type RunStage } from './state';

/** A verification that wants its next measurement. */
export interface DueMeasurement {
  readonly stage: string;
  readonly side: GateSide;
  readonly gate: number;
  /** How many it has: what `RecordMeasurement` must say too. */
  readonly index: number;
  readonly verification: Verification;
  /** Clusters that it is about: before a stage those that it will move, after it those that have the release. */
  readonly clusters: readonly string[];
}

/** The measurements to take now: the first as soon as its gate runs, each further one `interval` after the one before. */
export const dueMeasurements = (run: Run, now: number): DueMeasurement[] =>
  measurementsAhead(run).flatMap(({ at, ...due }) => (at <= now ? [due] : []));

/** The next measurement of every verification that runs, with the time (milliseconds since the epoch) it is due. */
export const measurementsAhead = (run: Run): (DueMeasurement & { readonly at: number })[] => {
  // What a paused run finds out is not looked at before it is resumed; until then nobody need be asked.
  if (isOver(run.phase) || run.paused || run.rollingBack) return [];
  return run.stages
    .filter(({ phase }) => phase === 'Progressing')
    .flatMap((stage) =>
      (['before', 'after'] as const).flatMap((side) =>
        rulesOf(run, stage.name)[side].flatMap((rule, gate) => {
          const state = stage[side][gate];
          if (rule.type !== 'Verification' || state?.phase !== 'Running') return [];
          if (tally(rule, state.measurements).phase !== 'Running') return [];
          return [
            {
              stage: stage.name,
              side,
              gate,
              index: state.measurements.length,
              verification: rule,
              clusters: subjects(stage, side),
              at: nextAt(rule, state),
            },
          ];
        }),
      ),
    );
};

const nextAt = (verification: Verification, { measurements, startedAt = 0 }: RunGate): number => {
  const last = measurements.at(-1);
  return last ? last.at + verificationSettings(verification).intervalMs : startedAt;
};

const subjects = ({ clusters }: RunStage, side: GateSide): string[] =>
  clusters
    .filter(({ phase }) =>
      side === 'after' ? phase === 'Succeeded' : phase !== 'Skipped' && phase !== 'SetAside',
    )
    .map(({ name }) => name);

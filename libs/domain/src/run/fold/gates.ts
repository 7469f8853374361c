import type { RunEvent } from '../events';
import { gateIn, setGate } from '../stages';
import type { Run } from '../state';

/** What an event changes at a gate. */
export const foldGate = (run: Run, event: RunEvent): Run => {
  switch (event.type) {
    case 'GateStarted':
      return setGate(run, event.data, { phase: 'Running', startedAt: Date.parse(event.data.at) });
    case 'GateRetried':
      return setGate(run, event.data, {
        phase: 'Running',
        startedAt: Date.parse(event.data.at),
        measurements: [],
        by: undefined,
        reason: undefined,
        message: undefined,
      });
    case 'MeasurementTaken': {
      const taken = { ...event.data.measurement, at: Date.parse(event.data.at) };
      const known = gateIn(run, event.data)?.measurements ?? [];
      return setGate(run, event.data, { measurements: [...known, taken] });
    }
    case 'GatePassed':
      return setGate(run, event.data, {
        phase: 'Passed',
        ...decided(event.data),
        message: event.data.message,
      });
    case 'GateFailed':
      return setGate(run, event.data, {
        phase: 'Failed',
        ...decided(event.data),
        message: event.data.message,
      });
    case 'GateInconclusive':
      return setGate(run, event.data, { phase: 'Inconclusive', message: event.data.message });
    default:
      return run;
  }
};

const decided = ({ by, why }: { by?: string; why?: string }): { by?: string; reason?: string } => ({
  ...(by === undefined ? {} : { by }),
  ...(why === undefined ? {} : { reason: why }),
});

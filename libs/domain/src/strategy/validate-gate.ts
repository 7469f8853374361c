import { isDuration } from '../kernel/duration';
import type { FieldError } from '../kernel/decider';
import { validateVerification } from '../verification';
import type { Gate } from './strategy';

export const validateGate = (gate: Gate, path: string): FieldError[] => {
  switch (gate.type) {
    case 'Approval':
      return [];
    case 'TimedWait':
      return isDuration(gate.duration)
        ? []
        : [{ path: `${path}/duration`, message: 'must be a duration such as 30s, 10m or 1h30m' }];
    case 'Verification':
      return validateVerification(gate, path);
  }
};

import type { FieldError } from '../kernel/decider';
import { validateStrategy, type Strategy } from '../strategy';

/** As for an application, but for what only those who own the pods may say. */
export const validateSidecarStrategy = (strategy: Strategy): FieldError[] => [
  ...validateStrategy(strategy),
  ...(strategy.blueGreen
    ? [
        {
          path: '/strategy/blueGreen',
          message: 'a sidecar has no pods of its own that a Service could select',
        },
      ]
    : []),
];

import type { FieldError } from '../kernel/decider';
import { readCondition } from './condition';
import { CONDITION_NAMES, providerKind } from './names';
import { limitsOf } from './settings';
import type { Verification } from './types';
import { periodProblems, validateProvider } from './validate-provider';

/** Every measurement is an event, and a run's stream is loaded as a whole. */
const MAX_COUNT = 1000;
const LEAST_INTERVAL_MS = 10;
const DAY_MS = 86_400_000;

/** What the schema of a verification cannot say. Paths are JSON Pointers below `base`. */
export const validateVerification = (verification: Verification, base: string): FieldError[] => {
  const provider = validateProvider(verification.provider, `${base}/provider`);
  // Without a provider nobody can say what conditions may name.
  if (provider.some(({ path }) => path === `${base}/provider`)) return provider;
  return [
    ...provider,
    ...conditionProblems(verification, base),
    ...periodProblems(verification.interval, `${base}/interval`, LEAST_INTERVAL_MS, DAY_MS),
    ...limitProblems(verification, base),
  ];
};

const conditionProblems = (verification: Verification, base: string): FieldError[] => {
  const { provider, successCondition, failureCondition } = verification;
  const kind = providerKind(provider);
  if (kind === 'prometheus' && successCondition === undefined && failureCondition === undefined) {
    const message = 'successCondition or failureCondition is needed: a number alone is neither good nor bad';
    return [{ path: `${base}/successCondition`, message }];
  }
  return (['successCondition', 'failureCondition'] as const).flatMap((field) => {
    const text = verification[field];
    if (text === undefined) return [];
    const read = readCondition(text, CONDITION_NAMES[kind]);
    return read.ok ? [] : [{ path: `${base}/${field}`, message: read.why }];
  });
};

const limitProblems = (verification: Verification, base: string): FieldError[] => {
  const limits = limitsOf(verification);
  const errors: FieldError[] = [];
  if (!isWhole(limits.count, 1)) {
    errors.push({ path: `${base}/count`, message: `must be a whole number from 1 to ${MAX_COUNT}` });
  }
  for (const field of ['failureLimit', 'inconclusiveLimit', 'errorLimit'] as const) {
    if (!isWhole(limits[field], 0)) {
      errors.push({ path: `${base}/${field}`, message: `must be a whole number from 0 to ${MAX_COUNT}` });
    }
  }
  if (errors.length === 0 && limits.failureLimit + limits.inconclusiveLimit >= limits.count) {
    const message = 'failureLimit and inconclusiveLimit together must be less than count';
    errors.push({ path: `${base}/count`, message: `${message}: no measurement would have to succeed` });
  }
  return errors;
};

const isWhole = (number: number, least: number): boolean =>
  Number.isInteger(number) && number >= least && number <= MAX_COUNT;

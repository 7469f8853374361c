import { isSuccess, readAnswer, type Answer } from './answer';
import { readCondition, type Condition } from './condition';
import type { Evidence } from './evidence';
import { CONDITION_NAMES, providerKind } from './names';
import { printedNumber, recordedMessage, recordedValue } from './recorded-value';
import type { Measurement, MeasurementOutcome, Verification } from './types';

/**
 * How much an answer may hold when a condition goes through it: values, and every eight characters of text. Within it and
 * the loops' own limit the worst condition that was found (a search in every pass) takes four seconds.
 */
const MAX_LOOPED_SIZE = 4000;

interface Conditions {
  readonly success?: Condition;
  readonly failure?: Condition;
}

/**
 * Judges what a provider found out, as Argo Rollouts does: failure first; with both conditions and neither holding it is
 * Inconclusive; with one of them that one decides; with none, having been answered is success.
 *
 * What conditions never get to see:
 * - an HTTP status outside 2xx is an Error, unless a condition reads `status` (a proxy's error page judges nothing);
 * - NaN (0/0: no traffic yet) is Inconclusive, unless a condition calls `isNaN`;
 * - a Job that failed is Failed: conditions judge Jobs that completed.
 */
export const judgeMeasurement = (verification: Verification, evidence: Evidence): Measurement => {
  const conditions = conditionsOf(verification);
  if ('why' in conditions) return measurement('Error', conditions.why);
  const all = [conditions.failure, conditions.success].filter((condition) => condition !== undefined);
  const foregone = withoutConditions(evidence, all);
  if (foregone) return foregone;
  const read = readAnswer(verification, evidence);
  if (!read.ok) return measurement('Error', read.why);
  if (all.some(({ loops }) => loops) && read.answer.size > MAX_LOOPED_SIZE) {
    return measurement('Error', `the answer is too large for a condition with loops: ${NARROWER}`);
  }
  return withHint(judged(conditions, read.answer), evidence);
};

const NARROWER = 'ask a narrower question, by the query or by jsonPointer';

/** An Error without an answer, for what went wrong on the way to one. */
export const failedMeasurement = (why: string): Measurement => measurement('Error', why);

const measurement = (outcome: MeasurementOutcome, message: string, value?: unknown): Measurement => ({
  outcome,
  ...(value === undefined ? {} : { value: recordedValue(value) }),
  message: recordedMessage(message),
});

const conditionsOf = (verification: Verification): Conditions | { readonly why: string } => {
  const conditions: { success?: Condition; failure?: Condition } = {};
  for (const which of ['success', 'failure'] as const) {
    const text = verification[`${which}Condition`];
    if (text === undefined) continue;
    const read = readCondition(text, CONDITION_NAMES[providerKind(verification.provider)]);
    if (!read.ok) return { why: `${which}Condition ${read.why}` };
    conditions[which] = read.condition;
  }
  return conditions;
};

const withoutConditions = (evidence: Evidence, conditions: readonly Condition[]): Measurement | undefined => {
  switch (evidence.kind) {
    case 'job': {
      if (evidence.complete) return undefined;
      const { succeeded, failed, message } = evidence;
      return measurement('Failed', message, { succeeded, failed });
    }
    case 'http':
      if (isSuccess(evidence.status) || conditions.some((condition) => condition.reads('status')))
        return undefined;
      return measurement('Error', `the answer's status is ${evidence.status}, and no condition reads it`);
    case 'prometheus': {
      const values = evidence.samples.map(({ value }) => value);
      if (!values.some(Number.isNaN) || conditions.some((condition) => condition.calls('isNaN')))
        return undefined;
      const what = values.length === 1 ? 'the answer is NaN' : 'the answer holds NaN';
      const message = `${what}, as of 0/0 (no traffic?), and no condition calls isNaN`;
      return measurement('Inconclusive', message, values.length === 1 ? values[0] : values);
    }
  }
};

const judged = ({ success, failure }: Conditions, { bindings, result }: Answer): Measurement => {
  const say = (outcome: MeasurementOutcome, message: string) => measurement(outcome, message, result);
  const fails = failure?.test(bindings);
  if (fails && !fails.ok) return say('Error', `failureCondition: ${fails.why}`);
  if (failure && fails?.holds) return say('Failed', `failureCondition holds: ${failure.text}`);
  const succeeds = success?.test(bindings);
  if (succeeds && !succeeds.ok) return say('Error', `successCondition: ${succeeds.why}`);
  if (success && succeeds?.holds) return say('Successful', `successCondition holds: ${success.text}`);
  if (success && failure) return say('Inconclusive', 'neither successCondition nor failureCondition holds');
  if (success) return say('Failed', `successCondition does not hold: ${success.text}`);
  if (failure) return say('Successful', `failureCondition does not hold: ${failure.text}`);
  return say('Successful', 'answered, and there is no condition');
};

/** Says what a person has to know to read the verdict: how many samples there were, and what the server doubts. */
const withHint = (found: Measurement, evidence: Evidence): Measurement => {
  if (evidence.kind === 'job') return { ...found, message: hinted(found, evidence.message) };
  if (evidence.kind === 'http') {
    return isSuccess(evidence.status)
      ? found
      : { ...found, message: hinted(found, `status ${evidence.status}`) };
  }
  const { samples, warnings = [] } = evidence;
  const hints = warnings.map((warning) => `warning: ${warning}`);
  if (found.outcome === 'Error' && samples.length !== 1) {
    hints.unshift(
      samples.length === 0
        ? 'no samples: the query answered with an empty list'
        : `the query answered with ${samples.length} samples, so result is a list (the first is ${printedNumber(samples[0]?.value ?? NaN)})`,
    );
  }
  return hints.length === 0 ? found : { ...found, message: hinted(found, hints.join('; ')) };
};

const hinted = ({ message = '' }: Measurement, hint: string): string =>
  recordedMessage([hint, message].filter(Boolean).join('; '));

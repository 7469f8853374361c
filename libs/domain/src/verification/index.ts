export { readCondition, type Condition, type ReadCondition, type Verdict } from './condition';
export type { Evidence, HttpEvidence, JobEvidence, PrometheusEvidence, Sample } from './evidence';
export { fillIn, type FilledIn } from './fill-in';
export {
  endedByTimeout,
  jobEvidence,
  jobName,
  jobObject,
  namespaceOfJob,
  VERIFICATION_LABEL,
  verificationLabelOf,
  type JobIdentity,
} from './job-object';
export { failedMeasurement, judgeMeasurement } from './judge-measurement';
export { CONDITION_NAMES, providerKind, type ProviderKind } from './names';
export { readPrometheusAnswer, type ReadSamples } from './prometheus-answer';
export { verificationSettings, type VerificationSettings } from './settings';
export { tally, type Tally, type TallyPhase } from './tally';
export type {
  HttpProvider,
  JobProvider,
  Measurement,
  MeasurementOutcome,
  PrometheusProvider,
  Verification,
  VerificationProvider,
} from './types';
export { validateVerification } from './validate-verification';
export { VERIFICATION_VARIABLES, type VerificationContext, type VerificationVariable } from './variables';

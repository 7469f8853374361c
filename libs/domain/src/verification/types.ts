import type { JsonObject } from '../manifests/json';

/**
 * A gate that asks something outside whether a release is good: a query, a JSON answer, or a Job in the target cluster.
 * Conditions are CEL (https://cel.dev); docs of the names that they may use are in `names.ts`.
 * Counting is Argo Rollouts' (`count`, the limits): https://argo-rollouts.readthedocs.io/en/stable/features/analysis.
 */
export interface Verification {
  readonly type: 'Verification';
  readonly name?: string;
  readonly provider: VerificationProvider;
  readonly successCondition?: string;
  readonly failureCondition?: string;
  /** From the end of one measurement to the start of the next. Default `30s`. */
  readonly interval?: string;
  /** Measurements to take; those that end in an error do not count. Default 1. */
  readonly count?: number;
  /** Failed measurements that are tolerated. Default 0. */
  readonly failureLimit?: number;
  /** Inconclusive measurements that are tolerated. Default 0. */
  readonly inconclusiveLimit?: number;
  /** Errors in a row that are tolerated. Default 4. */
  readonly errorLimit?: number;
}

export type VerificationProvider =
  | { readonly prometheus: PrometheusProvider }
  | { readonly http: HttpProvider }
  | { readonly job: JobProvider };

/** An instant query (https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries). */
export interface PrometheusProvider {
  /** Base URL; `/api/v1/query` is added to its path. */
  readonly address: string;
  readonly query: string;
  /** Default `10s`. */
  readonly timeout?: string;
}

export interface HttpProvider {
  readonly url: string;
  /** Default GET. */
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, with POST. */
  readonly body?: unknown;
  /** RFC 6901: the part of the answer that conditions see as `result`. Default: the whole answer. */
  readonly jsonPointer?: string;
  /** Default `10s`. */
  readonly timeout?: string;
}

export interface JobProvider {
  /** A `batch/v1` Job; its name is given by Keelson, its namespace is the application's unless it has one. */
  readonly manifest: JsonObject;
  /** From the measurement's start to the Job's end. Default `10m`. */
  readonly timeout?: string;
}

export type MeasurementOutcome = 'Successful' | 'Failed' | 'Inconclusive' | 'Error';

/** One question, answered and judged. Plain JSON of bounded size, because it enters the log. */
export interface Measurement {
  readonly outcome: MeasurementOutcome;
  /** What conditions saw as `result`; numbers that JSON lacks are `"NaN"`, `"+Inf"`, `"-Inf"`. */
  readonly value?: unknown;
  readonly message?: string;
}

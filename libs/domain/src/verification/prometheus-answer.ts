import { isRecord, listAt, recordAt, stringAt, valueAt } from '../manifests/json';
import type { PrometheusEvidence, Sample } from './evidence';

export type ReadSamples =
  { readonly ok: true; readonly evidence: PrometheusEvidence } | { readonly ok: false; readonly why: string };

const refuse = (why: string): ReadSamples => ({ ok: false, why });

/**
 * Reads the answer of an instant query (https://prometheus.io/docs/prometheus/latest/querying/api/#format-overview).
 * Only vectors and scalars are numbers now; ranges and strings are refused, and so are native histograms.
 */
export const readPrometheusAnswer = (json: unknown): ReadSamples => {
  if (stringAt(json, 'status') === 'error') {
    return refuse(`${stringAt(json, 'errorType') ?? 'error'}: ${stringAt(json, 'error') ?? 'unexplained'}`);
  }
  if (stringAt(json, 'status') !== 'success') return refuse("the answer is not Prometheus'");
  const kind = stringAt(json, 'data', 'resultType');
  const result = valueAt(json, 'data', 'result');
  const samples =
    kind === 'scalar'
      ? [sampleOf(result, {})]
      : kind === 'vector' && Array.isArray(result)
        ? result.map((item) => sampleOf(valueAt(item, 'value'), recordAt(item, 'metric')))
        : undefined;
  if (samples === undefined) {
    return refuse(`the query answers with a ${kind ?? 'thing of no type'}, not with a vector or a scalar`);
  }
  const known = samples.filter((sample) => sample !== undefined);
  if (known.length < samples.length) return refuse('a sample of the answer has no number');
  const warnings = listAt(json, 'warnings').filter((warning) => typeof warning === 'string');
  return {
    ok: true,
    evidence: { kind: 'prometheus', samples: known, ...(warnings.length > 0 ? { warnings } : {}) },
  };
};

/** `[1435781451.781, "0.02"]`: a time and a number as text, because JSON has no NaN. */
const sampleOf = (pair: unknown, metric: unknown): Sample | undefined => {
  const text: unknown = Array.isArray(pair) ? pair[1] : undefined;
  const value = typeof text === 'string' ? numberOf(text) : undefined;
  if (value === undefined || !isRecord(metric)) return undefined;
  const labels = Object.entries(metric).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return { value, labels: Object.fromEntries(labels) };
};

const numberOf = (text: string): number | undefined => {
  if (text === 'NaN') return NaN;
  if (/^[+-]?Inf$/.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
};

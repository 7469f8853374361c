import type { FieldError } from '../kernel/decider';
import { durationMs, isDuration } from '../kernel/duration';
import { pointer } from '../manifests/json';
import type { HttpProvider, PrometheusProvider, VerificationProvider } from './types';
import { validateJob } from './validate-job';
import { NO_VARIABLE, textsIn, unknownVariable, withPlaceholders } from './variables';

const KINDS = ['prometheus', 'http', 'job'] as const;
const MAX_TEXT = 4096;
const MAX_HEADERS = 20;
const DAY_MS = 86_400_000;

/** Long enough for any query; a worker holds a connection for as long. */
const MAX_REQUEST_MS = 300_000;

/** What the schema of a provider cannot say. Paths are JSON Pointers below `base`. */
export const validateProvider = (provider: VerificationProvider, base: string): FieldError[] => {
  const given = KINDS.filter((kind) => kind in provider);
  const [kind] = given;
  if (given.length !== 1 || kind === undefined) {
    return [{ path: base, message: `must be one of ${KINDS.join(', ')}` }];
  }
  return [...variableProblems(provider, base), ...problems(provider, base + pointer(kind))];
};

const variableProblems = (provider: VerificationProvider, base: string): FieldError[] =>
  [...textsIn(provider)].flatMap(({ path, text }) => {
    const name = unknownVariable(text);
    return name === undefined
      ? []
      : [{ path: base + pointer(...path), message: `{{${name}}} ${NO_VARIABLE}` }];
  });

const problems = (provider: VerificationProvider, base: string): FieldError[] => {
  if ('prometheus' in provider) return prometheusProblems(provider.prometheus, base);
  if ('http' in provider) return httpProblems(provider.http, base);
  return [
    ...validateJob(provider.job, `${base}/manifest`),
    ...periodProblems(provider.job.timeout, `${base}/timeout`, 1000, DAY_MS),
  ];
};

const prometheusProblems = ({ address, query, timeout }: PrometheusProvider, base: string): FieldError[] => [
  ...urlProblems(address, `${base}/address`),
  ...(/[?]/.test(address)
    ? [{ path: `${base}/address`, message: 'must be the base URL, without a query' }]
    : []),
  ...(query.trim() === '' ? [{ path: `${base}/query`, message: 'must not be empty' }] : []),
  ...lengthProblems(query, `${base}/query`),
  ...periodProblems(timeout, `${base}/timeout`, 1, MAX_REQUEST_MS),
];

const httpProblems = (provider: HttpProvider, base: string): FieldError[] => {
  const { url, method = 'GET', headers = {}, body, jsonPointer, timeout } = provider;
  const errors = [...urlProblems(url, `${base}/url`)];
  if (method === 'GET' && body !== undefined) {
    errors.push({ path: `${base}/body`, message: 'a GET has no body; set method to POST' });
  }
  if (jsonPointer !== undefined && !/^(\/([^~/]|~[01])*)*$/.test(jsonPointer)) {
    const message = 'must be a JSON Pointer such as /data/errors, or empty for the whole answer';
    errors.push({ path: `${base}/jsonPointer`, message });
  }
  return [
    ...errors,
    ...headerProblems(headers, `${base}/headers`),
    ...periodProblems(timeout, `${base}/timeout`, 1, MAX_REQUEST_MS),
  ];
};

/** Strategies are events, and the log is kept for ever and read by many. */
const CREDENTIAL = /^(authorization|proxy-authorization|cookie|x-api-key|x-auth-token)$/i;

/** The client's own. */
const FRAMING =
  /^(accept-encoding|connection|content-length|expect|host|keep-alive|te|trailer|transfer-encoding|upgrade)$/i;

const headerProblems = (headers: Readonly<Record<string, string>>, base: string): FieldError[] => {
  const entries = Object.entries(headers);
  const tooMany =
    entries.length > MAX_HEADERS ? [{ path: base, message: `at most ${MAX_HEADERS} headers` }] : [];
  const wrong = entries.flatMap(([name, value]) => {
    const message = headerProblem(name, value);
    return message === undefined ? [] : [{ path: base + pointer(name), message }];
  });
  return [...tooMany, ...wrong];
};

const headerProblem = (name: string, value: string): string | undefined => {
  if (!/^[\w!#$%&'*+.^`|~-]{1,256}$/.test(name)) return 'is not the name of a header';
  if (CREDENTIAL.test(name)) return 'credentials must not enter the log, which strategies are kept in';
  if (FRAMING.test(name)) return 'is set by the client itself';
  return /^[\t\x20-\x7e]{0,4096}$/.test(value)
    ? undefined
    : 'must be at most 4096 printable ASCII characters';
};

/** Variables are tried as a value that fits anywhere in a URL. Which addresses may be asked is not decided here. */
const urlProblems = (text: string, path: string): FieldError[] => {
  const refuse = (message: string): FieldError[] => [{ path, message }];
  const tried = String(withPlaceholders(text));
  if (!URL.canParse(tried)) return refuse('must be a URL such as http://prometheus.monitoring:9090');
  const { protocol, username, password } = new URL(tried);
  if (protocol !== 'http:' && protocol !== 'https:') return refuse('must begin with http:// or https://');
  if (username || password) return refuse('credentials must not enter the log, which strategies are kept in');
  return lengthProblems(text, path);
};

const lengthProblems = (text: string, path: string): FieldError[] =>
  text.length <= MAX_TEXT ? [] : [{ path, message: `must be no longer than ${MAX_TEXT} characters` }];

/** Whether a duration, where one is given, is one and lies within bounds; milliseconds. */
export const periodProblems = (
  text: string | undefined,
  path: string,
  leastMs: number,
  mostMs: number,
): FieldError[] => {
  if (text === undefined) return [];
  if (!isDuration(text)) return [{ path, message: 'must be a duration such as 30s, 10m or 1h30m' }];
  const ms = durationMs(text);
  if (ms >= leastMs && ms <= mostMs) return [];
  return [{ path, message: `must be between ${leastMs} ms and ${mostMs / 1000} s` }];
};

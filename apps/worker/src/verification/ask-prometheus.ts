import { readPrometheusAnswer, type Evidence, type PrometheusProvider } from '@keelson/domain';
import { ask, type AskOptions } from './ask';
import { CLIENT_HEADERS, parseJson } from './json-answer';

/**
 * An instant query. By GET, which every redirect keeps; the longest query that is accepted, 4,096 characters, passes
 * through the proxies that are usual (8 KB lines).
 */
export const askPrometheus = async (
  { address, query }: PrometheusProvider,
  options: AskOptions,
): Promise<Evidence> => {
  const url = new URL(address);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/api/v1/query`;
  // The server gives up when we do.
  url.search = new URLSearchParams({ query, timeout: `${options.timeoutMs}ms` }).toString();
  const { status, text } = await ask({ url, method: 'GET', headers: CLIENT_HEADERS }, options);
  const body = parseJson(text);
  // Prometheus explains 400, 422 and 503 in JSON; what stands before it does not.
  const read = body.ok ? readPrometheusAnswer(body.json) : body;
  if (status === 200 && read.ok) return read.evidence;
  throw new Error(`status ${status}: ${read.ok ? 'an answer that counts has 200' : read.why}`);
};

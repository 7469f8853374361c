import type { Evidence, HttpProvider } from '@keelson/domain';
import { ask, type AskOptions } from './ask';
import { CLIENT_HEADERS, parseJson } from './json-answer';

/** Asks an address and takes its answer, whatever its status, for conditions to judge. */
export const askHttp = async (
  { url, method = 'GET', headers = {}, body }: HttpProvider,
  options: AskOptions,
): Promise<Evidence> => {
  const sent = body === undefined ? undefined : JSON.stringify(body);
  const own = { ...CLIENT_HEADERS, ...(sent === undefined ? {} : { 'content-type': 'application/json' }) };
  const question = { url: new URL(url), method, headers: { ...own, ...lowerCased(headers) } };
  const reply = await ask(sent === undefined ? question : { ...question, body: sent }, options);
  return { kind: 'http', status: reply.status, body: parseJson(reply.text) };
};

/** So that a header replaces our own whatever its case, instead of standing beside it. */
const lowerCased = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

import type { Question } from './question';

const REDIRECTS = [301, 302, 303, 307, 308];

/**
 * The question to ask after a redirect, as browsers do it (https://fetch.spec.whatwg.org/#http-redirect-fetch);
 * `undefined` when the answer is none.
 * @throws when it leads to another scheme than HTTP, or from HTTPS to HTTP
 */
export const nextHop = (
  from: Question,
  status: number,
  location: string | string[] | undefined,
): Question | undefined => {
  if (!REDIRECTS.includes(status) || typeof location !== 'string') return undefined;
  if (!URL.canParse(location, from.url.href)) throw new Error('redirected to what is not a URL');
  const url = new URL(location, from.url);
  const isUpgrade = from.url.protocol === 'http:' && url.protocol === 'https:';
  if (url.protocol !== from.url.protocol && !isUpgrade) {
    throw new Error(`redirected from ${from.url.protocol} to ${url.protocol}, which is not followed`);
  }
  const { body, method, ...rest } = from;
  const becomesGet = status === 303 || (method === 'POST' && status < 303);
  const kept = becomesGet || body === undefined ? {} : { body };
  return {
    ...rest,
    ...kept,
    url,
    method: becomesGet ? 'GET' : method,
    // Headers were meant for one origin; another one gets none of them.
    headers: url.origin === from.url.origin ? rest.headers : ownHeaders(rest.headers),
  };
};

/** What the client itself says of the question and its body. */
const ownHeaders = (headers: Question['headers']): Question['headers'] =>
  Object.fromEntries(
    Object.entries(headers).filter(([name]) => /^(accept|content-type|user-agent)$/i.test(name)),
  );

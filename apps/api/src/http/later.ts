/**
 * What CONTRACT names and this version does not have. Each is refused by name: a client that asks for a gate must never
 * be left to believe that there is one. An entry leaves this file in the change that builds the thing.
 */

/** Fields and query parameters that no schema knows yet, by the last part of their path. */
export const LATER_FIELDS: Readonly<Record<string, string>> = {
  '?asOf': 'as-of queries are not available yet',
};

/** Routes by method and path template. */
export const LATER_ROUTES: readonly (readonly [methods: string, path: string, what: string])[] = [
  ['*', '/v1/tokens', 'tokens'],
  ['*', '/v1/tokens/{name}', 'tokens'],
];

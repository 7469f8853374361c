/** JSON Pointer (RFC 6901) of a list of keys. */
export const pointer = (keys: readonly PropertyKey[]): string =>
  keys.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

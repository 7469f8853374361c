/** Why a server URL cannot be used; undefined when it can. */
export const refusalOfServer = (server: string): string | undefined => {
  if (!URL.canParse(server)) return 'is not a URL';
  const url = new URL(server);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must be an http or https URL';
  if (url.username || url.password) return 'must not carry credentials';
  if (url.search || url.hash) return 'must not have a query or a fragment';
  return undefined;
};

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** Tells whether what is sent there can be read on the way. */
export const isOpenToReaders = (server: string): boolean => {
  const url = new URL(server);
  return url.protocol === 'http:' && !LOOPBACK.test(url.hostname);
};

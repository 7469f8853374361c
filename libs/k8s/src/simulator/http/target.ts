/** What a URL of an API server names. */
export interface Target {
  readonly cluster: string;
  /** Path inside the cluster, `/api/v1/…`. */
  readonly path: string;
  readonly query: URLSearchParams;
}

export interface ResourcePath {
  readonly apiVersion: string;
  readonly plural: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

const NO_QUERY = new URLSearchParams();

/** Splits `/clusters/{name}/…`; undefined for any other URL. */
export function parseTarget(url: string): Target | undefined {
  const mark = url.indexOf('?');
  const full = mark < 0 ? url : url.slice(0, mark);
  const match = /^\/clusters\/([^/]+)(\/.*)?$/.exec(full);
  if (!match) return undefined;
  return {
    cluster: decodeURIComponent(match[1] ?? ''),
    path: match[2] ?? '/',
    query: mark < 0 ? NO_QUERY : new URLSearchParams(url.slice(mark + 1)),
  };
}

/** Splits a path under `/api/v1` or `/apis/{group}/{version}`; undefined when it names no resource. */
export function parseResourcePath(path: string): ResourcePath | undefined {
  const parts = path.split('/').slice(1).map(decodeURIComponent);
  const isCore = parts[0] === 'api';
  const rest = parts.slice(isCore ? 2 : 3);
  const apiVersion = parts.slice(1, isCore ? 2 : 3).join('/');
  if (rest.length === 0 || rest.some((part) => part === '')) return undefined;
  // `/namespaces/a` is a Namespace itself, `/namespaces/a/pods` the pods in it.
  const isInside =
    rest[0] === 'namespaces' && rest.length > 2 && !(isCore && isNamespaceSubresource(rest[2]));
  const [plural = '', name, subresource, ...more] = isInside ? rest.slice(2) : rest;
  if (more.length > 0) return undefined;
  return { apiVersion, plural, namespace: isInside ? rest[1] : undefined, name, subresource };
}

const isNamespaceSubresource = (part: string | undefined): boolean =>
  part === 'status' || part === 'finalize';

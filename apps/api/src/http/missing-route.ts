import { LATER_ROUTES } from './later';
import { NOT_AVAILABLE, notFound, Problem } from './problem';

interface Route {
  readonly method: string;
  readonly path: string;
}

/** `/v1/runs/{id}` as an expression over a request's path. */
const pattern = (path: string): RegExp =>
  new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{[^}]+\}/g, '[^/]+')}$`);

/** Why a request met no route: wrong method (405 with Allow), not available yet, or no such path. */
export const missingRoute = (routes: readonly Route[]): ((method: string, url: string) => Problem) => {
  const served = routes.map(({ method, path }) => ({ method, matches: pattern(path) }));
  const later = LATER_ROUTES.map(([method, path, what]) => ({ method, what, matches: pattern(path) }));
  return (method, url) => {
    const path = url.split('?', 1)[0] ?? url;
    const unbuilt = later.find(
      (route) => route.matches.test(path) && (route.method === '*' || route.method === method),
    );
    if (unbuilt) return notFound(NOT_AVAILABLE, `${unbuilt.what}: not available yet`);
    const allowed = served.filter((route) => route.matches.test(path)).map((route) => route.method);
    if (allowed.length === 0) return notFound('route-not-found', `there is nothing at ${path}`);
    const allow = [...new Set(allowed)].join(', ');
    return new Problem(405, 'method-not-allowed', `${path} takes ${allow}`, [], { allow });
  };
};

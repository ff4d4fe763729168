import { EgressRefused } from '../../infra/egress.ts';
import type { HttpClient, HttpRequest } from '../../infra/http-client.ts';

/** Something of a platform that only looks, whatever its method. */
export interface ReadEndpoint {
  readonly method: string;
  /**
   * Below the executor's `endpointOf`: `/apis/{group}/things`, where `{…}` stands for one part of a path, and `/**`
   * at the end for all that is below.
   */
  readonly path: string;
  /** Where it is, if not below `endpointOf`: a platform's tokens may come from a host of their own. */
  readonly at?: string;
}

export type IsRead = (asked: Pick<HttpRequest, 'method' | 'url'>) => boolean;

/** Tells requests to these endpoints of one place from all others. */
export const readsAt = (base: string, endpoints: readonly ReadEndpoint[]): IsRead => {
  const known = endpoints.flatMap(({ method, path, at = base }) =>
    URL.canParse(at) ? [{ method, path, place: new URL(at) }] : [],
  );
  return ({ method, url }) => {
    if (!URL.canParse(url)) return false;
    const { origin, pathname } = new URL(url);
    return known.some(({ place, ...endpoint }) => {
      const root = place.pathname.replace(/\/$/, '');
      return (
        endpoint.method === method &&
        origin === place.origin &&
        pathname.startsWith(`${root}/`) &&
        matches(endpoint.path, pathname.slice(root.length))
      );
    });
  };
};

const matches = (pattern: string, path: string): boolean => {
  const isTree = pattern.endsWith('/**');
  const wanted = (isTree ? pattern.slice(0, -3) : pattern).split('/');
  const given = path.split('/');
  const fits = isTree ? given.length > wanted.length : given.length === wanted.length;
  return fits && wanted.every((part, index) => isPart(part, given[index] ?? ''));
};

/** An encoded slash is no part of a name: servers differ in what they make of it. */
const isPart = (wanted: string, given: string): boolean =>
  /^\{\w+\}$/.test(wanted) ? given !== '' && !/%2f|%5c/i.test(given) : wanted === given;

/** The client of whoever only looks: nothing but what the action type declares leaves through it. */
export const onlyReading = (client: HttpClient, isRead: IsRead, actionType: string): HttpClient => ({
  ...client,
  request: async (asked) => {
    if (isRead(asked)) return client.request(asked);
    throw new EgressRefused(
      `${asked.method} ${asked.url} is none of the endpoints that ${actionType} declares to be reads.`,
    );
  },
});

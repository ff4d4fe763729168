import type { FastifyInstance } from 'fastify';

export interface ProtectedResource {
  /** Whose tokens are taken besides our own keys; none where only those are. */
  readonly issuers: readonly string[];
  /** Where people and agents reach us. */
  readonly originOf: () => string;
}

const wellKnown = '/.well-known/oauth-protected-resource';

/** What an answer 401 says: where a client learns who issues tokens for here. */
export const challengeOf =
  ({ issuers, originOf }: ProtectedResource, path: string) =>
  (): string =>
    issuers.length === 0 ? 'Bearer' : `Bearer resource_metadata="${originOf()}${wellKnown}${path}"`;

/** The document of RFC 9728, at the address of the whole and at that of the path. It says nothing that is secret. */
export const addProtectedResource = (
  app: FastifyInstance,
  { issuers, originOf }: ProtectedResource,
  path: string,
): void => {
  if (issuers.length === 0) return;
  for (const url of [wellKnown, `${wellKnown}${path}`])
    app.get(url, { exposeHeadRoute: false }, (_request, reply) =>
      // Clients in browsers read it before they have a token.
      reply
        .header('access-control-allow-origin', '*')
        .header('cache-control', 'max-age=300')
        .send({
          resource: `${originOf()}${path}`,
          resource_name: 'Countersign',
          authorization_servers: issuers,
          bearer_methods_supported: ['header'],
        }),
    );
};

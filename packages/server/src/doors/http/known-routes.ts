import type { FastifyContextConfig, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sendError } from './http-errors.ts';

interface KnownRoute {
  readonly pattern: RegExp;
  readonly methods: readonly string[];
  readonly config: FastifyContextConfig;
}

/** Answers who comes to an address of ours with a method that it does not take; null where there is no such address. */
export type AnswerOtherMethods = (request: FastifyRequest, reply: FastifyReply) => FastifyReply | null;

/** To be called before any route is added. */
export const watchRoutes = (app: FastifyInstance): AnswerOtherMethods => {
  const known: KnownRoute[] = [];
  app.addHook('onRoute', ({ url, method, config = {} }) => {
    // Files are looked for under any path.
    if (!url.includes('*')) known.push({ pattern: patternOf(url), methods: [method].flat(), config });
  });
  return (request, reply) => {
    const [path = '/'] = request.url.split('?');
    const found = known.filter(({ pattern }) => pattern.test(path));
    const [first] = found;
    const methods = new Set(found.flatMap((route) => route.methods));
    if (!first || methods.has(request.method)) return null;
    reply.header('allow', [...methods, 'OPTIONS'].join(', '));
    if (request.method === 'OPTIONS') return reply.code(204).send();
    const message = `${request.method} is no method of this address: it takes ${[...methods].join(', ')}.`;
    const { errorForm: form } = first.config;
    return sendError(request, reply, { code: 'SCHEMA_VALIDATION_FAILED', status: 405, message }, form);
  };
};

const patternOf = (url: string): RegExp =>
  new RegExp(`^${url.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/:\w+/g, '[^/]+')}$`);

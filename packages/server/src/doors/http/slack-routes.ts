import { setTimeout } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { NetworkOf } from './client-network.ts';
import { tellLimits } from './admission.ts';
import { sendError, sendNotFound, sendRateLimited } from './http-errors.ts';
import type { RateLimits } from './rate-limits.ts';

interface SlackRequest {
  readonly signature: string;
  readonly timestamp: string;
  readonly body: string;
}

export interface SlackRoutesDeps {
  /** Gives whether Slack sent it; null where nothing is decided in Slack now. */
  readonly slack?: ((request: SlackRequest) => Promise<boolean> | null) | undefined;
  readonly rateLimits: RateLimits;
  readonly networkOf: NetworkOf;
}

const longestBody = 64 * 1024;
/** Slack waits three seconds for a word. */
const acknowledgeMs = 2_000;

const headerOf = (value: string | string[] | undefined): string => (typeof value === 'string' ? value : '');

/** POST /slack/interactivity: a button was pressed. Nothing is decided by a GET, whoever follows what. */
export const slackRoutes =
  ({ slack, rateLimits, networkOf }: SlackRoutesDeps) =>
  async (app: FastifyInstance): Promise<void> => {
    if (!slack) return;
    const working = new Set<Promise<unknown>>();
    app.addHook('onClose', () => Promise.allSettled([...working]).then(() => undefined));
    app.addHook('onRequest', async (request, reply) => {
      reply.header('cache-control', 'no-store');
      const { waitMs } = tellLimits(reply, rateLimits.enter(networkOf(request.raw)));
      return waitMs === null ? undefined : sendRateLimited(request, reply, waitMs);
    });
    // Signed are the bytes, so they are kept as they came.
    const form = 'application/x-www-form-urlencoded';
    app.addContentTypeParser(form, { parseAs: 'string', bodyLimit: longestBody }, (_request, body, done) => {
      done(null, String(body));
    });
    app.post('/slack/interactivity', { bodyLimit: longestBody }, async (request, reply) => {
      const { headers, body } = request;
      const work = slack({
        signature: headerOf(headers['x-slack-signature']),
        timestamp: headerOf(headers['x-slack-request-timestamp']),
        body: typeof body === 'string' ? body : '',
      });
      if (!work) return sendNotFound(reply);
      const watched = work.finally(() => working.delete(watched));
      working.add(watched);
      watched.catch((error: unknown) => {
        request.log.error({ err: error }, 'a press in Slack came to nothing');
      });
      // What takes longer goes on; who pressed is told what came of it all the same.
      const isTaken = await Promise.race([work, setTimeout(acknowledgeMs, true, { ref: false })]);
      if (isTaken) return reply.code(200).send();
      const blockedMs = rateLimits.noteFailure(networkOf(request.raw));
      if (blockedMs !== null) return sendRateLimited(request, reply, blockedMs);
      return sendError(request, reply, {
        code: 'AUTHENTICATION_FAILED',
        message: 'This is not signed by Slack, or it was long ago.',
      });
    });
  };

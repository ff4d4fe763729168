import type { FastifyReply, FastifyRequest } from 'fastify';
import { createRoom, type Occupant, type RoomLimits } from '../../infra/room.ts';
import { sendError } from './http-errors.ts';
import { whenClosed } from './when-closed.ts';

/** Bytes of bodies whose requests were not answered yet, of one caller and of all. */
export const defaultBodyLimits: RoomLimits = { each: 32 * 1024 * 1024, total: 96 * 1024 * 1024 };

/** A 500-item executeTasks with its files is large; who is not admitted sends no body at all. */
export const largestBodyBytes = 4 * 1024 * 1024;

const retryAfterMs = 1_000;

export interface BodyRoom {
  /** Before the body is read: null where there is room for it until the answer, or the refusal. */
  admit(request: FastifyRequest, reply: FastifyReply, whose: Occupant): FastifyReply | null;
}

export const createBodyRoom = (limits: RoomLimits = defaultBodyLimits): BodyRoom => {
  const room = createRoom(limits);
  return {
    admit(request, reply, whose) {
      const bytes = mostBytes(request);
      if (bytes === 0) return null;
      if (!room.take(whose, bytes)) {
        const message =
          'Requests that were not answered yet hold as many bytes as they may. Wait for their answers, then try again.';
        return sendError(request, reply, { code: 'RATE_LIMIT_EXCEEDED', message, retryAfterMs });
      }
      whenClosed(reply, () => {
        room.giveBack(whose, bytes);
      });
      return null;
    },
  };
};

/** A body that does not say how long it is may be as long as any. */
const mostBytes = ({ headers, routeOptions: { bodyLimit } }: FastifyRequest): number => {
  if (headers['transfer-encoding'] !== undefined) return bodyLimit;
  return Math.min(Number(headers['content-length'] ?? 0), bodyLimit);
};

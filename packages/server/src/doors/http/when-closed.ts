import type { FastifyReply } from 'fastify';

/** Once the answer has left or the caller has; at once where that was before: who is gone is not told of again. */
export const whenClosed = ({ raw }: FastifyReply, work: () => void): void => {
  if (raw.closed) work();
  else raw.once('close', work);
};

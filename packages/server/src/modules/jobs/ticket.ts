import { z } from 'zod';
import type { DueJob, JobTicket } from '../../record/job-store.ts';

/** All that the queue knows of a job: which one, and which hand-over of it. The payload is read where it is true. */
export const ticketSchema = z.strictObject({ id: z.uuid(), epoch: z.int().positive() });

/** Names a hand-over in the queue: a second one of the same name is the same. */
export const queueId = ({ id, epoch }: JobTicket): string => `${id}-${epoch}`;

export const ticketOf = ({ id, epoch }: DueJob): JobTicket => ({ id, epoch });

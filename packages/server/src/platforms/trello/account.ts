import { z } from 'zod';
import { originSchema } from '../../infra/url-schema.ts';

export const idSchema = z.string().regex(/^[0-9a-f]{24}$/, 'Must be an ID of Trello: 24 hexadecimal digits.');

/** What `trello` of `config.json` says. */
export const accountSchema = z.strictObject({
  /** Where the API is. */
  apiUrl: originSchema.default('https://api.trello.com'),
  /** Names of the secrets that are sent: of the application and of the user who let it in. */
  keySecret: z.string().min(1),
  tokenSecret: z.string().min(1),
  /** By the name that plans and policies use: the boards whose cards may be changed. */
  boards: z
    .record(z.string().regex(/^[^/]{1,100}$/, 'must have no "/"'), z.strictObject({ id: idSchema }))
    .describe('Boards that may be named.'),
});
export type Account = z.output<typeof accountSchema>;

/** As configuration names it; null where it does not. */
export const boardNameOf = ({ boards }: Account, boardId: string): string | null =>
  Object.entries(boards).find(([, { id }]) => id === boardId)?.[0] ?? null;

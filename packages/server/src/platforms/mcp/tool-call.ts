import { z } from 'zod';
import type { Json } from '../../domain/json.ts';
import type { Secrets } from '../kit/secrets.ts';
import type { McpDownstreams } from './servers.ts';

const longestArguments = 262_144;

const name = z.string().min(1).max(128);
export const inputSchema = z
  .strictObject({
    server: name.describe('The server, as configuration names it.'),
    tool: name.describe('One of its tools that configuration lets be called.'),
    arguments: z
      .record(z.string().max(256), z.json())
      .default({})
      .refine((value) => JSON.stringify(value).length <= longestArguments, 'is longer than 256 KiB')
      .describe('What the tool takes, as the server describes it.'),
  })
  .meta({ examples: [{ server: 'notes', tool: 'add_note', arguments: { text: 'Try the restore' } }] });
export type McpCallInput = z.output<typeof inputSchema>;

export interface McpCallOutput {
  readonly content: Json;
  readonly structuredContent: Json;
  readonly [key: string]: Json;
}

export interface McpCallSetup {
  readonly servers: McpDownstreams;
  readonly secrets: Secrets;
}

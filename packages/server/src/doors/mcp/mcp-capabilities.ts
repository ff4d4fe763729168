import {
  CLIENT_CAPABILITIES_META_KEY,
  MissingRequiredClientCapabilityError,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { z } from 'zod';

export const tasksExtension = 'io.modelcontextprotocol/tasks';

/** What a client says of itself where it sends its person to a page. */
const opensPagesShape = z.object({ elicitation: z.object({ url: z.object({}) }) });
/** What it says where it asks by itself how a task goes. */
const takesTasksShape = z.object({ extensions: z.object({ [tasksExtension]: z.object({}) }) });

/** Of this one request: the protocol's revision of 2026 says it anew each time, and the older ones say nothing here. */
const declaredBy = ({ mcpReq }: ServerContext): unknown => {
  const envelope: Readonly<Record<string, unknown>> = mcpReq.envelope ?? {};
  return envelope[CLIENT_CAPABILITIES_META_KEY];
};

export const opensPages = (context: ServerContext): boolean =>
  opensPagesShape.safeParse(declaredBy(context)).success;

export const takesTasks = (context: ServerContext): boolean =>
  takesTasksShape.safeParse(declaredBy(context)).success;

/** @throws what the protocol answers to a client that did not say that it knows tasks. */
export const needTasks = (context: ServerContext): void => {
  if (takesTasks(context)) return;
  throw new MissingRequiredClientCapabilityError({
    requiredCapabilities: { extensions: { [tasksExtension]: {} } },
  });
};

import type { ApprovalRequest } from '../../../domain/approval-request.ts';
import type { Event } from '../../../domain/events.ts';
import type { Principal } from '../../../domain/principal.ts';
import type { Run } from '../../../domain/run.ts';
import type { Task } from '../../../domain/task.ts';
import { addBaseTypes } from './base-types.ts';
import type { Builder } from './builder.ts';
import { createConnections } from './connection.ts';
import { createInputTypes } from './input-types.ts';
import { createCommandFields, createQueryFields } from './operation-fields.ts';
import { createPayloads } from './payload-types.ts';

/** A run with the task that it is of. */
export interface RunView extends Run {
  readonly task: Task;
}

/** Types that several modules speak of. Each is implemented by its own module, which others add fields to. */
export const createRefs = (builder: Builder) => {
  const base = addBaseTypes(builder);
  const inputs = createInputTypes(builder, base.enums);
  return {
    ...base,
    ...createCommandFields(builder, inputs),
    ...createQueryFields(builder, inputs),
    payload: createPayloads(builder, base.refusal),
    connectionOf: createConnections(builder),
    task: builder.objectRef<Task>('Task'),
    approval: builder.objectRef<ApprovalRequest>('ApprovalRequest'),
    run: builder.objectRef<RunView>('Run'),
    event: builder.objectRef<Event>('Event'),
    logEntry: builder.interfaceRef<Event>('LogEntry'),
    principal: builder.objectRef<Principal>('Principal'),
  };
};

export type Refs = ReturnType<typeof createRefs>;

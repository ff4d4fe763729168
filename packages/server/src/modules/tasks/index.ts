/** Takes tasks in: one submission becomes a planned, decided and recorded task, once per idempotency key. */
export type { Submitted } from './submit-tasks.ts';
export type { TaskFilter, TaskStore } from './task-store.ts';
export type { TaskService } from './task-service.ts';
export { createTaskService } from './task-service.ts';
export { createTaskStore } from './task-store.ts';
export { startStuckPlanning } from './stuck-planning.ts';
export type { LoadTask } from './task-schema.ts';
export { addTaskSchema, createTaskLoader } from './task-schema.ts';

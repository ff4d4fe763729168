/** Keeps what each person put off or follows: theirs alone, and nothing of a task changes by it. */
export { createAttentionCommands, type AttentionCommands, type AttentionDependencies } from './commands.ts';

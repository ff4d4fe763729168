/** What a caller reads of action types before choosing one. */
export { addExecutorsSchema } from './executors-schema.ts';

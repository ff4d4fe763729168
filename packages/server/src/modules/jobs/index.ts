/** Brings what is to be done in the background to a worker, and again until it is done. */
export { startJobRelay } from './job-relay.ts';
export { createJobRunner, type JobRunner } from './job-runner.ts';

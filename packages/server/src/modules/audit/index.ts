/** Shows the log as evidence. */
export { createAuditQueries, type AuditQueries } from './queries.ts';

/** Reads the log as evidence: who made what true, when, with the digest that a copy can be compared with. */
export { addAuditSchema } from './audit-schema.ts';

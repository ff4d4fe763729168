export { freePort } from '@countersign/prisma/free-port';
